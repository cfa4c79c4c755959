import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conv2d } from '../../lib/layers/conv2d';
import type { TrainingEvent } from '../../lib/model/events';
import { sequential } from '../../lib/model/sequential';
import { SummaryLog, summaryFileName } from '../../lib/run/summary-log';
import { bytesOf, doublesOf, readMessage, readRecords, summaryOf } from '../support/event-file';

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

test('numbers, histograms and filters of each epoch, and the test result', async () => {
  const model = sequential([conv2d({ filters: 5, kernelSize: 3 })], { inputShape: [1, 4, 4] });
  const log = new SummaryLog(model);
  const path = join(folder, summaryFileName('2026-03-05T14:07:09.500Z'));
  expect(path).toBe(join(folder, 'events.out.tfevents.1772719629.laminet'));
  log.open(path);
  for (const event of [start, epoch(1), epoch(2)]) log.listen(event);
  log.finish({ loss: 0.125, accuracy: 0.875, count: 8 });
  await log.settle();

  const [version, ...events] = readRecords(await readFile(path)).map(readMessage);
  expect(bytesOf(version ?? new Map(), 3).toString()).toBe('brain.Event:2');
  expect(events.map((event) => event.get(2))).toEqual([[40n], [80n], [80n]]);
  const [, second, last] = events.map(summaryOf);
  const scalar = (tag: string) => bytesOf(second?.get(tag) ?? new Map(), 2).readFloatLE();
  expect(scalar('error/training')).toBe(0.25);
  expect(scalar('accuracy/training')).toBe(0.5);
  expect(scalar('error/validation')).toBe(0.75);
  expect(scalar('learning rate')).toBe(0.5);
  expect(scalar('images a second')).toBe(40);
  const histogram = readMessage(bytesOf(second?.get('conv2d_1/conv2d_1.weight') ?? new Map(), 5));
  expect(doublesOf(bytesOf(histogram, 7)).reduce((sum, count) => sum + count, 0)).toBe(45);
  // Five filters of 3x3 in two rows of three, each weight 13 pixels a side, 4 between filters.
  const picture = readMessage(bytesOf(second?.get('conv2d_1/filters') ?? new Map(), 4));
  expect([picture.get(1), picture.get(2)]).toEqual([[82n], [125n]]);
  expect([...(last?.keys() ?? [])]).toEqual(['error/test', 'accuracy/test']);
  model.dispose();
});

test('without a model there are only numbers', async () => {
  const log = new SummaryLog();
  log.open(join(folder, 'events'));
  log.listen(start);
  log.listen(epoch(1));
  await log.settle();
  const [, event] = readRecords(await readFile(join(folder, 'events'))).map(readMessage);
  const values = [...summaryOf(event ?? new Map()).values()];
  expect(values.length).toBeGreaterThan(3);
  expect(values.every((value) => value.has(2))).toBe(true);
});

test('of many epochs all have numbers, ever fewer have weights', async () => {
  const model = sequential([conv2d({ filters: 1, kernelSize: 3 })], { inputShape: [1, 4, 4] });
  const log = new SummaryLog(model);
  log.open(join(folder, 'events'));
  log.listen(start);
  for (let number = 1; number <= 1200; number++) log.listen(epoch(number));
  await log.settle();
  const records = readRecords(await readFile(join(folder, 'events'))).slice(1);
  const events = records.map((record) => summaryOf(readMessage(record)));
  expect(events.every((values) => values.has('error/training'))).toBe(true);
  const watched = events.flatMap((values, index) => (values.has('conv2d_1/filters') ? [index + 1] : []));
  expect(watched.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(watched.slice(100)).toEqual([...Array.from({ length: 90 }, (_, index) => 110 + 10 * index), 1100, 1200]);
  model.dispose();
});
