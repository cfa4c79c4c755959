import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from '../../lib/run/read-run';
import { writeMnistFolder } from '../support/mnist-folder';

/** The command as a process of its own, from the sources. */
function start(...argv: string[]) {
  const child = spawn(process.execPath, ['-r', './scripts/register-typescript.cjs', 'lib/cli/main.ts', ...argv]);
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, err }));
  return { child, ended };
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-main-'));
  await writeMnistFolder(join(folder, 'data'));
});

afterEach(() => rm(folder, { recursive: true }));

const training = (epochs: string): string[] => {
  const where = ['--data', join(folder, 'data'), '--out', join(folder, 'runs'), '--backend', 'reference'];
  return ['train', 'two-layer', ...where, '--epochs', epochs];
};

test('the exit codes reach the shell', async () => {
  const codes = [['inspect', 'lenet5'], ['inspect', 'nothing'], ['inspect']].map((argv) => {
    const { child, ended } = start(...argv);
    child.stdout.resume();
    return ended;
  });
  expect((await Promise.all(codes)).map(({ code }) => code)).toEqual([0, 1, 2]);
});

test('a reader that leaves early ends the command quietly', async () => {
  const { child, ended } = start(...training('100000'));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await ended).toEqual({ code: 0, err: '' });
});

test('SIGINT stops the training, which keeps its weights', async () => {
  const { child, ended } = start(...training('100000'));
  let out = '';
  let interrupted = false;
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (!interrupted && /^epoch 2\//m.test(out)) {
      interrupted = true;
      child.kill('SIGINT');
    }
  });
  expect(await ended).toEqual({ code: 130, err: '' });
  const [name = ''] = await readdir(join(folder, 'runs'));
  const { history, weightsPath } = await readRun(join(folder, 'runs', name));
  expect(history.status).toBe('aborted');
  expect(out).toContain(`run folder: ${join(folder, 'runs', name)}\n`);
  expect((await readdir(join(folder, 'runs', name))).sort()).toEqual([
    'checkpoints',
    'config.json',
    'curves.png',
    'curves.svg',
    'events.jsonl',
    expect.stringMatching(/^events[.]out[.]tfevents[.]\d+[.]laminet$/),
    'history.json',
    'model.safetensors',
    'report.html',
  ]);
  expect(weightsPath).toMatch(/model\.safetensors$/);
});
