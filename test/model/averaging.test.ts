import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { loadModel } from '../../lib/model/load-model';
import type { Model, ModelOptions } from '../../lib/model/model';
import type { WeightsOptions } from '../../lib/model/run-options';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { expectClose, float32Training } from '../support/tolerance';
import { quarters } from '../support/toy';

const data = quarters(64, 1);
const BATCH = 16;

function network(backend: BackendName, options: Partial<ModelOptions> = {}): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    batchNorm(),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ];
  const model = sequential(layers, { inputShape: [1, 8, 8], seed: 3, name: 'toy' });
  return model.compile({ loss: 'crossEntropy', optimizer: adam({ learningRate: 0.05 }), backend, ...options });
}

/** Trains batch by batch, and averages by hand; statistics are not averaged. */
async function averageByHand(model: Model, decay: number): Promise<Map<string, number[]>> {
  let average: Map<string, number[]> | undefined;
  for (let first = 0; first < data.count; first += BATCH) {
    await model.fit(data.slice(first, first + BATCH), { batchSize: BATCH, shuffle: false });
    const before = average;
    average = new Map(
      model.graph.parameters.map(({ name, spec }) => {
        const now = [...model.parameter(name)];
        const old = before?.get(name);
        if (!old || spec.trainable === false) return [name, now];
        return [name, now.map((value, index) => decay * (old[index] ?? 0) + (1 - decay) * value)];
      }),
    );
  }
  return average ?? new Map();
}

describe.each<BackendName>(['native', 'reference'])('averages of weights on the %s backend', (backend) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'laminet-average-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('follow the weights with every update, and are saved, evaluated and predicted with when asked for', async () => {
    using averaging = network(backend, { averaging: { decay: 0.75 } });
    using plain = network(backend);
    const expected = await averageByHand(plain, 0.75);
    await averaging.fit(data, { batchSize: BATCH, shuffle: false });
    const file = path.join(folder, `${backend}.safetensors`);
    await averaging.save(file, { weights: 'average' });
    using loaded = (await loadModel(file)).compile({ loss: 'crossEntropy', backend });
    for (const { name } of plain.graph.parameters) {
      // Averaging changes nothing of what is averaged.
      expect([...averaging.parameter(name)]).toEqual([...plain.parameter(name)]);
      expectClose(name, loaded.parameter(name), expected.get(name) ?? [], float32Training(4, 1));
    }
    expect([...loaded.parameter('dense_1.weight')]).not.toEqual([...plain.parameter('dense_1.weight')]);

    const average = { weights: 'average' } as const;
    expect(await averaging.evaluate(data, average)).toEqual(await loaded.evaluate(data));
    expect(await averaging.predict(data, average)).toEqual(await loaded.predict(data));
    expect(averaging.predictSync(data, average)).toEqual(loaded.predictSync(data));
    expect(await averaging.evaluate(data)).toEqual(await plain.evaluate(data));
    expect(averaging.predictSync(data)).toEqual(plain.predictSync(data));
    expect(await averaging.evaluate(data, average)).not.toEqual(await averaging.evaluate(data));
  });

  it('are what validation data are evaluated with when asked for', async () => {
    using model = network(backend, { averaging: {} });
    const { epochs } = await model.fit(data, { validationData: data, validationWeights: 'average' });
    expect(epochs[0]?.validation).toEqual(await model.evaluate(data, { weights: 'average' }));
    expect(epochs[0]?.validation).not.toEqual(await model.evaluate(data));
  });

  it('go on from one fit to the next, and over layers that were frozen', async () => {
    using once = network(backend, { averaging: { decay: 0.5 } });
    using twice = network(backend, { averaging: { decay: 0.5 } });
    const weights = { weights: 'average' } as const;
    await once.fit(data, { batchSize: BATCH, shuffle: false });
    await twice.fit(data.slice(0, 32), { batchSize: BATCH, shuffle: false });
    await twice.fit(data.slice(32), { batchSize: BATCH, shuffle: false });
    expect(twice.predictSync(data, weights)).toEqual(once.predictSync(data, weights));
    using thawed = network(backend, { averaging: { decay: 0.5 } });
    await thawed.freeze('conv*').fit(data, { batchSize: BATCH });
    const first = [...thawed.parameter('conv2d_1.weight')];
    const file = path.join(folder, `${backend}-frozen.safetensors`);
    await thawed.save(file, weights);
    expect([...(await loadModel(file)).parameter('conv2d_1.weight')]).toEqual(first);
  });

  it('are not there before training, nor where nobody keeps them', async () => {
    using none = network(backend);
    using fresh = network(backend, { averaging: {} });
    await expect(none.evaluate(data, { weights: 'average' })).rejects.toThrow(
      expect.objectContaining({
        code: 'E_STATE',
        message: 'toy has no average of its weights yet: compile({ averaging }) keeps one',
      }),
    );
    expect(() => fresh.predictSync(data, { weights: 'average' })).toThrow(
      'toy has no average of its weights yet: nothing was trained since compile',
    );
    expect(() => fresh.predictSync(data, { weights: 'ema' } as unknown as WeightsOptions)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: `weights must be 'current' or 'average', found "ema"` }),
    );
  });

  it.each([-0.1, 1, Number.NaN])('are refused a decay of %p', (decay) => {
    expect(() => network(backend, { averaging: { decay } })).toThrow(
      `averaging.decay must be a number of at least 0 and below 1, found ${decay}`,
    );
  });
});
