import { networkModel } from '../../lib/networks/networks';
import { sizeOf } from '../../lib/tensor/shape';
import { instructionSets, nativeTarget } from '../support/backends';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const IMAGES = 33;

const { graph } = networkModel('lenet5');
const samples = normals(IMAGES * sizeOf(graph.inputShape), 7);

/** The predictions of all images, so many at a time. */
function predict(target: ReturnType<typeof nativeTarget>, batchSize: number): number[] {
  const { backend, precision, threads } = target;
  const program = compilePlain(graph, { purpose: 'predict', batchSize, targets: 'none' });
  const parameters = placeParameters(graph, precision, (_, index) => {
    const { size = 0, spec } = graph.parameters[index] ?? {};
    return normals(size, index).map((value) => value / Math.sqrt(spec?.fanIn ?? 1));
  });
  const order = Array.from({ length: IMAGES }, (_, entry) => entry);
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
      const together = predict(target, IMAGES);
      expect(together).toHaveLength(IMAGES * 10);
      for (const size of [1, 2, 5, 8, 9, 16, 17]) expect(predict(target, size)).toEqual(together);
    }
  },
);
