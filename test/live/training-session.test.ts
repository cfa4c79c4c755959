import { EventFeed } from '../../lib/live/event-feed';
import { LiveRuns } from '../../lib/live/live-runs';
import type { Answer } from '../../lib/live/local-server';
import type { LiveMessage } from '../../lib/live/messages';
import { TrainingSession } from '../../lib/live/training-session';
import type { RunConfig } from '../../lib/run/run-record';

let told: LiveMessage[];
let session: TrainingSession;

beforeEach(() => {
  told = [];
  const feed = new EventFeed();
  jest.spyOn(feed, 'publish').mockImplementation((message) => void told.push(message));
  session = new TrainingSession(feed, new LiveRuns(feed));
});

const statusOf = async (asked: unknown): Promise<number> => {
  const body = typeof asked === 'string' ? asked : JSON.stringify(asked);
  return ((await session.action.run(Buffer.from(body))) as Answer).status;
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });

test.each([
  '',
  'nonsense',
  'null',
  '[]',
  '{}',
  '{"action":"fly"}',
  '{"action":"__proto__"}',
  '{"action":"train"}',
  '{"action":"train","epochs":0,"goOn":false}',
  '{"action":"train","epochs":1.5,"goOn":false}',
  '{"action":"train","epochs":"1","goOn":false}',
  '{"action":"train","epochs":1000001,"goOn":false}',
  '{"action":"train","epochs":1}',
])('what is no action is refused: %s', async (body) => {
  expect(await statusOf(body)).toBe(400);
});

test('does what fits, and refuses what does not', async () => {
  const outer = new AbortController();
  const train = { action: 'train', epochs: 3, goOn: false };
  for (const action of ['pause', 'resume', 'stop']) expect(await statusOf({ action })).toBe(409);
  const first = session.train(untilAborted, outer.signal);
  expect(await statusOf(train)).toBe(409);
  expect(await statusOf({ action: 'pause' })).toBe(204);
  expect(session.pause.paused).toBe(true);
  session.listen({ type: 'pause', epoch: 1, step: 0 });
  expect(await statusOf({ action: 'resume' })).toBe(204);
  expect(session.pause.paused).toBe(false);
  expect(await statusOf({ action: 'stop' })).toBe(204);
  expect(await statusOf({ action: 'stop' })).toBe(409);
  await new Promise(setImmediate);
  // No run is kept whose weights it could go on from.
  expect(await statusOf({ ...train, goOn: true })).toBe(409);
  expect(await statusOf(train)).toBe(204);
  expect(await first).toEqual({ epochs: 3, from: undefined });
  expect(await statusOf(train)).toBe(409);

  const second = session.train(async () => {
    session.begin({ network: 'small', epochs: 3 } as RunConfig);
    session.end({ status: 'done' }, 'runs/one');
  }, outer.signal);
  await new Promise(setImmediate);
  expect(await statusOf({ ...train, goOn: true })).toBe(204);
  expect(await second).toEqual({ epochs: 3, from: 'runs/one' });
  const states = told.flatMap((message) => (message.type === 'controls' ? [message.state] : []));
  expect(states).toEqual(['training', 'paused', 'stopping', 'idle', 'training', 'training', 'idle']);
});

test('a pause of the training before does not hold the next one', async () => {
  session.pause.pause();
  void session.train(untilAborted, undefined);
  expect(session.pause.paused).toBe(false);
});

test('ends with the signal of its caller, while something is trained and while nothing is', async () => {
  const outer = new AbortController();
  const training = session.train(untilAborted, outer.signal);
  outer.abort();
  expect(await training).toBeUndefined();
  const waiting = new AbortController();
  const idle = session.train(async () => undefined, waiting.signal);
  await new Promise(setImmediate);
  waiting.abort();
  expect(await idle).toBeUndefined();
});

test("what goes wrong is its caller's to know", async () => {
  const failing = session.train(() => Promise.reject(new Error('broken')), undefined);
  await expect(failing).rejects.toThrow('broken');
});
