import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Dataset } from '../../lib/data/dataset';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { loadModel } from '../../lib/model/load-model';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { normals, randomLabels } from '../support/random';

const SHAPE = [3, 6, 5];
const COUNT = 40;

const data = () =>
  Dataset.from({
    samples: Float32Array.from(normals(COUNT * 90, 1), (value) => 3 * value + 2),
    shape: SHAPE,
    labels: Int32Array.from(randomLabels(COUNT, 4, 2)),
    classes: 4,
    name: 'noise',
  });

const layers = () => [
  conv2d({ filters: 5, kernelSize: 3, useBias: false }),
  batchNorm({ momentum: 0.5 }),
  flatten(),
  dense({ units: 4, activation: 'softmax' }),
];

async function trained(backend: 'native' | 'reference') {
  const model = sequential(layers(), { inputShape: SHAPE, seed: 1 });
  model.compile({ loss: 'crossEntropy', optimizer: sgd({ learningRate: 0.05 }), backend });
  await model.fit(data(), { epochs: 4, batchSize: 20 });
  return model;
}

describe.each(['native', 'reference'] as const)('on the %s backend', (backend) => {
  it('follows the statistics of training and predicts by them, whatever the batch', async () => {
    const model = await trained(backend);
    const means = Array.from(model.parameter('batchNorm_1.runningMean'));
    expect(means.some((mean) => Math.abs(mean) > 0.1)).toBe(true);
    const samples = Float32Array.from(normals(20 * 90, 5));
    const all = Array.from(model.predictSync(samples).data);
    const first = Array.from(model.predictSync(samples.subarray(0, 90)).data);
    expect(first).toEqual(all.slice(0, 4));
    model.dispose();
  });

  it('keeps its running statistics in a file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'laminet-'));
    const model = await trained(backend);
    const file = path.join(folder, 'model.safetensors');
    await model.save(file);
    const again = (await loadModel(file)).compile({ loss: 'crossEntropy', backend });
    for (const name of ['runningMean', 'runningVariance', 'weight', 'bias']) {
      expect(Array.from(again.parameter(`batchNorm_1.${name}`))).toEqual(
        Array.from(model.parameter(`batchNorm_1.${name}`)),
      );
    }
    const samples = Float32Array.from(normals(90, 5));
    expect(Array.from(again.predictSync(samples).data)).toEqual(Array.from(model.predictSync(samples).data));
    model.dispose();
    again.dispose();
    rmSync(folder, { recursive: true });
  });
});

it('is counted in the summary, which says what is not trained', () => {
  const model = sequential([batchNorm(), flatten(), dense({ units: 1 })], { inputShape: [3, 2, 2] });
  const lines = model.summary().split('\n');
  expect(lines.at(-2)).toMatch(/^total +25 /);
  expect(lines.at(-1)).toBe('6 of the parameters are not trained');
});

it('refuses options out of range and inputs without channels', () => {
  expect(() => batchNorm({ momentum: 2 })).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
  expect(() => batchNorm({ epsilon: 0 })).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
  expect(() => batchNorm().build([])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
