import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { dense } from '../../lib/layers/dense';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { sgd } from '../../lib/optimizers/optimizer';
import { cosineDecay } from '../../lib/schedules/cosine';
import { sumOfParameters } from '../support/all-bits';
import { quarters } from '../support/toy';
import { toyModel } from '../support/trained-toy';

const data = quarters(60, 1);
const part = (from: number) => data.slice(from, from + 20);
const bytes = (from: number) => (data.samples as Uint8Array).subarray(64 * from, 64 * (from + 20));
const labels = (from: number) => (data.labels ?? new Int32Array()).subarray(from, from + 20);

describe.each<BackendName>(['native', 'reference'])('trainOnBatch on the %s backend', (backend) => {
  const scheduled = () => ({ optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.1, duration: 2 }) }) });

  it('is what fit does with each batch', async () => {
    using fitted = toyModel(backend, scheduled());
    const { epochs } = await fitted.fit(data, { batchSize: 20, shuffle: false, epochs: 2 });
    using batched = toyModel(backend, scheduled());
    const losses: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const from of [0, 20, 40]) {
        const options = { stepsPerEpoch: 3 };
        const result =
          from === 20
            ? await batched.trainOnBatch(part(from), undefined, options)
            : await batched.trainOnBatch(bytes(from), labels(from), options);
        const { loss, accuracy, penalty, count } = result;
        expect(count).toBe(20);
        expect(accuracy).toBeGreaterThanOrEqual(0);
        expect(penalty).toBeGreaterThan(0);
        losses.push(loss);
      }
    }
    expect(sumOfParameters(batched)).toBe(sumOfParameters(fitted));
    const mean = (from: number): number => losses.slice(from, from + 3).reduce((sum, loss) => sum + loss, 0) / 3;
    expect(mean(0)).toBeCloseTo(epochs[0]?.loss ?? Number.NaN, 12);
    expect(mean(3)).toBeCloseTo(epochs[1]?.loss ?? Number.NaN, 12);
  });

  it('takes a rate of the moment, and rows of numbers as targets', async () => {
    const options = { optimizer: sgd(), loss: 'mse', backend } as const;
    using model = sequential([dense({ units: 1 })], { inputShape: [2] }).compile(options);
    const before = sumOfParameters(model);
    await model.trainOnBatch([1, 2, 3, 4], [1, 2], { learningRate: 0 });
    expect(sumOfParameters(model)).toBe(before);
    const { loss } = await model.trainOnBatch([1, 2, 3, 4], [1, 2], { learningRate: 0.01 });
    expect((await model.trainOnBatch([1, 2, 3, 4], [1, 2])).loss).toBeLessThan(loss);
  });

  it('leaves the weights as they are where the loss is no number', async () => {
    using model = toyModel(backend, { optimizer: 'sgd' });
    const before = sumOfParameters(model);
    await expect(model.trainOnBatch(new Float32Array(64 * 20).fill(Number.NaN), labels(0))).rejects.toMatchObject({
      code: 'E_DIVERGED',
      message: /the loss of the batch is not a finite number; its update was not made/,
    });
    expect(sumOfParameters(model)).toBe(before);
    expect(Number.isFinite((await model.trainOnBatch(part(0))).loss)).toBe(true);
  });
});

it('refuses what is no batch, and a second training beside it', async () => {
  using model = toyModel('native', { optimizer: 'sgd' });
  const refused = (code: string) => expect.objectContaining({ code });
  await expect(model.trainOnBatch(bytes(0))).rejects.toEqual(refused('E_DATA'));
  await expect(model.trainOnBatch(part(0), labels(0))).rejects.toEqual(refused('E_OPTION'));
  await expect(model.trainOnBatch(bytes(0), labels(0).subarray(1))).rejects.toEqual(refused('E_DATA'));
  await expect(model.trainOnBatch(bytes(0), [9, ...labels(1)])).rejects.toEqual(refused('E_DATA'));
  for (const options of [{ learningRate: Number.NaN }, { learningRate: -1 }, { stepsPerEpoch: 0 }]) {
    await expect(model.trainOnBatch(part(0), undefined, options)).rejects.toEqual(refused('E_OPTION'));
  }
  const bare = Dataset.from({ samples: bytes(0), shape: [1, 8, 8] });
  await expect(model.trainOnBatch(bare)).rejects.toEqual(refused('E_DATA'));
  const first = model.trainOnBatch(part(0));
  await expect(model.trainOnBatch(part(0))).rejects.toEqual(refused('E_STATE'));
  await first;
});
