import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { dropout } from '../../lib/layers/dropout';
import { flatten } from '../../lib/layers/flatten';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { distributionOf } from '../../lib/model/distribution';
import type { FitOptions } from '../../lib/model/fit';
import { chain } from '../../lib/model/graph';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { checkStatistics, hasStatistics, type StatisticsRecord } from '../../lib/model/statistics';
import { sgd } from '../../lib/optimizers/optimizer';
import { sumOfParameters } from '../support/all-bits';
import { toyData, toyModel, toyOptions } from '../support/trained-toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];

async function statisticsOf(model: Model, data: Dataset, options: FitOptions): Promise<StatisticsRecord[]> {
  const records: StatisticsRecord[] = [];
  await model.fit(data, {
    ...options,
    onEvent: ({ type, ...record }) => type === 'statistics' && records.push(record as unknown as StatisticsRecord),
  });
  return records;
}

describe.each(BACKENDS)('statistics on the %s backend', (backend) => {
  it('are those of a network that can be computed by hand', async () => {
    using model = sequential([dense({ units: 1, useBias: false })], { inputShape: [2] });
    model.compile({ loss: 'mse', optimizer: sgd({ learningRate: 0.5 }), backend });
    const weights = model.parameter('dense_1.weight');
    weights.set([3, -4]);
    const data = Dataset.from({ samples: [1, 0, 0, 1, 1, 1, 2, 0], shape: [2], targets: [0, 0, 0, 0] });
    const [record] = await statisticsOf(model, data, { batchSize: 4, statistics: {} });
    // Outputs 3, -4, -1, 6: a gradient of 2/4 (3 - 1 + 12, -4 - 1) = (7, -2.5), and weights of (-0.5, -2.75) after the update.
    expect(record).toMatchObject({ epoch: 1, parameters: [{ name: 'dense_1.weight', layer: 'dense_1' }] });
    const [parameter] = record?.parameters ?? [];
    expect(parameter?.values).toMatchObject({ count: 2, min: -2.75, max: -0.5 });
    // The norm of (3.5, -1.25) by that of (3, -4).
    expect(parameter?.updateRatio).toBe(Number((Math.hypot(3.5, 1.25) / 5).toPrecision(6)));
    // Outputs are now -0.5, -2.75, -3.25, -1: a gradient of 2/4 (-0.5 - 3.25 - 2, -2.75 - 3.25).
    expect(parameter?.gradients).toMatchObject({ count: 2, min: -3, max: -2.875 });
    expect(record?.activations).toMatchObject([{ layer: 'dense_1', values: { count: 4, min: -3.25, max: -0.5 } }]);
  });

  it.each([1, 2])('leave the training the bits that it has without them, on %i threads', async (threads) => {
    using plain = toyModel(backend, { threads });
    using watched = toyModel(backend, { threads });
    const { epochs } = await plain.fit(toyData, toyOptions);
    const records = await statisticsOf(watched, toyData, { ...toyOptions, statistics: { samples: 50 } });
    expect(records).toHaveLength(epochs.length);
    expect(sumOfParameters(watched)).toBe(sumOfParameters(plain));
    // What the optimizer keeps is the same, too: it goes on alike.
    await plain.fit(toyData, toyOptions);
    await watched.fit(toyData, toyOptions);
    expect(sumOfParameters(watched)).toBe(sumOfParameters(plain));
  });

  it('have the values of each layer, also where pooling goes before an activation', async () => {
    const layers = [
      conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }),
      maxPool2d(),
      flatten(),
      dense({ units: 4 }),
    ];
    using model = sequential(layers, { inputShape: [1, 8, 8] }).compile({ loss: 'mse', backend });
    const data = toyData.take(12);
    const [record] = await statisticsOf(model, data, { batchSize: 12, statistics: { samples: 12 } });
    const { data: outputs } = await model.predict(data);
    const counts = record?.activations.map(({ layer, values }) => [layer, values.count]);
    expect(counts).toEqual([
      ['conv2d_1', 12 * 2 * 36],
      ['maxPool2d_1', 12 * 2 * 9],
      ['dense_1', 12 * 4],
    ]);
    const [first, second, last] = record?.activations ?? [];
    expect(first?.values.min).toBe(0);
    expect(second?.values.max).toBe(first?.values.max);
    expect(last?.values.max).toBe(distributionOf(outputs)?.max);
  });

  it('are of the same samples each time, and of others for another seed', async () => {
    const options = { epochs: 2, batchSize: 50, statistics: { samples: 3 } };
    const still = (): Model => {
      const model = sequential([flatten(), dense({ units: 4, name: 'head' })], { inputShape: [1, 8, 8] });
      return model.compile({ loss: 'mse', optimizer: sgd({ learningRate: 1e-30 }), backend });
    };
    using model = still();
    const [first, second] = await statisticsOf(model, toyData, options);
    expect(second?.activations).toEqual(first?.activations);
    using again = still();
    const [other] = await statisticsOf(again, toyData, { ...options, seed: 5 });
    expect(other?.activations).not.toEqual(first?.activations);
  });

  it('are told after their epoch, in plain objects, without gradients of what is frozen', async () => {
    using model = toyModel(backend, { optimizer: 'sgd' });
    model.freeze('conv2d_1');
    const types: string[] = [];
    const records: StatisticsRecord[] = [];
    await model.fit(toyData, {
      epochs: 2,
      batchSize: 20,
      statistics: {},
      onEvent: (event) => {
        if (event.type !== 'progress') types.push(event.type);
        if (event.type === 'statistics') records.push(event);
      },
    });
    expect(types).toEqual(['start', 'epoch', 'statistics', 'epoch', 'statistics', 'end']);
    expect(JSON.parse(JSON.stringify(records))).toEqual(records);
    const told = records[0]?.parameters.map((parameter) => [parameter.name, Object.keys(parameter).slice(2)]);
    const all = ['values', 'gradients', 'updateRatio'];
    expect(told).toEqual([
      ['conv2d_1.weight', ['values']],
      ['conv2d_1.bias', ['values']],
      ['batchNorm_1.weight', all],
      ['batchNorm_1.bias', all],
      ['dense_1.weight', all],
      ['dense_1.bias', all],
    ]);
  });

  it('of a run that goes on from a checkpoint are those of one that nothing has interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'laminet-statistics-'));
    try {
      const options = { ...toyOptions, statistics: {}, checkpoint: { folder, everySteps: 7, keep: 20 } };
      using whole = toyModel(backend);
      const records = await statisticsOf(whole, toyData, options);
      const files = (await readdir(folder)).sort();
      expect(files.length).toBeGreaterThan(6);
      for (const file of files.slice(0, 4)) {
        using resumed = toyModel(backend);
        const rest = await statisticsOf(resumed, toyData, {
          ...toyOptions,
          statistics: {},
          resume: join(folder, file),
        });
        expect(rest).toEqual(records.slice(records.length - rest.length));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('are the same bits on any number of threads, dropout included', async () => {
  const layers = () => [
    flatten(),
    dense({ units: 9, activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 4 }),
  ];
  const records: StatisticsRecord[][] = [];
  for (const threads of [1, 2, 3]) {
    using model = sequential(layers(), { inputShape: [1, 8, 8] }).compile({ loss: 'mse', backend: 'native', threads });
    records.push(await statisticsOf(model, toyData, { epochs: 2, batchSize: 20, statistics: { samples: 40 } }));
  }
  expect(records[1]).toEqual(records[0]);
  expect(records[2]).toEqual(records[0]);
  const outputs = records[0]?.[0]?.activations.map(({ layer }) => layer);
  expect(outputs).toEqual(['dense_1', 'dropout_1', 'dense_2']);
});

it('come after the first hundred epochs, then ever more rarely', () => {
  const epochs = Array.from({ length: 2000 }, (_, index) => index + 1).filter(hasStatistics);
  expect(epochs.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(epochs.slice(100)).toEqual([
    ...Array.from({ length: 90 }, (_, index) => 110 + 10 * index),
    ...Array.from({ length: 10 }, (_, index) => 1100 + 100 * index),
  ]);
});

it.each([
  [1000, 32],
  [2 ** 18, 16],
  [2 ** 23, 1],
])('are of fewer samples where a layer has %i outputs, unless others are asked for', (units, samples) => {
  const graph = chain([1], [dense({ units })]);
  expect(checkStatistics({}, graph, 100)).toEqual({ samples });
  expect(checkStatistics({}, graph, 10).samples).toBe(Math.min(10, samples));
  expect(checkStatistics({ samples: 40 }, graph, 100)).toEqual({ samples: 40 });
});

it.each([0, 1.5, 204, Number.NaN])('refuse %p samples', async (samples) => {
  using model = toyModel('reference');
  await expect(model.fit(toyData, { ...toyOptions, statistics: { samples } })).rejects.toMatchObject({
    code: 'E_OPTION',
    message: `statistics.samples must be a whole number from 1 to 203, the training samples, found ${samples}`,
    details: { option: 'statistics.samples' },
  });
});
