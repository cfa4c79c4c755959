import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { sgd } from '../../lib/optimizers/optimizer';
import type { FloatArray } from '../../lib/tensor/storage';
import { instructionSets, nativeTarget, type TestTarget } from '../support/backends';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const COUNT = 150;

const graph = chain(
  [3, 12, 11],
  [
    conv2d({ filters: 6, kernelSize: 3, activation: 'tanh' }),
    maxPool2d(),
    conv2d({ filters: 17, kernelSize: 3, padding: 1, activation: 'relu' }),
    flatten(),
    dense({ units: 33, activation: 'sigmoid' }),
    dense({ units: 10, activation: 'softmax' }),
  ],
);

/** Trains for some epochs in steps whose last one is short; the result is every bit that training leaves behind. */
function train({ backend, precision, threads }: TestTarget, batchSize: number): Buffer {
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize,
    targets: 'classes',
    loss: crossEntropy(),
    optimizer: sgd(),
  });
  const parameters: FloatArray = placeParameters(graph, precision, (_, index) => {
    const { size = 0, spec } = graph.parameters[index] ?? {};
    return normals(size, index).map((value) => value / Math.sqrt(spec?.fanIn ?? 1));
  });
  const request = makeRequest(program, precision, {
    samples: normals(COUNT * 396, 7),
    targets: randomLabels(COUNT, 10, 8),
    order: Array.from({ length: 3 * COUNT }, (_, entry) => (entry * 7) % COUNT),
    parameters,
    learningRate: 0.1,
  });
  const plan = backend.plan(program, { precision, threads });
  const outcome = plan.runSync(request);
  plan.dispose();
  expect(outcome.status).toBe('done');
  const bits = ({ buffer, byteOffset, byteLength }: FloatArray): Buffer => Buffer.from(buffer, byteOffset, byteLength);
  return Buffer.concat([bits(parameters), bits(request.gradients), bits(request.losses), bits(request.correct)]);
}

describe.each(instructionSets)('native %s', (set) => {
  it.each([1, 16, 64, 100])('gives the same bits on 1, 2, 3, 4 and 8 threads, in steps of %i', (batchSize) => {
    const one = train(nativeTarget(set, 1), batchSize);
    for (const threads of [1, 2, 3, 4, 8]) {
      expect({ threads, same: train(nativeTarget(set, threads), batchSize).equals(one) }).toEqual({
        threads,
        same: true,
      });
    }
  });
});

it.each([16, 100])('every instruction set with fused multiply-add gives the same bits, in steps of %i', (batchSize) => {
  const fused = instructionSets.filter((set) => set !== 'sse2');
  const bits = fused.map((set) => train(nativeTarget(set), batchSize));
  expect(bits.map((other) => other.equals(bits[0] as Buffer))).toEqual(fused.map(() => true));
});
