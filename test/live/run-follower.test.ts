import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventFeed } from '../../lib/live/event-feed';
import { LiveRuns } from '../../lib/live/live-runs';
import type { LiveMessage } from '../../lib/live/messages';
import { RunFollower } from '../../lib/live/run-follower';

let out: string;
let told: LiveMessage[];
let follower: RunFollower;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'laminet-follow-'));
  told = [];
  const feed = new EventFeed();
  jest.spyOn(feed, 'publish').mockImplementation((message) => void told.push(message));
  follower = new RunFollower(new LiveRuns(feed));
});

afterEach(() => rm(out, { recursive: true }));

const config = {
  laminet: '0.1.0',
  startedAt: '2026-03-05T14:07:09.000Z',
  network: 'small',
  data: { folder: null, train: { name: 'images', count: 100 }, test: { name: 'images', count: 10 } },
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.05,
  batchSize: 10,
  epochs: 2,
  seed: 7,
  backend: 'native',
};

/** A run folder as a training leaves it, with some events. */
async function makeRun(name: string, events = ''): Promise<string> {
  const folder = join(out, name);
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'events.jsonl'), events);
  await writeFile(join(folder, 'history.json'), JSON.stringify({ status: 'running', epochs: [] }));
  return folder;
}

const line = (type: string, fields: object = {}): string =>
  `${JSON.stringify({ time: config.startedAt, type, ...fields })}\n`;
const start = line('start', { samples: 100 });

const types = (): string[] => told.map((message) => (message.type === 'event' ? message.event.type : message.type));

test('tells of what a run has, and of what comes, each once', async () => {
  const run = await makeRun('one', start);
  await follower.follow(run);
  await follower.poll();
  expect(types()).toEqual(['run', 'start', 'status']);
  expect(told[0]).toMatchObject({ name: 'one', config });
  await follower.poll();
  expect(told).toHaveLength(3);
  const [first, second] = [line('epoch', { epoch: 1 }), line('epoch', { epoch: 2, note: 'größer' })];
  // A line comes in pieces, cut within a letter of two bytes.
  const bytes = Buffer.from(first + second);
  const cut = bytes.indexOf('ö') + 1;
  await appendFile(join(run, 'events.jsonl'), bytes.subarray(0, cut));
  await follower.poll();
  expect(types().slice(3)).toEqual(['epoch']);
  await appendFile(join(run, 'events.jsonl'), bytes.subarray(cut));
  await follower.poll();
  expect(told.at(-1)).toMatchObject({ type: 'event', event: { epoch: 2, note: 'größer' } });
  const test = { loss: 0.7, accuracy: 0.5, count: 4 };
  await writeFile(join(run, 'history.json'), JSON.stringify({ status: 'done', epochs: [], test }));
  await follower.poll();
  expect(told.slice(5)).toEqual([{ type: 'status', run: '1', status: 'done', test }]);
});

test('of a folder of runs follows the twelve newest, and those that come', async () => {
  for (let run = 10; run < 24; run++) await makeRun(`run-${run}`);
  await writeFile(join(out, 'notes.txt'), 'mine');
  await follower.follow(out);
  await follower.poll();
  const names = (): string[] => told.flatMap((message) => (message.type === 'run' ? [message.name] : []));
  expect(names()).toEqual(Array.from({ length: 12 }, (_, index) => `run-${index + 12}`));
  // A run whose history is not there yet waits.
  const coming = join(out, 'run-30');
  await cp(join(out, 'run-20'), coming, { recursive: true });
  await rm(join(coming, 'history.json'));
  await follower.poll();
  expect(names()).toHaveLength(12);
  await writeFile(join(coming, 'history.json'), JSON.stringify({ status: 'running', epochs: [] }));
  await follower.poll();
  expect(names().slice(12)).toEqual(['run-30']);
});

test('what is not there or malformed is refused, and tells so later', async () => {
  await expect(follower.follow(join(out, 'nothing'))).rejects.toMatchObject({ code: 'E_FILE' });
  const spoilt = await makeRun('spoilt', `${start}nonsense\n`);
  await follower.follow(spoilt);
  await follower.poll();
  await follower.poll();
  expect(told.filter(({ type }) => type === 'status')).toEqual([
    {
      type: 'status',
      run: '1',
      status: 'running',
      failure: expect.stringMatching(
        /^the run cannot be followed: .*events.jsonl: line 2: found text that is not JSON/,
      ),
    },
  ]);
  await writeFile(join(spoilt, 'config.json'), '{}');
  await expect(follower.follow(spoilt)).rejects.toMatchObject({ code: 'E_FORMAT' });
});

test('of progress keeps no more than a curve shows, and the last', async () => {
  const progress = Array.from({ length: 100 }, (_, step) =>
    line('progress', { epoch: 1, step, steps: 100, samplesSeen: step + 1 }),
  );
  const run = await makeRun('one', start + progress.join(''));
  const feed = new EventFeed();
  const publish = jest.spyOn(feed, 'publish');
  const other = new RunFollower(new LiveRuns(feed));
  await other.follow(run);
  await other.poll();
  const kept = publish.mock.calls.filter(([, keeping]) => keeping?.spare);
  expect(kept).toHaveLength(20);
  const passing = publish.mock.calls.filter(([, keeping]) => keeping?.slot === 'progress of 1');
  expect(passing).toHaveLength(80);
});
