import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { History } from '../../lib/model/events';
import { loadModel } from '../../lib/model/load-model';
import type { Model } from '../../lib/model/model';
import type { Prediction } from '../../lib/model/prediction';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { float32Elementwise } from '../support/tolerance';
import { quarters } from '../support/toy';

const trainingData = quarters(400, 1);
const testData = quarters(50, 2);

const newModel = (): Model =>
  sequential(
    [
      input([1, 8, 8]),
      conv2d({ filters: 5, kernelSize: 3, activation: 'tanh' }),
      batchNorm(),
      maxPool2d(),
      flatten(),
      dense({ units: 4, activation: 'softmax' }),
    ],
    { seed: 1, name: 'busy' },
  ).compile({ optimizer: adam(), loss: 'crossEntropy', threads: 2, averaging: { decay: 0.9 } });

/** Whether each of the test data's rows of four adds up to 1. */
function areProbabilities({ data }: Prediction): boolean {
  const sums = new Float64Array(testData.count);
  for (const [place, probability] of data.entries()) {
    const row = Math.floor(place / 4);
    sums[row] = (sums[row] ?? 0) + probability;
  }
  return sums.every((sum) => Math.abs(sum - 1) < float32Elementwise.relative);
}

describe('a model that is asked while it trains', () => {
  it.each<[string, (model: Model) => Promise<boolean>]>([
    ['predict', async (model) => areProbabilities(await model.predict(testData))],
    ['predictSync', async (model) => areProbabilities(model.predictSync(testData))],
    ['evaluate', async (model) => Number.isFinite((await model.evaluate(testData)).loss)],
    ['an average to predict', async (model) => areProbabilities(await model.predict(testData, { weights: 'average' }))],
  ])('for %s learns the same, bit for bit, and answers with the weights of the moment', async (_, ask) => {
    const options = { epochs: 40, batchSize: 16 };
    using alone = newModel();
    await alone.fit(trainingData, { epochs: 1, batchSize: 16 });
    const history = await alone.fit(trainingData, options);

    using asked = newModel();
    // An average is there from the first update on.
    await asked.fit(trainingData, { epochs: 1, batchSize: 16 });
    const first = asked.predictSync(testData).data;
    let running = true;
    const training = asked.fit(trainingData, options).finally(() => {
      running = false;
    });
    const answers: boolean[] = [];
    do {
      answers.push(await ask(asked));
      await nextTurn();
    } while (running);
    expect(answers).toEqual(answers.map(() => true));
    const losses = ({ epochs }: History) => epochs.map(({ loss }) => loss);
    expect(losses(await training)).toEqual(losses(history));

    // Nothing that was made of passing weights is used again.
    const after = alone.predictSync(testData);
    expect(after.data).not.toEqual(first);
    expect(asked.predictSync(testData)).toEqual(after);
    expect(await asked.predict(testData)).toEqual(after);
    expect(asked.parameter('dense_1.weight')).toEqual(alone.parameter('dense_1.weight'));
  });

  it('writes a file that can be loaded, and refuses to load one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'laminet-busy-'));
    const file = path.join(folder, 'busy.safetensors');
    try {
      using model = newModel();
      const controller = new AbortController();
      const training = model.fit(trainingData, { epochs: 1e9, batchSize: 16, signal: controller.signal });
      await model.save(file);
      await expect(model.load(file)).rejects.toMatchObject({
        code: 'E_STATE',
        message: `busy is being trained and cannot load ${file}; end the training first`,
      });
      controller.abort();
      expect((await training).reason).toBe('aborted');
      using loaded = (await loadModel(file)).compile({ loss: 'crossEntropy' });
      expect(areProbabilities(await loaded.predict(testData))).toBe(true);
      await model.load(file);
      expect(await model.predict(testData)).toEqual(await loaded.predict(testData));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
