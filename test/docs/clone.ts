import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { writeCifarFolder } from '../support/cifar-folder';
import { writeMnistFolder } from '../support/mnist-folder';
import { npyBytes } from '../support/npy-bytes';
import { zipBytes } from '../support/zip-bytes';
import { root } from './pages';

/** Sends SIGTERM to a program a while after it began to listen to it: for blocks that train until they are told to stop. */
const STOPPER = `process.on('newListener', (name) => {
  if (name === 'SIGTERM') setTimeout(() => process.kill(process.pid, name), 500);
});
`;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * A folder that is to a reader's commands like a clone that is built: links to all that the repository has, the command
 * `laminet`, and small data at the places that the pages name.
 */
export async function makeClone(): Promise<string> {
  const clone = mkdtempSync(path.join(tmpdir(), 'laminet-docs-'));
  for (const name of readdirSync(root)) {
    if (!['.git', 'runs'].includes(name)) symlinkSync(path.join(root, name), path.join(clone, name));
  }
  mkdirSync(path.join(clone, 'bin'));
  symlinkSync(path.join(root, 'dist/cli/main.js'), path.join(clone, 'bin/laminet'));
  writeFileSync(path.join(clone, 'stopper.cjs'), STOPPER);
  await writeMnistFolder(path.join(clone, 'path/to/mnist'));
  cpSync(path.join(clone, 'path/to/mnist'), path.join(clone, 'path/to/fashion'), { recursive: true });
  await writeCifarFolder(path.join(clone, 'path/to/cifar-10-batches-bin'), 20);
  // What is in the cache is not downloaded.
  cpSync(path.join(clone, 'path/to/cifar-10-batches-bin'), path.join(clone, 'cache/cifar-10-batches-bin'), {
    recursive: true,
  });
  await writeImages(path.join(clone, 'animals'));
  writeArrays(clone);
  return clone;
}

async function writeImages(folder: string): Promise<void> {
  for (const part of ['train', 'test']) {
    for (const [shade, name] of ['cat', 'dog'].entries()) {
      mkdirSync(path.join(folder, part, name), { recursive: true });
      const image = { width: 40, height: 36, channels: 3 as const, background: { r: 200 * shade, g: 90, b: 40 } };
      for (let index = 1; index <= 4; index++) {
        await sharp({ create: image }).toFile(path.join(folder, part, name, `${index}.png`));
      }
    }
  }
}

function writeArrays(folder: string): void {
  const pixels = new Uint8Array(3 * 28 * 28);
  const arrays = zipBytes([
    { path: 'x_train.npy', content: npyBytes('|u1', '(3, 28, 28)', pixels) },
    { path: 'y_train.npy', content: npyBytes('|u1', '(3,)', Uint8Array.of(7, 8, 9)) },
  ]);
  writeFileSync(path.join(folder, 'mnist.npz'), arrays);
  writeFileSync(path.join(folder, 'photos.npy'), npyBytes('|u1', '(2, 4, 5, 3)', new Uint8Array(2 * 4 * 5 * 3)));
}

/** Runs a program in a clone to its end. */
export async function runIn(clone: string, command: string, args: readonly string[]): Promise<Ending> {
  const env = {
    ...process.env,
    PATH: `${path.join(clone, 'bin')}${path.delimiter}${process.env.PATH}`,
    LAMINET_CACHE: path.join(clone, 'cache'),
    NO_COLOR: '1',
    npm_config_loglevel: 'silent',
  };
  const child = spawn(command, args, { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.err += piece;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...text };
}

/** Makes the runs that a command speaks of, `runs/2026-03-05-14-07-09-lenet5`, where they are not there. */
export async function makeRuns(clone: string, command: string): Promise<void> {
  for (const [folder, network = ''] of command.matchAll(/runs\/[\d-]{19}-([\w-]+)/g)) {
    if (existsSync(path.join(clone, folder))) continue;
    const made = await runIn(clone, 'laminet', ['train', network, '--epochs', '1', '--out', 'made']);
    const [name = ''] = readdirSync(path.join(clone, 'made'));
    expect(made).toMatchObject({ code: 0 });
    mkdirSync(path.join(clone, 'runs'), { recursive: true });
    cpSync(path.join(clone, 'made', name), path.join(clone, folder), { recursive: true });
  }
}
