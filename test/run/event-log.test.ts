import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingEvent } from '../../lib/model/events';
import { EventLog } from '../../lib/run/event-log';
import { readEvents } from '../../lib/run/read-events';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-events-'));
  path = join(folder, 'events.jsonl');
});

afterEach(() => rm(folder, { recursive: true }));

const start: TrainingEvent = {
  type: 'start',
  epochs: 1,
  batchSize: 4,
  samples: 400,
  stepsPerEpoch: 100,
  parameters: 10,
  backend: 'reference',
};
const progress = (step: number): TrainingEvent => ({
  type: 'progress',
  epoch: 1,
  step,
  steps: 100,
  samplesSeen: 4 * step,
  samplesPerSecond: 1000,
  loss: 1 / step,
  accuracy: 0.1 + step / 3,
});
const end: TrainingEvent = { type: 'end', reason: 'done', epochs: 1, seconds: 1.5 };

test('every event comes back as it was, in order, with the time when it came', async () => {
  const log = new EventLog();
  const events = [start, ...Array.from({ length: 100 }, (_, index) => progress(index + 1)), end];
  const before = new Date().toISOString();
  log.listen(events[0] as TrainingEvent);
  log.open(path);
  for (const [index, event] of events.slice(1).entries()) {
    log.listen(event);
    // Some events come while others are being written.
    if (index % 7 === 0) await new Promise(setImmediate);
    if (index % 13 === 0) await Promise.resolve();
  }
  await log.settle();
  const read = await readEvents(path);
  expect(read.map(({ time: _, ...event }) => event)).toEqual(events);
  const times = read.map(({ time }) => time);
  expect([...times].sort()).toEqual(times);
  expect((times[0] as string) >= before).toBe(true);
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(events.length + 1);
});

test('a last line that was cut off anywhere is left out', async () => {
  const log = new EventLog();
  log.open(path);
  log.listen(start);
  log.listen(end);
  await log.settle();
  const text = await readFile(path, 'utf8');
  const [first = ''] = text.split('\n');
  for (let length = first.length + 1; length < text.length; length++) {
    await writeFile(path, text.slice(0, length));
    expect(await readEvents(path)).toHaveLength(1);
  }
});

test('a log without events is an empty file', async () => {
  const log = new EventLog();
  log.open(path);
  await log.settle();
  expect(await readEvents(path)).toEqual([]);
});

test('a write that failed is thrown at the next event, and when the log is settled', async () => {
  const log = new EventLog();
  log.listen(start);
  log.open(join(folder, 'none', 'events.jsonl'));
  await expect(log.settle()).rejects.toMatchObject({ code: 'E_FILE' });
  expect(() => log.listen(end)).toThrow(expect.objectContaining({ code: 'E_FILE' }));
  await expect(log.settle()).rejects.toMatchObject({ code: 'E_FILE' });
});

test.each([
  ['text that is not JSON', '{"time":'],
  ['a number', '7'],
  ['null', 'null'],
  ['no type', '{"time":"2026-03-05T14:07:09.000Z"}'],
  ['no time', '{"type":"end"}'],
])('a line with %s is refused, by its number', async (_what, line) => {
  await writeFile(path, `${JSON.stringify({ time: '2026-03-05T14:07:09.000Z', ...start })}\n`);
  await appendFile(path, `${line}\n`);
  await expect(readEvents(path)).rejects.toMatchObject({
    code: 'E_FORMAT',
    details: expect.objectContaining({ where: 'line 2' }),
  });
});
