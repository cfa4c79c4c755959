import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import type { TrainingEvent } from '../../lib/model/events';
import { curvesOf } from '../../lib/run/curves';
import { type LoggedEvent, readEvents } from '../../lib/run/read-events';
import { readRun } from '../../lib/run/read-run';
import { type CapturedIo, captureIo } from '../support/captured-output';
import { startCli } from '../support/cli-process';
import { writeMnistFolder } from '../support/mnist-folder';
import { sumOfWeights } from '../support/saved-weights';

jest.setTimeout(120_000);

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-resume-'));
  data = join(folder, 'data');
  await writeMnistFolder(data, { train: 100, test: 20 });
});

afterAll(() => rm(folder, { recursive: true }));

/** A training of 23 steps an epoch with all that a run can keep from one epoch to the next. */
const training = (out: string, epochs = 6): string[] => [
  'train',
  'two-layer',
  ...['--data', data, '--out', join(folder, out), '--epochs', String(epochs), '--batch-size', '4'],
  ...['--optimizer', 'adam', '--validation', '0.1', '--evaluate-every', '50', '--evaluate-on', '10'],
  ...['--patience', '50', '--backend', 'reference', '--json'],
];

async function onlyRun(out: string): Promise<string> {
  const [name = '', ...others] = await readdir(join(folder, out));
  expect(others).toEqual([]);
  return join(folder, out, name);
}

const eventsOf = (text: string): LoggedEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent);

/** What events say but for times, and for where and when checkpoints were made. */
function timeless(events: readonly LoggedEvent[]): unknown[] {
  return events.flatMap(({ time: _, ...event }) => {
    if (event.type !== 'epoch' && event.type !== 'evaluation') return [];
    return [{ ...event, seconds: 0, samplesPerSecond: 0 }];
  });
}

let undisturbed: string;
let expectedSum: string;
let expectedEvents: unknown[];

beforeAll(async () => {
  expect(await runCli(training('undisturbed'), captureIo())).toBe(0);
  undisturbed = await onlyRun('undisturbed');
  expectedSum = await sumOfWeights(undisturbed);
  expectedEvents = timeless(await readEvents(join(undisturbed, 'events.jsonl')));
});

/** Throws unless a run that was interrupted has come to what the undisturbed one has come to. */
async function expectEqualRun(path: string): Promise<void> {
  expect(await sumOfWeights(path)).toBe(expectedSum);
  const events = await readEvents(join(path, 'events.jsonl'));
  expect(timeless(events)).toEqual(expectedEvents);
  expect(events.filter(({ type }) => type === 'end')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', epochs: 6 });
  // Progress goes on and on, as in a run that nothing has stopped.
  const seen = events.flatMap((event) => (event.type === 'progress' ? [event.epoch * 1e6 + event.step] : []));
  expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(seen);
  const { history } = await readRun(path);
  expect(history).toMatchObject({ status: 'done', test: (await readRun(undisturbed)).history.test });
  expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  const [evaluation, other] = [events, await readEvents(join(undisturbed, 'events.jsonl'))].map((list) =>
    curvesOf(list).filter(({ name }) => name !== 'training'),
  );
  expect(evaluation).toEqual(other);
}

const resume = (path: string, io: CapturedIo, ...argv: string[]): Promise<number> =>
  runCli(['resume', path, '--backend', 'reference', ...argv], io);

test('a run that Ctrl-C stops in the midst of an epoch says how to go on, and comes to the same bits', async () => {
  const { child, ended } = startCli(
    training('interrupted').filter((word) => word !== '--json'),
    (line) => line.startsWith('after 52 images') && child.kill('SIGINT'),
  );
  const { code, out, err } = await ended;
  const path = await onlyRun('interrupted');
  expect([code, err]).toEqual([130, '']);
  expect(out).toMatch(/^stopped after \d of 6 epochs$/m);
  expect(out.endsWith(`\ngo on with: laminet resume ${path}\n`)).toBe(true);
  expect((await readRun(path)).history.status).toBe('aborted');
  const io = captureIo();
  expect(await resume(path, io)).toBe(0);
  expect(io.stdout.text).toMatch(/^goes on (after step \d+ of|with) epoch \d$/m);
  await expectEqualRun(path);
});

test('SIGTERM stops as Ctrl-C does, and has an exit code of its own', async () => {
  const { child, ended } = startCli(training('terminated'), (line) => {
    if (line.includes('"type":"evaluation"')) child.kill('SIGTERM');
  });
  const { code, out } = await ended;
  expect(code).toBe(143);
  expect(eventsOf(out).at(-1)).toMatchObject({ type: 'result', status: 'aborted' });
  const path = await onlyRun('terminated');
  expect(await resume(path, captureIo())).toBe(0);
  await expectEqualRun(path);
});

test('a run that is killed, again and again, comes to the same bits', async () => {
  const short = ['--checkpoint-every', '0.001'];
  let killed = 0;
  const live = async (argv: readonly string[], checkpoints: number): Promise<void> => {
    let seen = 0;
    const { child, ended } = startCli([...argv, ...short], (line) => {
      if (line.includes('"type":"checkpoint"') && ++seen === checkpoints) child.kill('SIGKILL');
    });
    if ((await ended).code === null) killed += 1;
  };
  await live(training('killed'), 7);
  const path = await onlyRun('killed');
  expect((await readRun(path)).history.status).toBe('running');
  for (const checkpoints of [1, 20, 3, 40]) {
    await appendFile(join(path, 'events.jsonl'), '{"time":"2026-03-05T14:07:09.00');
    await live(['resume', path, '--backend', 'reference', '--json'], checkpoints);
  }
  expect(killed).toBeGreaterThanOrEqual(3);
  expect(await resume(path, captureIo())).toBe(0);
  await expectEqualRun(path);
});

test('a run that was killed before its first checkpoint begins anew', async () => {
  const { child, ended } = startCli([...training('early'), '--checkpoint-every', '1000'], (line) => {
    if (line.includes('"type":"evaluation"')) child.kill('SIGKILL');
  });
  await ended;
  const path = await onlyRun('early');
  const io = captureIo();
  expect(await resume(path, io)).toBe(0);
  expect(io.stdout.text).toContain('there is no checkpoint yet: the run begins anew\n');
  await expectEqualRun(path);
});

test('events that were lost when a run was killed are put back from its checkpoint', async () => {
  const path = join(folder, 'lost');
  await cp(undisturbed, path, { recursive: true });
  const lines = (await readFile(join(path, 'events.jsonl'), 'utf8')).split('\n');
  const third = lines.findIndex((line) => line.includes('"type":"epoch","epoch":3'));
  await writeFile(join(path, 'events.jsonl'), lines.slice(0, third).join('\n').slice(0, -5));
  expect(await resume(path, captureIo(), '--epochs', '7')).toBe(0);
  const events = await readEvents(join(path, 'events.jsonl'));
  expect(timeless(events).slice(0, expectedEvents.length)).toEqual(expectedEvents);
  expect((await readRun(path)).history.epochs).toHaveLength(7);
});

test('--epochs goes on with a run that is done: as if it had been asked for at first', async () => {
  expect(await runCli(training('short', 3), captureIo())).toBe(0);
  const path = await onlyRun('short');
  const io = captureIo();
  expect(await resume(path, io)).toBe(1);
  expect(io.stderr.text).toBe(
    `laminet: ${path} has gone through its 3 epochs; for more of them: laminet resume ${path} --epochs 6\n`,
  );
  expect(await resume(path, captureIo(), '--epochs', '6')).toBe(0);
  expect((await readRun(path)).config.epochs).toBe(6);
  await expectEqualRun(path);
});

test('a run that stopped early, and one that diverged, are not gone on with', async () => {
  const stopping = ['--optimizer', 'sgd', '--learning-rate', '1e-30', '--patience', '2'];
  const io = captureIo();
  expect(await runCli([...training('stopping').filter((word) => word !== '--json'), ...stopping], io)).toBe(0);
  const path = await onlyRun('stopping');
  expect(io.stdout.text).toContain('stopped after 3 of 6 epochs: none of the last 2 was better\n');
  expect((await readRun(path)).history).toMatchObject({ status: 'stoppedEarly', best: { epoch: 1 } });
  const stopped = captureIo();
  expect(await resume(path, stopped, '--epochs', '9')).toBe(1);
  expect(stopped.stderr.text).toBe(
    `laminet: ${path} stopped after epoch 3, since nothing got better; train anew with a larger --patience\n`,
  );

  expect(await runCli([...training('diverging'), '--optimizer', 'sgd', '--learning-rate', '1e30'], captureIo())).toBe(
    1,
  );
  const diverged = captureIo();
  expect(await resume(await onlyRun('diverging'), diverged)).toBe(1);
  expect(diverged.stderr.text).toMatch(/diverged, and would again; train anew with a smaller --learning-rate\n$/);
});

describe('is refused, with nothing changed, where', () => {
  const damaged = async (name: string, damage: (path: string) => Promise<void>, ...argv: string[]) => {
    const path = join(folder, name);
    await cp(undisturbed, path, { recursive: true });
    await damage(path);
    const before = await readFile(join(path, 'events.jsonl'));
    const io = captureIo();
    expect(await resume(path, io, '--epochs', '8', ...argv)).toBe(1);
    expect(await readFile(join(path, 'events.jsonl'))).toEqual(before);
    expect(io.stderr.text.trimEnd()).not.toContain('\n');
    return io.stderr.text;
  };

  test('the checkpoints are gone', async () => {
    const said = await damaged('gone', (path) => rm(join(path, 'checkpoints'), { recursive: true }));
    expect(said).toMatch(/^laminet: cannot resume .*gone: there is no checkpoint in .*gone.checkpoints$/m);
  });

  test('the newest checkpoint is damaged', async () => {
    const said = await damaged('flipped', async (path) => {
      const checkpoints = join(path, 'checkpoints');
      const newest = join(checkpoints, (await readdir(checkpoints)).sort().at(-1) ?? '');
      const bytes = await readFile(newest);
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
      await writeFile(newest, bytes);
    });
    expect(said).toMatch(/^laminet: .*step-\d+[.]safetensors: the content: found the SHA-256 \w+, expected \w+$/m);
  });

  test('the data are others', async () => {
    const others = join(folder, 'others');
    await writeMnistFolder(others, { train: 99, test: 20 });
    const said = await damaged('moved', async () => undefined, '--data', others);
    expect(said).toMatch(/^laminet: cannot resume from .*: there data.count is 90, but in this training it is 89$/m);
  });

  test('the settings are others', async () => {
    const said = await damaged('edited', async (path) => {
      const config = await readFile(join(path, 'config.json'), 'utf8');
      await writeFile(join(path, 'config.json'), config.replace('"seed": 0', '"seed": 1'));
    });
    expect(said).toMatch(/^laminet: cannot resume from .*: there seed is 0, but in this training it is 1$/m);
  });

  test('there is no run', async () => {
    const io = captureIo();
    expect(await resume(join(folder, 'none'), io)).toBe(1);
    expect(io.stderr.text).toMatch(/^laminet: cannot read .*config.json: there is no such file or folder\n$/);
  });
});

test('an event of each kind that is later than the checkpoint is left out', async () => {
  const path = join(folder, 'later');
  await cp(undisturbed, path, { recursive: true });
  const later: TrainingEvent[] = [
    { type: 'evaluation', epoch: 7, step: 3, samplesSeen: 552, loss: 1, accuracy: 1, count: 10 },
    { type: 'checkpoint', path: 'x', epoch: 7, step: 3 },
    { type: 'end', reason: 'aborted', epochs: 6, seconds: 1 },
  ];
  for (const event of later) {
    const line = JSON.stringify({ time: '2026-03-05T14:07:09.000Z', ...event });
    await appendFile(join(path, 'events.jsonl'), `${line}\n`);
  }
  expect(await resume(path, captureIo(), '--epochs', '7')).toBe(0);
  const events = await readEvents(join(path, 'events.jsonl'));
  expect(events.filter((event) => event.type === 'checkpoint' && event.path === 'x')).toEqual([]);
  expect(events.filter((event) => event.type === 'end')).toHaveLength(1);
  const places = events.flatMap((event) => (event.type === 'evaluation' ? [event.samplesSeen] : []));
  expect(new Set(places).size).toBe(places.length);
});
