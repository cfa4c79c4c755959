import { averagePool2d } from '../../lib/layers/average-pool2d';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { globalAveragePool2d } from '../../lib/layers/global-pool2d';
import { chain, type Graph } from '../../lib/model/graph';
import { networkModel } from '../../lib/networks/networks';
import { sizeOf } from '../../lib/tensor/shape';
import { instructionSets, nativeTarget } from '../support/backends';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const IMAGES = 33;

const lenet = networkModel('lenet5').graph;

// Layers without kernels for single samples, of images so large that several threads would have work for one.
const large = chain(
  [4, 96, 96],
  [
    conv2d({ filters: 16, kernelSize: 3, padding: 'same' }),
    ...Array.from({ length: 4 }, () => averagePool2d({ poolSize: 3, strides: 1, padding: 'same' })),
    globalAveragePool2d(),
  ],
);

// Layers whose weights several slices read together, around one that each slice has for itself.
const wide = chain([300], [dense({ units: 310, activation: 'tanh' }), dense({ units: 70 }), dense({ units: 1000 })]);

/** The predictions of all images, so many at a time. */
function predict(graph: Graph, target: ReturnType<typeof nativeTarget>, batchSize: number, images = IMAGES): number[] {
  const samples = normals(images * sizeOf(graph.inputShape), 7);
  const { backend, precision, threads } = target;
  const program = compilePlain(graph, { purpose: 'predict', batchSize, targets: 'none' });
  const parameters = placeParameters(graph, precision, (_, index) => {
    const { size = 0, spec } = graph.parameters[index] ?? {};
    return normals(size, index).map((value) => value / Math.sqrt(spec?.fanIn ?? 1));
  });
  const order = Array.from({ length: images }, (_, entry) => entry);
  const request = makeRequest(program, precision, { samples, order, parameters });
  const plan = backend.plan(program, { precision, threads });
  expect(plan.runSync(request).status).toBe('done');
  plan.dispose();
  return Array.from(request.results[0] ?? []);
}

it.each(instructionSets)(
  'the prediction of an image has the same bits whether it comes alone, among a few or in a batch: %s',
  (set) => {
    for (const threads of [1, 2, 3]) {
      const target = nativeTarget(set, threads);
      const together = predict(lenet, target, IMAGES);
      expect(together).toHaveLength(IMAGES * 10);
      for (const size of [1, 2, 5, 8, 9, 16, 17]) expect(predict(lenet, target, size)).toEqual(together);
    }
  },
);

it.each(instructionSets)(
  'slices that read the weights together give the bits of a sample alone, on any number of threads: %s',
  (set) => {
    const images = 230;
    const alone = predict(wide, nativeTarget(set, 1), 1, images);
    for (const threads of [1, 2, 8]) {
      for (const size of [16, 33, images]) {
        expect(predict(wide, nativeTarget(set, threads), size, images)).toEqual(alone);
      }
    }
  },
);

it.each(instructionSets)(
  'an image that goes through kernels for 16 alone has the same bits on several threads: %s',
  (set) => {
    const together = predict(large, nativeTarget(set, 1), 9, 9);
    for (const threads of [1, 2, 3]) expect(predict(large, nativeTarget(set, threads), 1, 9)).toEqual(together);
  },
);
