import type { RunRequest } from '../../lib/backends/backend';
import { checkRequest } from '../../lib/backends/check-request';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { crossEntropy, sumOfSquaredErrors } from '../../lib/losses/loss';
import { compileProgram } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import { adam } from '../../lib/optimizers/adam';
import { sgd } from '../../lib/optimizers/optimizer';
import { makeRequest } from '../support/request';
import { compilePlain } from '../support/single-op';

const graph = chain([4], [dense({ units: 3 })]);
const train = compilePlain(graph, {
  purpose: 'train',
  batchSize: 4,
  targets: 'classes',
  loss: crossEntropy({ fromLogits: true }),
  optimizer: sgd(),
});
const regression = compilePlain(graph, {
  purpose: 'evaluate',
  batchSize: 4,
  targets: 'values',
  loss: sumOfSquaredErrors(),
});
const predict = compilePlain(graph, { purpose: 'predict', batchSize: 4 });
const bytes = compileProgram(chain([1, 2, 2], [flatten(), dense({ units: 1 })]), {
  purpose: 'predict',
  batchSize: 4,
  input: { source: { kind: 'uint8', shape: [1, 2, 2] }, padding: [0, 0, 0, 0], scale: 1 },
  targets: 'none',
});

/** Six samples in two steps. */
function good(): RunRequest {
  return makeRequest(train, 'float32', {
    samples: new Float32Array(24),
    targets: [0, 1, 2, 0, 1, 2],
    learningRate: 0.1,
  });
}

it('takes what makes a run', () => {
  expect(() => checkRequest(train, 'float32', good())).not.toThrow();
  expect(() =>
    checkRequest(bytes, 'float64', makeRequest(bytes, 'float64', { samples: new Uint8Array(8) })),
  ).not.toThrow();
});

it('takes arrays that are longer than the run needs', () => {
  const request = good();
  const longer = { losses: new Float64Array(9), correct: new Float64Array(9), learningRates: new Float64Array(9) };
  expect(() => checkRequest(train, 'float32', { ...request, ...longer })).not.toThrow();
});

it('takes float32 data in a float64 run: widening is exact', () => {
  const request = makeRequest(regression, 'float64', { samples: new Float64Array(8), targets: new Float64Array(6) });
  const narrow = { samples: new Float32Array(8), targets: new Float32Array(6) };
  expect(() => checkRequest(regression, 'float64', { ...request, ...narrow })).not.toThrow();
});

it('needs neither targets, learning rates nor gradients to predict', () => {
  const request = makeRequest(predict, 'float32', { samples: new Float32Array(8) });
  const bare = {
    ...request,
    gradients: new Float32Array(0),
    losses: new Float64Array(0),
    correct: new Float64Array(0),
  };
  expect(() => checkRequest(predict, 'float32', bare)).not.toThrow();
});

/** What is wrong, by field, and what the error must say. */
const WRONG: readonly { what: string; change: Partial<RunRequest>; message: string }[] = [
  {
    what: 'parameters of the other precision',
    change: { parameters: new Float64Array(32) },
    message: "a run's parameters: expected a Float32Array, found Float64Array",
  },
  {
    what: 'too few parameters',
    change: { parameters: new Float32Array(31) },
    message: "a run's parameters: expected a Float32Array of 32 numbers, found 31",
  },
  {
    what: 'too few gradients',
    change: { gradients: new Float32Array(3) },
    message: "a run's gradients: expected a Float32Array of 32 numbers, found 3",
  },
  {
    what: 'bytes as samples',
    change: { samples: new Uint8Array(24) },
    message: "a run's samples: expected a Float32Array, found Uint8Array",
  },
  {
    what: 'float64 samples in a float32 run',
    change: { samples: new Float64Array(24) },
    message: "a run's samples: expected a Float32Array, found Float64Array",
  },
  {
    what: 'half a sample',
    change: { samples: new Float32Array(22) },
    message: "a run's samples: expected whole samples of 4, found 22 numbers",
  },
  {
    what: 'values as classes',
    change: { targets: new Float32Array(6) },
    message: "a run's targets: expected an Int32Array, found Float32Array",
  },
  {
    what: 'a class for fewer samples',
    change: { targets: new Int32Array(5) },
    message: "a run's targets: expected an Int32Array of 6 numbers, found 5",
  },
  {
    what: 'a class that the network does not have',
    change: { targets: Int32Array.of(0, 0, 3, 0, 0, 0) },
    message: "a run's targets: expected classes from 0 to 2, found class 3 at sample 2",
  },
  {
    what: 'a negative class',
    change: { targets: Int32Array.of(0, -1, 0, 0, 0, 0) },
    message: "a run's targets: expected classes from 0 to 2, found class -1 at sample 1",
  },
  {
    what: 'an order beyond the samples',
    change: { order: Uint32Array.of(0, 6) },
    message: "a run's order: expected numbers below 6, found 6 at entry 1",
  },
  {
    what: 'too few losses',
    change: { losses: new Float64Array(1) },
    message: "a run's losses: expected a Float64Array of 2 numbers, found 1",
  },
  {
    what: 'too few counts',
    change: { correct: new Float64Array(0) },
    message: "a run's correct: expected a Float64Array of 2 numbers, found 0",
  },
  {
    what: 'too few learning rates',
    change: { learningRates: new Float64Array(1) },
    message: "a run's learningRates: expected a Float64Array of 2 numbers, found 1",
  },
  {
    what: 'a control block without a counter',
    change: { control: new Int32Array(1) },
    message: "a run's control: expected an Int32Array of 2 numbers, found 1",
  },
  {
    what: 'results that nobody asked for',
    change: { results: [new Float32Array(3)] },
    message: "a run's results: expected 0 arrays, found 1",
  },
];

it.each(WRONG)('refuses $what', ({ change, message }) => {
  let thrown: unknown;
  try {
    checkRequest(train, 'float32', { ...good(), ...change });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'LaminetError', code: 'E_DATA', message });
});

it('refuses to train without learning rates', () => {
  const { learningRates: _, ...request } = good();
  expect(() => checkRequest(train, 'float32', request)).toThrow(
    expect.objectContaining({ code: 'E_STATE', message: expect.stringContaining('no learning rates') }),
  );
});

it('refuses a training by Adam without its state or factors, or with others', () => {
  const optimizer = adam();
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: 4,
    targets: 'classes',
    loss: crossEntropy({ fromLogits: true }),
    optimizer,
  });
  const fields = { samples: new Float32Array(24), targets: [0, 1, 2, 0, 1, 2], learningRate: 0.1, optimizer };
  const request = makeRequest(program, 'float32', fields);
  expect(() => checkRequest(program, 'float32', request)).not.toThrow();
  const elements = 2 * program.parameterElements;
  const { state: _, factors: __, ...without } = request;
  const check = (change: Partial<RunRequest>) => () => checkRequest(program, 'float32', { ...without, ...change });
  const { state = new Float32Array(0), factors = new Float64Array(0) } = request;
  expect(check({ factors })).toThrow("a run's state: expected a Float32Array, found nothing");
  expect(check({ state })).toThrow("a run's factors: expected a Float64Array, found nothing");
  expect(check({ factors, state: new Float64Array(elements) })).toThrow(
    "a run's state: expected a Float32Array, found Float64Array",
  );
  for (const length of [elements - 1, elements + 1]) {
    expect(check({ factors, state: new Float32Array(length) })).toThrow(/a run's state: expected .* numbers, found/);
  }
  expect(check({ state, factors: new Float64Array(3) })).toThrow(
    "a run's factors: expected a Float64Array of 4 numbers, found 3",
  );
});

it('refuses to evaluate without targets', () => {
  const { targets: _, ...request } = makeRequest(regression, 'float32', { samples: new Float32Array(8) });
  expect(() => checkRequest(regression, 'float32', request)).toThrow(
    "a run's targets: expected a Float32Array, found nothing",
  );
});

it('refuses results that are too short', () => {
  const request = makeRequest(predict, 'float32', { samples: new Float32Array(8) });
  expect(() => checkRequest(predict, 'float32', { ...request, results: [new Float32Array(5)] })).toThrow(
    "a run's results[0]: expected a Float32Array of 6 numbers, found 5",
  );
});

it('checks only the classes of samples that the run takes', () => {
  const request = { ...good(), targets: Int32Array.of(0, 0, 9, 0, 0, 0), order: Uint32Array.of(0, 1, 3) };
  expect(() => checkRequest(train, 'float32', request)).not.toThrow();
});
