import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Dataset } from '../../lib/data/dataset';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { type NormalizationOptions, normalization } from '../../lib/layers/normalization';
import { loadModel } from '../../lib/model/load-model';
import { sequential } from '../../lib/model/sequential';
import { instructionSets } from '../support/backends';
import { normals } from '../support/random';
import { expectClose, float32Elementwise } from '../support/tolerance';

const SHAPE = [3, 2, 4];
const MEAN = [0.4914, 0.4822, 0.4465];
const STD = [0.247, 0.2435, 0.2616];
const samples = Uint8Array.from(normals(5 * 24, 1), (value) => Math.min(255, Math.abs(value) * 90));
const backends = instructionSets.length > 0 ? (['native', 'reference'] as const) : (['reference'] as const);

const expected = Array.from(samples, (byte, index) => {
  const channel = Math.floor(index / 8) % 3;
  return (byte / 255 - (MEAN[channel] as number)) / (STD[channel] as number);
});

describe.each(backends)('on the %s backend', (backend) => {
  it('subtracts the mean of each channel and divides by its std, in prediction as in training', async () => {
    const model = sequential([normalization({ mean: MEAN, std: STD })], { inputShape: SHAPE });
    model.compile({ loss: 'sse', backend });
    const { data } = await model.predict(samples);
    expectClose('normalized', data, expected, float32Elementwise);
    await model.dispose();
  });

  it('goes with the model into a file, and training leaves it as it is', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'laminet-'));
    const model = sequential([normalization({ mean: MEAN, std: STD }), flatten(), dense({ units: 2 })], {
      inputShape: SHAPE,
    });
    model.compile({ loss: 'sse', backend });
    const data = Dataset.from({ samples, shape: SHAPE, targets: normals(10, 2) });
    await model.fit(data, { epochs: 2, batchSize: 2 });
    expectClose('mean', model.parameter('normalization_1.mean'), MEAN, float32Elementwise);
    const file = path.join(folder, 'model.safetensors');
    await model.save(file);
    const loaded = await loadModel(file);
    loaded.compile({ loss: 'sse', backend });
    expect((await loaded.predict(data)).data).toEqual((await model.predict(data)).data);
    await Promise.all([model.dispose(), loaded.dispose()]);
    rmSync(folder, { recursive: true });
  });
});

const REFUSED: readonly (readonly [NormalizationOptions, string])[] = [
  [{ mean: Number.NaN, std: 1 }, 'mean must be a finite number, or one for each channel, found NaN at 0'],
  [{ mean: [], std: 1 }, 'mean must be a finite number, or one for each channel, found none'],
  [{ mean: 0, std: [1, 0] }, 'std must be a finite number of at least 0.000001, or one for each channel, found 0 at 1'],
  [
    { mean: 0, std: Number.POSITIVE_INFINITY },
    'std must be a finite number of at least 0.000001, or one for each channel, found Infinity at 0',
  ],
];

it.each(REFUSED)('refuses %j', (options, message) => {
  expect(() => normalization(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
});

it('refuses another number of channels', () => {
  expect(() => normalization({ mean: [1, 2], std: 1 }).build([3, 4, 4])).toThrow(
    expect.objectContaining({ code: 'E_SHAPE', message: 'normalization: expected [2, ...], found 3x4x4' }),
  );
});
