import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { topKAccuracy } from '../../lib/metrics/accuracy';
import { classificationReport } from '../../lib/metrics/classification-report';
import { confusionMatrix } from '../../lib/metrics/confusion-matrix';
import type { MetricValue } from '../../lib/metrics/metric';
import { auc, f1, precision, recall, topK } from '../../lib/metrics/metrics';
import { rocAuc, rocAucOneVsRest } from '../../lib/metrics/roc-auc';
import { model } from '../../lib/model/functional';
import type { Model, ModelOptions } from '../../lib/model/model';
import type { Prediction } from '../../lib/model/prediction';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { normals } from '../support/random';
import { expectClose, float32Reduction } from '../support/tolerance';
import { quarters } from '../support/toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];

/** So many that every batch size but 1 leaves a rest. */
const COUNT = 103;
const BATCHES = [1, 2, 7, 16, 33, 100];

/** Steps at this rate change no weight, so that what an epoch measured can be measured again. */
const still = sgd({ learningRate: 1e-30 });

const METRICS = [
  'accuracy',
  'confusionMatrix',
  'precision',
  'recall',
  'f1',
  'auc',
  topK({ k: 1 }),
  topK({ k: 2 }),
  topK({ k: 4 }),
  precision({ average: 'none', zeroDivision: 1 }),
  recall({ average: 'micro' }),
  f1({ average: 'weighted' }),
  auc({ average: 'none' }),
  auc({ average: 'weighted' }),
] as const;

/** What the functions of predictions say. */
function expected(scores: Prediction, { labels }: Dataset): Record<string, MetricValue> {
  const matrix = confusionMatrix(scores, labels);
  const report = classificationReport(matrix);
  const areas = rocAucOneVsRest(scores, labels);
  return {
    accuracy: report.accuracy,
    confusionMatrix: [0, 1, 2, 3].map((row) => [...matrix.counts.slice(4 * row, 4 * row + 4)]),
    precision: report.macro.precision,
    recall: report.macro.recall,
    f1: report.macro.f1,
    auc: areas.macro,
    top1: topKAccuracy(scores, labels, 1),
    top2: topKAccuracy(scores, labels, 2),
    top4: 1,
    'precision.classes': classificationReport(matrix, { zeroDivision: 1 }).classes.map(({ precision: each }) => each),
    'recall.micro': report.accuracy,
    'f1.weighted': report.weighted.f1,
    'auc.classes': areas.classes,
    'auc.weighted': areas.weighted,
  };
}

function classifier(options: Partial<ModelOptions> = {}): Model {
  const layers = [flatten(), dense({ units: 4, activation: 'softmax' })];
  const made = sequential(layers, { inputShape: [1, 8, 8], seed: 1, name: 'classifier' });
  return made.compile({ loss: 'crossEntropy', optimizer: still, metrics: METRICS, ...options });
}

describe.each(BACKENDS)('metrics on the %s backend', (backend) => {
  const data = quarters(COUNT, 3);
  const validationData = quarters(57, 4);

  it.each([1, 2, 3])('are those of the predictions, with every batch size, on %i threads', async (threads) => {
    using net = classifier({ backend, threads });
    const own = expected(await net.predict(data), data);
    expect(own.accuracy).not.toBe(own.top2);
    for (const batchSize of BATCHES) {
      expect((await net.evaluate(data, { batchSize })).metrics).toEqual(own);
      const { epochs } = await net.fit(data, { batchSize, epochs: 2 });
      expect(epochs.map(({ metrics }) => metrics)).toEqual([own, own]);
    }
  });

  it('are measured on the validation data, too, and told with each epoch', async () => {
    using net = classifier({ backend });
    const told: unknown[] = [];
    const { epochs } = await net.fit(data, {
      validationData,
      onEvent: (event) => event.type === 'epoch' && told.push(event.metrics, event.validation?.metrics),
    });
    expect(epochs[0]?.validation?.metrics).toEqual(expected(await net.predict(validationData), validationData));
    expect(told).toEqual([epochs[0]?.metrics, epochs[0]?.validation?.metrics]);
    expect(JSON.parse(JSON.stringify(epochs[0]?.metrics))).toEqual(epochs[0]?.metrics);
  });

  it('change no bit of what is trained', async () => {
    const optimizer = sgd({ learningRate: 0.1 });
    using measured = classifier({ backend, optimizer });
    using plain = classifier({ backend, optimizer, metrics: [] });
    const [{ epochs }] = [await plain.fit(data, { epochs: 2 }), await measured.fit(data, { epochs: 2 })];
    expect(measured.parameter('dense_1.weight')).toEqual(plain.parameter('dense_1.weight'));
    expect(epochs[0]).not.toHaveProperty('metrics');
    expect(await plain.evaluate(data)).not.toHaveProperty('metrics');
  });

  it('say yes or no of a single output', async () => {
    const samples = normals(COUNT * 3, 5);
    const targets = Float32Array.from({ length: COUNT }, (_, n) => ((samples[3 * n] ?? 0) > 0.3 ? 1 : 0));
    const asked = Dataset.from({ samples, shape: [3], targets, name: 'questions' });
    using net = sequential([dense({ units: 1, activation: 'sigmoid' })], { inputShape: [3], seed: 2 });
    net.compile({
      loss: 'binaryCrossEntropy',
      optimizer: still,
      backend,
      metrics: ['confusionMatrix', 'auc', 'recall'],
    });
    const { data: scores } = await net.predict(asked);
    // As scores of two classes, of which yes is the second.
    const pairs = [...scores].flatMap((score) => [0.5, score]);
    const matrix = confusionMatrix({ data: pairs, shape: [COUNT, 2] }, targets);
    const [a = 0, b = 0, c = 0, d = 0] = matrix.counts;
    expect(Math.min(a, b, c, d)).toBeGreaterThan(0);
    const report = classificationReport(matrix);
    for (const batchSize of BATCHES) {
      const { accuracy, metrics } = await net.evaluate(asked, { batchSize });
      expect(accuracy).toBe((a + d) / COUNT);
      expect(metrics).toEqual({
        confusionMatrix: [
          [a, b],
          [c, d],
        ],
        auc: rocAuc(scores, targets),
        recall: report.macro.recall,
      });
      const { epochs } = await net.fit(asked, { batchSize });
      expect(epochs[0]).toMatchObject({ accuracy, metrics });
    }
  });

  it('tell what each output adds to the loss', async () => {
    const number = input([2], { name: 'number' });
    const [near, far] = ['near', 'far'].map((name) => number.pipe(dense({ units: 2, name })));
    using net = model({ inputs: [number], outputs: [near, far] as never, seed: 3 });
    const options = { optimizer: still, backend, metrics: ['lossParts'] } as const;
    net.compile({ loss: ['sse', 'sse'], lossWeights: [1, 0.5], ...options });
    const row = Float32Array.from(normals(COUNT * 2, 6));
    const pairs = Dataset.records({
      inputs: [{ samples: row, shape: [2] }],
      outputs: [{ targets: row }, { targets: row }],
    });
    const { outputs } = await net.predict(pairs);
    const parts = outputs.map(({ data: found }, place) => {
      const sum = [...found].reduce((before, value, n) => before + (value - (row[n] ?? 0)) ** 2 / 2, 0);
      return (sum / COUNT) * (place === 0 ? 1 : 0.5);
    });
    for (const batchSize of BATCHES) {
      const { loss, metrics } = await net.evaluate(pairs, { batchSize });
      const found = [metrics?.['near.loss'], metrics?.['far.loss']] as number[];
      expectClose('parts', found, parts, float32Reduction(COUNT));
      expectClose('loss', [loss], [(parts[0] ?? Number.NaN) + (parts[1] ?? Number.NaN)], float32Reduction(COUNT));
      expect((await net.fit(pairs, { batchSize, shuffle: false })).epochs[0]?.metrics).toEqual(metrics);
    }
  });
});

describe('metrics that cannot be', () => {
  const several = (): Model => {
    const number = input([2], { name: 'number' });
    return model({
      inputs: [number],
      outputs: [number.pipe(dense({ units: 2 })), number.pipe(dense({ units: 3 }))],
      name: 'two',
    });
  };
  const rows = Dataset.from({
    samples: new Float32Array(6 * 64),
    shape: [1, 8, 8],
    targets: new Float32Array(24),
    name: 'rows',
  });
  const ofOne = Dataset.from({
    samples: new Float32Array(6 * 64),
    shape: [1, 8, 8],
    labels: [0, 1, 2, 2, 1, 0],
    name: 'three',
  });

  it('are refused when the model is compiled', () => {
    using net = classifier();
    const compile = (metrics: ModelOptions['metrics'], of = net): Model =>
      of.compile({ loss: 'crossEntropy', metrics: metrics ?? [] });
    expect(() => compile([topK()])).toThrow(
      'k of the metric topK must be from 1 to 4, the classes of classifier, found 5',
    );
    expect(() => compile(['top' as never])).toThrow(
      'there is no metric "top"; there are accuracy, topK, confusionMatrix',
    );
    expect(() => compile([f1(), 'f1'])).toThrow('metrics: f1 is there twice');
    expect(() => compile(['auc'], several())).toThrow(
      'metric auc needs a network with one output, of classes, but two has 2 outputs',
    );
    expect(() => topK({ k: 1.5 })).toThrow('k of the metric topK must be a whole number of at least 1, found 1.5');
    expect(() => auc({ average: 'micro' as never })).toThrow(
      'average must be one of macro, weighted, none, found "micro"',
    );
    const one = sequential([dense({ units: 1 })], { inputShape: [3], name: 'one' });
    expect(() => compile([topK({ k: 1 })], one)).toThrow(
      'metric top1 needs at least 2 classes, but one has one output number',
    );
  });

  it('are refused before anything is run', async () => {
    using net = classifier();
    const needsLabels = { code: 'E_DATA', message: 'metric confusionMatrix needs labels, which rows has none of' };
    await expect(net.evaluate(rows)).rejects.toMatchObject(needsLabels);
    await expect(net.fit(quarters(20, 1), { validationData: rows })).rejects.toMatchObject(needsLabels);
    await expect(net.fit(ofOne)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'metric auc needs samples of class 3 and of others, but three has 0 of it among 6',
    });
    using asked = sequential([dense({ units: 1, activation: 'sigmoid' })], { inputShape: [1] });
    asked.compile({ loss: 'binaryCrossEntropy', metrics: ['recall'] });
    const halves = Dataset.from({ samples: [1, 2], shape: [1], targets: [1, 0.5], name: 'halves' });
    await expect(asked.evaluate(halves)).rejects.toMatchObject({
      code: 'E_DATA',
      message: 'metric recall needs targets of 0 or 1, found 0.5 at sample 1 of halves',
    });
  });
});
