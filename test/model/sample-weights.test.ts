import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { dense } from '../../lib/layers/dense';
import { crossEntropy, type LossLike, meanSquaredError } from '../../lib/losses/loss';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { normals, randomLabels, uniforms } from '../support/random';
import { expectClose, float32Reduction, float32Training } from '../support/tolerance';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];
const CLASSES = 3;
const COUNT = 37;
const FEATURES = 4;
const classWeights = [0.5, 2, 1];

const samples = Float32Array.from(normals(COUNT * FEATURES, 1));
const labels = randomLabels(COUNT, CLASSES, 2);
const weights = uniforms(COUNT, 0, 3, 3);

/** The samples at some places. */
function dataOf(places: readonly number[], sampleWeights?: ArrayLike<number>): Dataset {
  const rows = places.flatMap((place) => [...samples.subarray(place * FEATURES, (place + 1) * FEATURES)]);
  return Dataset.from({
    samples: rows,
    shape: [FEATURES],
    labels: places.map((place) => labels[place] as number),
    classes: CLASSES,
    ...(sampleWeights && { sampleWeights }),
  });
}

const everyone = Array.from({ length: COUNT }, (_, place) => place);

function classifier(backend: BackendName, loss: LossLike, learningRate = 0.1): Model {
  const layers = [dense({ units: 5, activation: 'tanh' }), dense({ units: CLASSES, activation: 'softmax' })];
  return sequential(layers, { inputShape: [FEATURES], seed: 4 }).compile({
    loss,
    optimizer: sgd({ learningRate }),
    backend,
    threads: 2,
  });
}

/** The cross-entropy of each sample, of what a model predicts. */
async function lossesOf(model: Model): Promise<number[]> {
  const { data } = await model.predict(dataOf(everyone));
  return everyone.map((place) => -Math.log(data[place * CLASSES + (labels[place] as number)] as number));
}

async function weightsAfter(model: Model, data: Dataset, options: Parameters<Model['fit']>[1]): Promise<number[]> {
  await model.fit(data, { shuffle: false, ...options });
  return [...model.parameter('dense_1.weight'), ...model.parameter('dense_2.bias')];
}

describe.each(BACKENDS)('sample weights on the %s backend', (backend) => {
  it('multiply losses, and do not count in what their sum is divided by', async () => {
    using model = classifier(backend, 'crossEntropy');
    const losses = await lossesOf(model);
    const expected = losses.reduce((sum, loss, place) => sum + loss * (weights[place] as number), 0) / COUNT;
    const tolerance = float32Reduction(COUNT);
    const { loss, accuracy } = await model.evaluate(dataOf(everyone, weights));
    expectClose('of the data', [loss], [expected], tolerance);
    const given = await model.evaluate(dataOf(everyone), { sampleWeights: weights });
    expect(given.loss).toBe(loss);
    expect(accuracy).toBe((await model.evaluate(dataOf(everyone))).accuracy);
  });

  it.each([
    { name: 'a weighted mean', options: { classWeights } },
    { name: 'a sum', options: { reduction: 'sum' } as const },
    { name: 'a smoothed mean', options: { labelSmoothing: 0.1 } },
  ])('with $name have one loss whatever the batch size', async ({ options }) => {
    using model = classifier(backend, crossEntropy(options));
    const losses: number[] = [];
    for (const batchSize of [1, 4, 16, 36, 37]) {
      losses.push((await model.evaluate(dataOf(everyone, weights), { batchSize })).loss);
    }
    const tolerance = float32Reduction(COUNT);
    expectClose('losses', losses, new Array(losses.length).fill(losses[0]), tolerance);
  });

  it('of 1 change nothing', async () => {
    using plain = classifier(backend, 'crossEntropy');
    using weighted = classifier(backend, 'crossEntropy');
    const expected = await weightsAfter(plain, dataOf(everyone), { batchSize: 8 });
    const actual = await weightsAfter(weighted, dataOf(everyone, new Array(COUNT).fill(1)), { batchSize: 8 });
    expectClose('weights', actual, expected, float32Training(5, COUNT));
  });

  it('of 0 leave samples out, however far off they are', async () => {
    const kept = everyone.filter((place) => place % 3 !== 0);
    const mask = everyone.map((place) => (place % 3 === 0 ? 0 : 1));
    const spoilt = dataOf(everyone, mask);
    for (const place of everyone) if (place % 3 === 0) spoilt.samples[place * FEATURES] = 1e30;
    // The mean of all is smaller by the share that was left out.
    using masked = classifier(backend, 'crossEntropy', 0.1 * (COUNT / kept.length));
    using few = classifier(backend, 'crossEntropy', 0.1);
    const expected = await weightsAfter(few, dataOf(kept), { batchSize: kept.length, epochs: 3 });
    const actual = await weightsAfter(masked, spoilt, { batchSize: COUNT, epochs: 3 });
    expectClose('weights', actual, expected, float32Training(3, COUNT));
    const { loss } = await few.evaluate(spoilt);
    const { loss: ofKept } = await few.evaluate(dataOf(kept));
    expectClose('loss', [loss], [(ofKept * kept.length) / COUNT], float32Reduction(COUNT));
  });

  it('given to fit stand in for those of the data, and train as those do', async () => {
    using byData = classifier(backend, 'crossEntropy');
    using byOption = classifier(backend, 'crossEntropy');
    const options = { batchSize: 8, epochs: 2 };
    const expected = await weightsAfter(byData, dataOf(everyone, weights), options);
    const actual = await weightsAfter(byOption, dataOf(everyone, new Array(COUNT).fill(7)), {
      ...options,
      sampleWeights: weights,
    });
    expect(actual).toEqual(expected);
  });

  it('go with their samples when the order is shuffled, and when data are cut', async () => {
    using model = classifier(backend, 'crossEntropy', 1e-9);
    const losses = await lossesOf(model);
    const { epochs } = await model.fit(dataOf(everyone, weights), { batchSize: 5, shuffle: true });
    const expected = losses.reduce((sum, loss, place) => sum + loss * (weights[place] as number), 0) / COUNT;
    expectClose('loss of the epoch', [epochs[0]?.loss ?? 0], [expected], float32Reduction(COUNT));
    const cut = dataOf(everyone, weights).slice(10, 20);
    const ofCut = losses.slice(10, 20).reduce((sum, loss, n) => sum + loss * (weights[10 + n] as number), 0) / 10;
    expectClose('loss of a part', [(await model.evaluate(cut)).loss], [ofCut], float32Reduction(10));
  });

  it('are heeded in validation data', async () => {
    using model = classifier(backend, 'crossEntropy');
    const validationData = dataOf(everyone, weights);
    const { epochs } = await model.fit(dataOf(everyone), { validationData });
    expect(epochs[0]?.validation).toEqual(await model.evaluate(validationData));
  });

  it('of classes make the loss the weighted mean, of an epoch in batches, too', async () => {
    using model = classifier(backend, crossEntropy({ classWeights }), 1e-9);
    const losses = await lossesOf(model);
    const weightOf = (place: number): number => classWeights[labels[place] as number] as number;
    const sum = losses.reduce((before, loss, place) => before + loss * weightOf(place), 0);
    const expected = sum / everyone.reduce((before, place) => before + weightOf(place), 0);
    const { epochs } = await model.fit(dataOf(everyone), { batchSize: 5 });
    expectClose('loss of the epoch', [epochs[0]?.loss ?? 0], [expected], float32Reduction(COUNT));
  });

  it('work where nothing in a step counts', async () => {
    using model = classifier(backend, crossEntropy({ classWeights: [0, 0, 1] }));
    const places = everyone.filter((place) => labels[place] !== 2);
    const before = [...model.parameter('dense_1.weight')];
    const after = await weightsAfter(model, dataOf(places), { batchSize: places.length });
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('of several outputs multiply the sum of their losses', async () => {
    using model = classifier(backend, meanSquaredError());
    const rows = uniforms(COUNT * CLASSES, 0, 1, 5);
    const data = Dataset.records({
      inputs: [{ samples, shape: [FEATURES] }],
      outputs: [{ targets: rows }],
      sampleWeights: weights,
    });
    const { data: outputs } = await model.predict(data);
    let sum = 0;
    for (const [index, output] of outputs.entries()) {
      sum += ((output - (rows[index] as number)) ** 2 * (weights[Math.floor(index / CLASSES)] as number)) / CLASSES;
    }
    expectClose('loss', [(await model.evaluate(data)).loss], [sum / COUNT], float32Reduction(COUNT));
  });
});

describe('sample weights are refused', () => {
  it.each([
    { sampleWeights: [1], message: 'data set: 37 samples but 1 sample weights' },
    {
      sampleWeights: weights.with(3, -1),
      message: 'data set: sample weight 3 is -1, expected a finite number of at least 0',
    },
    { sampleWeights: weights.with(0, Number.NaN), message: 'data set: sample weight 0 is NaN' },
  ])('$message', async ({ sampleWeights, message }) => {
    const expected = { code: 'E_DATA', message: expect.stringContaining(message) };
    expect(() => dataOf(everyone, sampleWeights)).toThrow(expect.objectContaining(expected));
    using model = classifier('reference', 'crossEntropy');
    await expect(model.fit(dataOf(everyone), { sampleWeights })).rejects.toMatchObject(expected);
    await expect(model.evaluate(dataOf(everyone), { sampleWeights })).rejects.toMatchObject(expected);
  });
});

describe('a loss that does not fit is refused', () => {
  it('with another number of class weights than outputs, when the model is compiled', () => {
    expect(() => classifier('reference', crossEntropy({ classWeights: [1, 2] }))).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: 'loss crossEntropy: expected a class weight for each of 3 outputs, found 2',
      }),
    );
  });

  it('with labels where it compares rows, and with targets out of its range', async () => {
    using model = classifier('reference', 'klDivergence');
    await expect(model.fit(dataOf(everyone))).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringContaining('has labels, but the loss klDivergence compares with rows of shares'),
    });
    const targets = uniforms(COUNT * CLASSES, 0, 1, 6).with(7, 1.5);
    const data = Dataset.from({ samples, shape: [FEATURES], targets });
    await expect(model.evaluate(data)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'data set: target 1 of sample 2 is 1.5; those of the loss klDivergence must be from 0 to 1',
    });
  });

  it.each([
    {
      loss: crossEntropy({ fromLogits: true }),
      message: 'loss crossEntropy, on the output of dense_2: softmax puts out probabilities: leave out fromLogits',
    },
    { loss: 'nll', message: /nll, on the output of dense_2: softmax puts out probabilities, where logarithms/ },
  ] as const)('at the end of a network that it cannot be meant for: $message', async ({ loss, message }) => {
    using model = classifier('reference', loss);
    await expect(model.fit(dataOf(everyone))).rejects.toMatchObject({
      code: 'E_OPTION',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });
});
