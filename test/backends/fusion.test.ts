import { ACTIVATION_NAMES, activation } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { chain } from '../../lib/model/graph';
import type { Shape } from '../../lib/tensor/shape';
import type { FloatArray } from '../../lib/tensor/storage';
import { instructionSets, nativeTarget, type TestTarget } from '../support/backends';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const COUNT = 37;

/** What the layers make of the samples, in one program. */
function outputs(target: TestTarget, inputShape: Shape, layers: readonly Layer[], samples: FloatArray): FloatArray {
  const graph = chain(inputShape, layers);
  const program = compilePlain(graph, { purpose: 'predict', batchSize: 32, outputResult: true });
  const request = makeRequest(program, target.precision, {
    samples,
    order: Array.from({ length: COUNT }, (_, sample) => sample),
    parameters: placeParameters(graph, target.precision, (_, index) =>
      normals(graph.parameters[index]?.size ?? 0, index),
    ),
  });
  const plan = target.backend.plan(program, { precision: target.precision, threads: target.threads });
  expect(plan.runSync(request).status).toBe('done');
  plan.dispose();
  return request.results[0] as FloatArray;
}

/** Their largest value is not that of the largest number: they stay before the pooling. */
const FALL_SOMEWHERE: readonly string[] = [
  'softmax',
  'logSoftmax',
  'hardswish',
  'silu',
  'mish',
  'gelu',
  'geluTanh',
  'softplus',
];

test.each(ACTIVATION_NAMES)('%s stands behind the pooling where it never falls', (name) => {
  const graph = chain([1, 4, 4], [activation(name), maxPool2d()]);
  const ops = compilePlain(graph, { purpose: 'predict', batchSize: 2 }).instructions.map(({ op }) => op);
  const poolsLast = ops.at(-2) === 'maxPool2d';
  expect({ name, poolsLast }).toEqual({ name, poolsLast: FALL_SOMEWHERE.includes(name) || name === 'linear' });
});

describe.each(instructionSets)('native %s', (set) => {
  const target = nativeTarget(set);

  it.each(ACTIVATION_NAMES.filter((name) => !FALL_SOMEWHERE.includes(name)))(
    'fuses convolution, max-pooling and %s without changing a bit',
    (name) => {
      const convolution = conv2d({ filters: 9, kernelSize: 3, padding: 1 });
      const inputShape = [2, 8, 12];
      const samples = Float32Array.from(normals(COUNT * 192, 3));
      // The activation stands before the pooling, as people write it: the program turns them round.
      const together = outputs(target, inputShape, [convolution, activation(name), maxPool2d()], samples);
      const large = outputs(target, inputShape, [convolution], samples);
      const pooled = outputs(target, [9, 8, 12], [maxPool2d()], large);
      const apart = outputs(target, [9, 4, 6], [activation(name)], pooled);
      expect(Buffer.from(together.buffer).equals(Buffer.from(apart.buffer))).toBe(true);
    },
  );
});
