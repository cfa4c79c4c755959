import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { concat } from '../../lib/layers/join';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { model } from '../../lib/model/functional';
import { loadModel } from '../../lib/model/load-model';
import type { Model, ModelOptions } from '../../lib/model/model';
import { sgd } from '../../lib/optimizers/optimizer';
import { float32Reduction } from '../support/tolerance';
import { quarters } from '../support/toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];

/** An image and a number in, a class and a number out. */
function severalModel(options: Partial<ModelOptions> = {}): Model {
  const image = input([1, 8, 8], { name: 'image' });
  const number = input([1], { name: 'number' });
  const seen = image.pipe(conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }), maxPool2d(), flatten());
  const quarter = seen.pipe(dense({ units: 4, activation: 'softmax', name: 'quarter' }));
  const half = concat([quarter, number]).pipe(dense({ units: 1, name: 'half' }));
  return model({ inputs: [image, number], outputs: [quarter, half], seed: 2, name: 'several' }).compile({
    optimizer: sgd({ learningRate: 0.2 }),
    loss: ['crossEntropy', 'sse'],
    lossWeights: [1, 0.5],
    threads: 2,
    ...options,
  });
}

/** Images with numbers; which quarter of the image is bright, and half of the number. */
function severalData(count: number, seed: number): Dataset {
  const { samples, labels } = quarters(count, seed);
  const numbers = Float32Array.from({ length: count }, (_, n) => (n % 7) / 7);
  return Dataset.records({
    inputs: [
      { samples, shape: [1, 8, 8] },
      { samples: numbers, shape: [1] },
    ],
    outputs: [{ labels: labels ?? [], classes: 4 }, { targets: numbers.map((number) => number / 2) }],
    name: 'pairs',
  });
}

describe.each(BACKENDS)('several inputs and outputs on the %s backend', (backend) => {
  const train = severalData(203, 1);
  const test = severalData(100, 2);

  it('are learned together', async () => {
    using net = severalModel({ backend });
    await net.fit(train, { epochs: 20, batchSize: 16 });
    expect((await net.evaluate(test)).accuracy).toBeGreaterThan(0.95);
    const { outputs, data, shape } = await net.predict(test);
    expect(outputs.map(({ name, shape: each }) => [name, each])).toEqual([
      ['quarter', [100, 4]],
      ['half', [100, 1]],
    ]);
    expect({ data, shape }).toEqual({ data: outputs[0]?.data, shape: outputs[0]?.shape });
    const numbers = test.samples.filter((_, place) => place % 65 === 64);
    const errors = [...(outputs[1]?.data ?? [])].map((value, n) => Math.abs(value - (numbers[n] ?? 0) / 2));
    expect(Math.max(...errors)).toBeLessThan(0.1);
  });

  it('have a loss that is the weighted sum of those of the outputs', async () => {
    using net = severalModel({ backend });
    const { loss } = await net.evaluate(test);
    const [quarter, half] = (await net.predict(test)).outputs;
    let expected = 0;
    for (let n = 0; n < 100; n++) {
      const targets = [...(test.targets ?? [])].slice(5 * n, 5 * n + 5);
      const label = targets.indexOf(1);
      expected -= Math.log(quarter?.data[4 * n + label] ?? 0) / 100;
      expected += (0.5 * ((half?.data[n] ?? 0) - (targets[4] ?? 0)) ** 2) / 2 / 100;
    }
    expect(Math.abs(loss - expected)).toBeLessThan(float32Reduction(100 * 64).relative * Math.max(1, expected));
  });

  it('give the same whatever the batch size, and on the calling thread', async () => {
    using net = severalModel({ backend });
    const whole = await net.predict(test);
    expect(await net.predict(test, { batchSize: 7 })).toEqual(whole);
    expect(net.predictSync(test)).toEqual(whole);
    expect(net.predictSync((test.samples as Float32Array).subarray(0, 65)).outputs[1]?.data).toEqual(
      whole.outputs[1]?.data.slice(0, 1),
    );
  });
});

it('several inputs and outputs survive saving and loading', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'laminet-several-'));
  try {
    const path = join(folder, 'several.safetensors');
    using net = severalModel();
    await net.save(path);
    using loaded = await loadModel(path);
    loaded.compile({ loss: 'sse' });
    expect(loaded.summary()).toBe(net.summary());
    const data = severalData(5, 3);
    expect(await loaded.predict(data)).toEqual(await net.predict(data));
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('records', () => {
  const bytes = Uint8Array.from({ length: 8 }, (_, index) => index * 17);

  it('are rows of scaled and padded numbers, sample by sample', () => {
    const data = Dataset.records({
      inputs: [
        { samples: bytes, shape: [1, 2, 2], padding: 1 },
        { samples: [7, 8], shape: [1], scale: 2 },
      ],
      outputs: [{ labels: [1, 0], classes: 3 }, { targets: [0.5, 0.25, 0.125, 1] }],
    });
    expect(data.count).toBe(2);
    expect(data.sampleShape).toEqual([17]);
    const of = (place: number): number => Math.fround((bytes[place] ?? 0) * (1 / 255));
    const rows = [
      [0, 0, 0, 0, 0, of(0), of(1), 0, 0, of(2), of(3), 0, 0, 0, 0, 0, 14],
      [0, 0, 0, 0, 0, of(4), of(5), 0, 0, of(6), of(7), 0, 0, 0, 0, 0, 16],
    ];
    expect([...data.samples]).toEqual(rows.flat());
    expect([...(data.targets ?? [])]).toEqual([0, 1, 0, 0.5, 0.25, 1, 0, 0, 0.125, 1]);
    expect(data.labels).toBeUndefined();
    expect([...data.slice(1).samples]).toEqual(rows[1]);
  });

  it('of one input and one output are what Dataset.from makes', () => {
    const options = { samples: bytes, shape: [1, 2, 2], padding: 2 };
    const records = Dataset.records({ inputs: [options], outputs: [{ labels: [1, 0], classes: 3 }] });
    expect(records).toEqual(Dataset.from({ ...options, labels: [1, 0], classes: 3 }));
  });

  it.each([
    [{ inputs: [] }, 'data set: there are no inputs'],
    [
      {
        inputs: [
          { samples: [1, 2], shape: [1] },
          { samples: [1, 2, 3], shape: [1] },
        ],
      },
      'data set, input 2: 3 samples, but the first input has 2',
    ],
    [
      { inputs: [{ samples: [1, 2], shape: [1] }], outputs: [{ labels: [1, 0] }] },
      'data set, output 1: expected labels with their number of classes, or targets',
    ],
    [
      { inputs: [{ samples: [1, 2], shape: [1] }], outputs: [{ labels: [1, 3], classes: 3 }] },
      'data set, output 1: label 1 is 3, expected a whole number from 0 to 2',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => Dataset.records(options)).toThrow(expect.objectContaining({ code: 'E_DATA', message }));
  });
});

describe('what does not fit several inputs or outputs is refused:', () => {
  it.each([
    [{ loss: ['crossEntropy'] as const }, 'loss: expected 2, one for each output, found 1'],
    [{ lossWeights: [1, 2, 3] }, 'lossWeights: expected 2, one for each output, found 3'],
    [{ lossWeights: [1, 0] }, 'lossWeights must be finite numbers above 0, found 0'],
  ])('%j', (options, message) => {
    expect(() => severalModel(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });

  it('data of other parts', async () => {
    using net = severalModel();
    const turned = Dataset.records({
      inputs: [
        { samples: [1], shape: [1] },
        { samples: new Uint8Array(64), shape: [1, 8, 8] },
      ],
    });
    await expect(net.predict(turned)).rejects.toMatchObject({
      code: 'E_SHAPE',
      message: 'several takes inputs of 1x8x8 and 1, but those of data set are 1 and 1x8x8',
    });
    const one = Dataset.from({ samples: new Float32Array(65), shape: [65], labels: [1], name: 'one' });
    await expect(net.fit(one)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'one has one label a sample, but several has 2 outputs; make it by Dataset.records',
    });
    const inputs = [
      { samples: new Uint8Array(64), shape: [1, 8, 8] },
      { samples: [1], shape: [1] },
    ];
    const swapped = Dataset.records({ inputs, outputs: [{ targets: [1] }, { labels: [1], classes: 4 }] });
    await expect(net.fit(swapped)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'data set has 1 and 4 target numbers a sample, but several puts out 4 and 1',
    });
  });
});
