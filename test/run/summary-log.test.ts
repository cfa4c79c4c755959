import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { TrainingEvent } from '../../lib/model/events';
import { sequential } from '../../lib/model/sequential';
import { SummaryLog, summaryFileName } from '../../lib/run/summary-log';
import { bytesOf, doublesOf, type Message, readMessage, readRecords, summaryOf } from '../support/event-file';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-summaries-'));
});

afterEach(() => rm(folder, { recursive: true }));

const start: TrainingEvent = {
  type: 'start',
  epochs: 2,
  batchSize: 4,
  samples: 40,
  stepsPerEpoch: 10,
  parameters: 10,
  backend: 'reference',
};
const epoch = (number: number): TrainingEvent => ({
  type: 'epoch',
  epoch: number,
  loss: 1 / (2 * number),
  accuracy: 0.25 * number,
  seconds: 1,
  samplesPerSecond: 40,
  learningRate: 0.5,
  validation: { loss: 0.75, accuracy: 0.5, count: 8 },
});

const values = (number: number) => ({
  count: 4,
  min: -1,
  max: 2,
  mean: 0.5,
  deviation: number,
  quantiles: [-1, 0, 0, 1, 2],
  counts: [1, 0, 3],
});
const statistics = (number: number): TrainingEvent => ({
  type: 'statistics',
  epoch: number,
  parameters: [
    { name: 'conv2d_1.weight', layer: 'conv2d_1', values: values(1), gradients: values(0.5), updateRatio: 0.125 },
    { name: 'conv2d_1.bias', layer: 'conv2d_1', values: values(1) },
  ],
  activations: [{ layer: 'conv2d_1', values: values(2) }],
});

const scalarOf = (values: ReadonlyMap<string, Message> | undefined, tag: string): number =>
  bytesOf(values?.get(tag) ?? new Map(), 2).readFloatLE();

test('numbers of each epoch and evaluation, histograms and filters where there are statistics, and the test result', async () => {
  const model = sequential([conv2d({ filters: 5, kernelSize: 3 })], { inputShape: [1, 4, 4] });
  const log = new SummaryLog(model);
  const path = join(folder, summaryFileName('2026-03-05T14:07:09.500Z'));
  expect(path).toBe(join(folder, 'events.out.tfevents.1772719629.laminet'));
  log.open(path);
  const evaluation = {
    type: 'evaluation',
    epoch: 2,
    step: 5,
    samplesSeen: 60,
    loss: 4,
    accuracy: 0.5,
    count: 10,
  } as const;
  for (const event of [start, epoch(1), evaluation, epoch(2), statistics(2)]) log.listen(event);
  log.finish({ loss: 0.125, accuracy: 0.875, count: 8 });
  await log.settle();

  const [version, ...events] = readRecords(await readFile(path)).map(readMessage);
  expect(bytesOf(version ?? new Map(), 3).toString()).toBe('brain.Event:2');
  expect(events.map((event) => event.get(2))).toEqual([[40n], [60n], [80n], [80n], [80n]]);
  const [, picked, second, inside, last] = events.map(summaryOf);
  expect(scalarOf(picked, 'error/evaluation')).toBe(4);
  expect(scalarOf(picked, 'accuracy/evaluation')).toBe(0.5);
  expect(scalarOf(second, 'error/training')).toBe(0.25);
  expect(scalarOf(second, 'accuracy/training')).toBe(0.5);
  expect(scalarOf(second, 'error/validation')).toBe(0.75);
  expect(scalarOf(second, 'learning rate')).toBe(0.5);
  expect(scalarOf(second, 'images a second')).toBe(40);
  expect([...(inside?.keys() ?? [])]).toEqual([
    'conv2d_1/conv2d_1.weight',
    'conv2d_1/conv2d_1.weight/gradient',
    'update ratio/conv2d_1.weight',
    'conv2d_1/conv2d_1.bias',
    'conv2d_1/output',
    'conv2d_1/filters',
  ]);
  expect(scalarOf(inside, 'update ratio/conv2d_1.weight')).toBe(0.125);
  const histogram = readMessage(bytesOf(inside?.get('conv2d_1/conv2d_1.weight/gradient') ?? new Map(), 5));
  // The sum of squares is 4 (0.5^2 + 0.5^2).
  expect([1, 2, 3, 4, 5].map((field) => bytesOf(histogram, field).readDoubleLE())).toEqual([-1, 2, 4, 2, 2]);
  expect(doublesOf(bytesOf(histogram, 6))).toEqual([0, 1, 2]);
  expect(doublesOf(bytesOf(histogram, 7))).toEqual([1, 0, 3]);
  // Five filters of 3x3 in two rows of three, each weight 13 pixels a side, 4 between filters.
  const picture = readMessage(bytesOf(inside?.get('conv2d_1/filters') ?? new Map(), 4));
  expect([picture.get(1), picture.get(2)]).toEqual([[82n], [125n]]);
  expect([...(last?.keys() ?? [])]).toEqual(['error/test', 'accuracy/test']);
  model.dispose();
});

test('a training fills it: as many numbers in each histogram as there are', async () => {
  using model = sequential(
    [conv2d({ filters: 2, kernelSize: 3 }), flatten(), dense({ units: 3, activation: 'softmax' })],
    {
      inputShape: [3, 4, 4],
    },
  ).compile({ loss: 'crossEntropy', backend: 'reference' });
  const samples = Uint8Array.from({ length: 6 * 48 }, (_, index) => (index * 37) % 256);
  const data = Dataset.from({ samples, shape: [3, 4, 4], labels: [0, 1, 2, 0, 1, 2], classes: 3 });
  const log = new SummaryLog(model);
  log.open(join(folder, 'events'));
  await model.fit(data, { batchSize: 2, statistics: { samples: 5 }, evaluation: { every: 4 }, onEvent: log.listen });
  await log.settle();
  const events = readRecords(await readFile(join(folder, 'events')))
    .slice(1)
    .map((record) => summaryOf(readMessage(record)));
  const counts = [...(events.at(-1) ?? [])].flatMap(([tag, value]) =>
    value.has(5) ? [[tag, bytesOf(readMessage(bytesOf(value, 5)), 3).readDoubleLE()]] : [],
  );
  expect(counts).toEqual([
    ['conv2d_1/conv2d_1.weight', 54],
    ['conv2d_1/conv2d_1.weight/gradient', 54],
    ['conv2d_1/conv2d_1.bias', 2],
    ['conv2d_1/conv2d_1.bias/gradient', 2],
    ['dense_1/dense_1.weight', 24],
    ['dense_1/dense_1.weight/gradient', 24],
    ['dense_1/dense_1.bias', 3],
    ['dense_1/dense_1.bias/gradient', 3],
    ['conv2d_1/output', 5 * 2 * 4],
    ['dense_1/output', 5 * 3],
  ]);
  expect(events.filter((values) => values.has('error/evaluation'))).toHaveLength(1);
});

test('without a model and statistics there are only numbers', async () => {
  const log = new SummaryLog();
  log.open(join(folder, 'events'));
  log.listen(start);
  log.listen(epoch(1));
  await log.settle();
  const [, event] = readRecords(await readFile(join(folder, 'events'))).map(readMessage);
  const found = [...summaryOf(event ?? new Map()).values()];
  expect(found.length).toBeGreaterThan(3);
  expect(found.every((value) => value.has(2))).toBe(true);
});
