import type { Dataset } from '../../lib/data/dataset';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { Model } from '../../lib/model/model';
import type { Prediction } from '../../lib/model/prediction';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { quarters } from '../support/toy';

const trainingData = quarters(203, 1);
const testData = quarters(100, 2);

/** Models that differ in seed, layers and number of threads. */
function newModel(seed: number): Model {
  return sequential(
    [
      input([1, 8, 8]),
      conv2d({ filters: 3 + seed, kernelSize: 3, activation: 'tanh' }),
      ...(seed % 2 === 0 ? [batchNorm()] : []),
      maxPool2d(),
      flatten(),
      dense({ units: 4, activation: 'softmax' }),
    ],
    { seed, name: `model${seed}` },
  ).compile({ optimizer: adam(), loss: 'crossEntropy', threads: 1 + (seed % 3) });
}

const SEEDS = [0, 1, 2, 3, 4];

/** What a model has become: its numbers, and what it says of new data. */
interface Become {
  readonly weights: Float32Array;
  readonly before: Float32Array;
  readonly loss: number;
}

async function trainAndMeasure(seed: number): Promise<Become> {
  using model = newModel(seed);
  const { data: before } = await model.predict(testData);
  await model.fit(trainingData, { epochs: 3, batchSize: 16, validationData: testData });
  const { loss } = await model.evaluate(testData);
  return { weights: model.parameter('dense_1.weight').slice() as Float32Array, before: before as Float32Array, loss };
}

test('models that train, evaluate and predict at once become what each becomes alone, bit for bit', async () => {
  const alone: Become[] = [];
  for (const seed of SEEDS) alone.push(await trainAndMeasure(seed));
  expect(await Promise.all(SEEDS.map(trainAndMeasure))).toEqual(alone);
});

describe('predictions of one model that are asked for at once', () => {
  /** Of all sizes, so that they share plans and have ones of their own. */
  const requests: Dataset[] = Array.from({ length: 60 }, (_, place) =>
    testData.slice(place, place + 1 + ((place * 7) % 40)),
  );

  it('are those that it makes one after the other, bit for bit, and come in order', async () => {
    using model = newModel(2);
    const alone: Prediction[] = [];
    for (const request of requests) alone.push(await model.predict(request));
    const order: number[] = [];
    const together = await Promise.all(
      requests.map(async (request, place) => {
        const prediction = await model.predict(request, { batchSize: 1 });
        order.push(place);
        return prediction;
      }),
    );
    expect(together).toEqual(alone);
    expect(order).toEqual([...requests.keys()]);
    expect(await Promise.all(requests.map((request) => model.predict(request)))).toEqual(alone);
    expect(requests.map((request) => model.predictSync(request))).toEqual(alone);
  });

  it('do not fall with one that is aborted', async () => {
    using model = newModel(1);
    const expected = await model.predict(testData);
    const asked = [0, 1, 2, 3, 4].map((place) =>
      model.predict(testData, { batchSize: 1, ...(place % 2 === 1 && { signal: AbortSignal.abort() }) }),
    );
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    for (const result of results) {
      if (result.status === 'fulfilled') expect(result.value).toEqual(expected);
      else expect(result.reason).toMatchObject({ code: 'E_ABORTED' });
    }
  });

  it('are all answered where the model is disposed of meanwhile, and none is taken after', async () => {
    const model = newModel(3);
    const expected = await model.predict(testData);
    const asked = [0, 1, 2, 3].map(() => model.predict(testData, { batchSize: 1 }));
    model.dispose();
    expect(await Promise.all(asked)).toEqual(asked.map(() => expected));
    await expect(model.predict(testData)).rejects.toMatchObject({ code: 'E_STATE' });
  });
});

test.each([
  ['without validation data', {}],
  ['with validation data', { validationData: testData }],
])('a model that is disposed of while it trains %s ends the training after its step', async (_, options) => {
  const model = newModel(2);
  const history = await model.fit(trainingData, {
    epochs: 1e9,
    batchSize: 16,
    ...options,
    onEvent: (event) => {
      if (event.type === 'epoch' && event.epoch === 3) setImmediate(() => model.dispose());
    },
  });
  expect(history.reason).toBe('aborted');
  expect(history.epochs.length).toBeGreaterThanOrEqual(3);
  await expect(model.fit(trainingData)).rejects.toMatchObject({ code: 'E_STATE' });
});
