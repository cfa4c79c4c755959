import type { RunRequest } from '../../lib/backends/backend';
import { firstNonFinite } from '../../lib/backends/reference';
import { kernels } from '../../lib/backends/reference/kernels';
import { activation } from '../../lib/layers/activation';
import { sumOfSquaredErrors } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { OP_NAMES } from '../../lib/ops/registry';
import { oracle } from '../support/backends';
import { graph, newPlan, program, request as requestIn } from '../support/classifier';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain } from '../support/single-op';

const request = (order?: readonly number[]): RunRequest => requestIn('float64', order);

it('has a kernel for every op, and none besides', () => {
  expect(Object.keys(kernels).sort()).toEqual([...OP_NAMES].sort());
});

it('needs memory for every activation of a batch', () => {
  // Samples 4; dense 6, tanh 6, dense 3, losses 1; gradients of the last three of them; labels; the two scalars.
  const numbers = 4 * (4 + 6 + 6 + 3 + 1 + 3 + 6 + 6) + 2;
  expect(newPlan(oracle).workingBytes).toBe(8 * numbers + 4 * 4);
});

describe('the first number that is none', () => {
  it('is found in the instruction that made it', () => {
    const bad = request();
    const slot = graph.parameters[2];
    bad.parameters[slot?.offset ?? 0] = Number.NaN;
    const found = firstNonFinite(program, 'float64', bad);
    expect(found).toMatchObject({
      instruction: { op: 'dense', layer: 'dense_2', phase: 'forward' },
      tensor: { shape: [3] },
      value: Number.NaN,
    });
    expect(bad.gradients.every((value) => value === 0)).toBe(true);
  });

  it('is found in the samples, and only in those of the first step', () => {
    const bad = request([4, 5, 6, 7, 0]);
    bad.samples[0] = Number.NEGATIVE_INFINITY;
    expect(firstNonFinite(program, 'float64', bad)).toBeUndefined();
    const found = firstNonFinite(program, 'float64', { ...bad, order: Uint32Array.of(0) });
    expect(found).toMatchObject({ instruction: { op: 'gather' }, value: Number.NEGATIVE_INFINITY });
  });

  it('is found where single precision overflows and double does not', () => {
    const squares = chain([1], [activation('linear')]);
    const sse = compilePlain(squares, {
      purpose: 'evaluate',
      batchSize: 1,
      targets: 'values',
      loss: sumOfSquaredErrors(),
    });
    const large = { samples: [1e30], targets: [0] };
    const found = firstNonFinite(sse, 'float32', makeRequest(sse, 'float32', large));
    expect(found).toMatchObject({ instruction: { op: 'squaredError' }, value: Number.POSITIVE_INFINITY });
    expect(firstNonFinite(sse, 'float64', makeRequest(sse, 'float64', large))).toBeUndefined();
  });

  it('is looked for without touching results', () => {
    const predict = compilePlain(graph, { purpose: 'predict', batchSize: 4 });
    const good = makeRequest(predict, 'float64', { samples: normals(8, 1) });
    good.results[0]?.fill(7);
    expect(firstNonFinite(predict, 'float64', good)).toBeUndefined();
    expect(Array.from(good.results[0] ?? [])).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it('is not there where there are no samples', () => {
    expect(firstNonFinite(program, 'float64', request([]))).toBeUndefined();
  });
});
