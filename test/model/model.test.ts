import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { TrainingEvent } from '../../lib/model/events';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { float32Elementwise, float32Reduction, float32Training } from '../support/tolerance';
import { quarters } from '../support/toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];

function toyModel(backend: BackendName, learningRate = 0.5, seed = 3): Model {
  return sequential(
    [
      input([1, 8, 8]),
      conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
      maxPool2d(),
      flatten(),
      dense({ units: 4, activation: 'softmax' }),
    ],
    { seed, name: 'toy' },
  ).compile({ optimizer: sgd({ learningRate }), loss: 'crossEntropy', backend, threads: 2 });
}

describe.each(BACKENDS)('a model on the %s backend', (backend) => {
  const train = quarters(203, 1);
  const test = quarters(100, 2);

  it('learns, and tells of it in events of the documented order', async () => {
    using model = toyModel(backend);
    const before = await model.evaluate(test);
    const events: TrainingEvent[] = [];
    const history = await model.fit(train, {
      epochs: 3,
      batchSize: 16,
      validationData: test,
      onEvent: (event) => events.push(event),
    });
    expect(before.accuracy).toBeLessThan(0.6);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(history.epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.95);
    expect(history.epochs.at(-1)?.loss).toBeLessThan(history.epochs[0]?.loss ?? 0);
    const types = events.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(types).toEqual(['start', 'epoch', 'epoch', 'epoch', 'end']);
    expect(events[0]).toMatchObject({ samples: 203, batchSize: 16, stepsPerEpoch: 13, parameters: 30 + 112 });
    expect(await model.evaluate(test)).toEqual(history.epochs.at(-1)?.validation);
  });

  it('evaluates and predicts the same whatever the batch size', async () => {
    using model = toyModel(backend);
    const whole = await model.predict(test, { batchSize: 100 });
    expect(whole.shape).toEqual([100, 4]);
    for (const batchSize of [1, 7, 16, 33]) {
      expect((await model.predict(test, { batchSize })).data).toEqual(whole.data);
      const { loss, accuracy, count } = await model.evaluate(test, { batchSize });
      const reference = await model.evaluate(test);
      expect(count).toBe(100);
      expect(accuracy).toBe(reference.accuracy);
      expect(Math.abs(loss - reference.loss)).toBeLessThan(float32Reduction(100).relative);
    }
    for (let sample = 0; sample < 100; sample++) {
      const row = whole.data.subarray(4 * sample, 4 * sample + 4);
      expect(Math.abs([...row].reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(float32Elementwise.relative);
    }
  });

  it('predicts on the calling thread with the same bits', async () => {
    using model = toyModel(backend);
    const whole = await model.predict(test);
    expect(model.predictSync(test)).toEqual(whole);
    const one = model.predictSync((test.samples as Uint8Array).subarray(0, 64));
    expect(one.shape).toEqual([1, 4]);
    expect(one.data).toEqual(whole.data.slice(0, 4));
    const beside = model.predict(test);
    expect(model.predictSync(test)).toEqual(whole);
    expect(await beside).toEqual(whole);
  });

  it('predicts with the parameters as they are now, however they came to be so', async () => {
    using model = toyModel(backend);
    const first = model.predictSync(test).data;
    await model.fit(train);
    const trained = model.predictSync(test).data;
    expect(trained).not.toEqual(first);
    expect((await model.predict(test)).data).toEqual(trained);
    model.parameter('dense_1.bias')[0] = 1;
    const once = model.predictSync(test).data;
    model.parameter('dense_1.weight').fill(0);
    const twice = model.predictSync(test).data;
    expect(once).not.toEqual(trained);
    expect(twice).not.toEqual(once);
    expect(model.predictSync(test).data).toEqual(twice);
  });

  it('trains the last, partial batch: its samples count', async () => {
    // 17 samples in batches of 16: the step of the one sample left over changes the weights again.
    const data = quarters(17, 5);
    const full = toyModel(backend);
    const partial = toyModel(backend);
    await full.fit(data.slice(0, 16), { batchSize: 16, shuffle: false });
    const history = await partial.fit(data, { batchSize: 16, shuffle: false });
    expect(partial.parameter('dense_1.weight')).not.toEqual(full.parameter('dense_1.weight'));
    const alone = await full.evaluate(data.slice(16));
    const first = toyModel(backend);
    const begin = await first.evaluate(data.slice(0, 16));
    const expected = (16 * begin.loss + alone.loss) / 17;
    expect(Math.abs((history.epochs[0]?.loss ?? 0) - expected)).toBeLessThan(float32Reduction(17).relative);
    for (const model of [full, partial, first]) model.dispose();
  });

  it('takes class targets and values for the same training', async () => {
    const labels = train.labels ?? new Int32Array();
    const rows = Float32Array.from({ length: 203 * 4 }, (_, i) => (labels[Math.floor(i / 4)] === i % 4 ? 1 : 0));
    const values = Dataset.from({ samples: train.samples, shape: [1, 8, 8], targets: rows });
    using byLabel = toyModel(backend);
    using byValue = toyModel(backend);
    const one = await byLabel.fit(train, { batchSize: 29 });
    const other = await byValue.fit(values, { batchSize: 29 });
    expect(other.epochs[0]?.accuracy).toBe(one.epochs[0]?.accuracy);
    expect(Math.abs((other.epochs[0]?.loss ?? 0) - (one.epochs[0]?.loss ?? 1))).toBeLessThan(
      float32Training(7, 64).relative,
    );
  });

  it('stops at once when the signal says so, and stays usable', async () => {
    using model = toyModel(backend);
    const controller = new AbortController();
    const history = await model.fit(train, {
      epochs: 100_000,
      batchSize: 16,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'epoch' && event.epoch === 2) controller.abort();
      },
    });
    expect(history.reason).toBe('aborted');
    expect(history.epochs).toHaveLength(2);
    expect((await model.evaluate(test)).count).toBe(100);
    const stopped = await model.fit(train, { epochs: 3, signal: AbortSignal.abort() });
    expect(stopped).toEqual({ epochs: [], reason: 'aborted' });
    await expect(model.evaluate(test, { batchSize: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
  });

  it('tells where the time went, where asked', async () => {
    using model = toyModel(backend);
    const plain = await model.fit(train);
    expect(plain.profile).toBeUndefined();
    const { profile = [] } = await model.fit(train, { profile: true, batchSize: 50 });
    expect(profile.map(({ op, layer }) => `${op} ${layer}`)).toEqual(
      expect.arrayContaining(['gather input', 'conv2d conv2d_1', 'conv2dGradWeight conv2d_1', 'update ', 'waiting ']),
    );
    const convolution = profile.find(({ op }) => op === 'conv2d');
    expect(convolution?.flops).toBe(2 * 9 * 3 * 36 * 203);
    expect(profile.every(({ seconds }) => seconds >= 0)).toBe(true);
    expect(profile.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThan(0);
  });

  it('ends when a listener throws, with the error that it threw', async () => {
    using model = toyModel(backend);
    const failure = new Error('the listener is tired');
    const fit = model.fit(train, {
      onEvent: ({ type }) => {
        if (type === 'epoch') throw failure;
      },
    });
    await expect(fit).rejects.toBe(failure);
    expect((await model.fit(train)).reason).toBe('done');
  });

  it('refuses a second training at the same time, and lets predictions through', async () => {
    using model = toyModel(backend);
    const first = model.fit(train, { epochs: 5 });
    await expect(model.fit(train)).rejects.toMatchObject({ code: 'E_STATE' });
    const [a, b] = await Promise.all([model.predict(test.slice(0, 3)), model.predict(test.slice(0, 3))]);
    expect(a.shape).toEqual([3, 4]);
    expect(b.shape).toEqual([3, 4]);
    expect((await first).epochs).toHaveLength(5);
  });

  it('gives the same bits for a seed, and others for another', async () => {
    const run = async (seed: number): Promise<number[]> => {
      using model = toyModel(backend, 0.5, seed);
      await model.fit(train, { epochs: 2, batchSize: 20 });
      return [...model.parameter('conv2d_1.weight')];
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect(await run(4)).not.toEqual(first);
  });
});

describe('a model', () => {
  const data = quarters(40, 1);

  it('refuses what does not fit, naming both sides', async () => {
    using model = toyModel('native');
    const wide = Dataset.from({ samples: new Uint8Array(64), shape: [1, 4, 16], labels: [0], name: 'wide' });
    await expect(model.fit(wide)).rejects.toMatchObject({
      code: 'E_SHAPE',
      message: 'toy takes samples of 1x8x8, but those of wide are 1x4x16',
    });
    const many = Dataset.from({ samples: new Uint8Array(64), shape: [1, 8, 8], labels: [7], name: 'many' });
    await expect(model.fit(many)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'many has 8 classes, but toy puts out 4 numbers',
    });
    const bare = Dataset.from({ samples: new Uint8Array(64), shape: [1, 8, 8] });
    await expect(model.fit(bare)).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(model.evaluate(bare)).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(model.predict(new Float32Array(63))).rejects.toMatchObject({ code: 'E_SHAPE' });
    await expect(model.predict([])).rejects.toMatchObject({ code: 'E_DATA' });
  });

  it.each([
    [{ epochs: 0 }, 'epochs must be a whole number of at least 1, found 0'],
    [{ epochs: Number.NaN }, 'epochs must be a whole number of at least 1, found NaN'],
    [{ batchSize: -1 }, 'batchSize must be a whole number of at least 1, found -1'],
    [{ batchSize: 1.5 }, 'batchSize must be a whole number of at least 1, found 1.5'],
    [{ batchSize: 41 }, 'batchSize must not be larger than the data, found 41 for 40 samples'],
  ])('refuses %p', async (options, message) => {
    using model = toyModel('native');
    await expect(model.fit(data, options)).rejects.toMatchObject({ code: 'E_OPTION', message });
  });

  it.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a learning rate of %p', (learningRate) => {
    expect(() => sgd({ learningRate })).toThrow(/learningRate must be a finite number above 0/);
  });

  it.each([0, 65, 1.5, Number.NaN])('refuses %p threads', (threads) => {
    expect(() => toyModel('native').compile({ loss: 'sse', threads })).toThrow(
      /threads must be a whole number from 1 to 64/,
    );
  });

  it('must be compiled before and not be disposed of', async () => {
    const bare = sequential([dense({ units: 2 })], { inputShape: [3] });
    await expect(bare.fit(data)).rejects.toMatchObject({ code: 'E_STATE', message: /compiled first/ });
    const gone = toyModel('native');
    gone.dispose();
    gone.dispose();
    await expect(gone.predict(data)).rejects.toMatchObject({ code: 'E_STATE', message: /disposed/ });
  });

  it('names the layer and both shapes where layers do not fit', () => {
    expect(() => sequential([input([1, 8, 8]), dense({ units: 3 })])).toThrow(
      'layer dense_1 (dense), fed 1x8x8: expected a flat input [inputs], found 1x8x8; put flatten() before it',
    );
    expect(() => sequential([input([1, 4, 4]), conv2d({ filters: 2, kernelSize: 5, name: 'first' })])).toThrow(
      /^layer first \(conv2d\), fed 1x4x4: conv2d: expected an image with room for a window of 5x5/,
    );
    expect(() => sequential([input([3]), input([3])])).toThrow(/input\(\) can only be the first/);
    expect(() => sequential([])).toThrow(/input shape is missing/);
    expect(() => sequential([flatten({ name: 'a' }), flatten({ name: 'a' })], { inputShape: [3] })).toThrow(
      'two layers are called "a"',
    );
  });

  it('predicts bytes as pixels of 0 to 1 and numbers as they are', async () => {
    using model = toyModel('native');
    const bytes = data.slice(0, 2).samples as Uint8Array;
    const scaled = Float32Array.from(bytes, (byte) => Math.fround(byte * Math.fround(1 / 255)));
    expect((await model.predict(scaled)).data).toEqual((await model.predict(bytes)).data);
  });

  it('starts anew in float64 on the reference backend, and refuses it natively', async () => {
    using model = toyModel('reference');
    model.compile({ loss: 'crossEntropy', precision: 'float64' });
    expect(model.backendDescription).toBe('reference');
    expect(model.parameter('dense_1.weight').BYTES_PER_ELEMENT).toBe(8);
    expect(() => model.compile({ loss: 'crossEntropy', precision: 'float64', backend: 'native' })).toThrow(/float32/);
  });
});
