import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LaminetError } from '../../lib/errors';
import { CheckpointFolder } from '../../lib/model/checkpoint-folder';
import { sumOfParameters } from '../support/all-bits';
import { longOptions, toyData, toyModel, toyOptions } from '../support/trained-toy';

const root = join(__dirname, '..', '..');
jest.setTimeout(120_000);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-crash-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A child process and what it has printed. */
interface Child {
  readonly process: ChildProcess;
  readonly begun: Promise<void>;
  /** All of its lines, when it has ended; undefined for its exit code where it was killed. */
  readonly ended: Promise<{ exitCode: number | null; lines: string[] }>;
}

function start(command: readonly string[], ...args: readonly (string | number)[]): Child {
  const script = ['-r', './scripts/register-typescript.cjs', 'test/support/training-process.ts'];
  const [file = '', ...before] = [...command, process.execPath];
  const child = spawn(file, [...before, ...script, ...args.map(String)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const begun = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('begun')) resolve();
    });
    child.on('close', () => resolve());
  });
  const ended = new Promise<{ exitCode: number | null; lines: string[] }>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, lines: output.trim().split('\n') }));
  });
  return { process: child, begun, ended };
}

/** The bits of a run that nothing disturbs. */
async function undisturbed(): Promise<string> {
  using model = toyModel('native', { threads: 2 });
  await model.fit(toyData, longOptions);
  return sumOfParameters(model);
}

describe.each<[string, number]>([
  ['steps', 1],
  ['seconds', 0.002],
])('a run with checkpoints by %s that is killed again and again', (unit, interval) => {
  it('ends with the same bits', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    let random = seed;
    const below = (limit: number): number => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 1;
      return random % limit;
    };
    let longest = 150;
    for (let killed = 0; killed < 4; ) {
      const child = start([], folder, 1 + (killed % 3), unit, interval);
      await child.begun;
      await new Promise((resolve) => setTimeout(resolve, below(longest)));
      child.process.kill('SIGKILL');
      if ((await child.ended).exitCode === null) {
        killed += 1;
        continue;
      }
      // It has come to its end before it was killed: one that begins anew, and is given less time.
      await rm(folder, { recursive: true });
      await mkdir(folder);
      longest = Math.ceil(longest / 2);
    }
    const last = start([], folder, 2, unit, interval);
    expect((await last.ended).lines.at(-1)).toBe(`sum ${await undisturbed()}`);
    // What the kills have left is swept; the last checkpoints are there.
    const files = await readdir(folder);
    expect(files).toHaveLength(2);
    expect(files.every((name) => name.startsWith('step-'))).toBe(true);
  });
});

/** Every file of a folder with its content. */
async function contents(path: string): Promise<Map<string, string>> {
  const names = (await readdir(path)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'hex')] as const)),
  );
}

/** Runs a child that must fail, and returns the sentence. */
async function failure(command: readonly string[], path: string): Promise<string | undefined> {
  const { exitCode, lines } = await start(command, path, 2, 'steps', 1).ended;
  expect(exitCode).toBe(0);
  return lines.find((line) => line.startsWith('error'));
}

/** The checkpoints of a folder in which nothing else may be. */
async function checkpointsIn(path: string): Promise<Map<string, string>> {
  const files = await contents(path);
  expect([...files.keys()].filter((name) => !/^step-\d{10}[.]safetensors$/.test(name))).toEqual([]);
  return files;
}

/** A run that was killed after some checkpoints. */
async function interrupted(path: string): Promise<Map<string, string>> {
  const child = start([], path, 2, 'steps', 1);
  await child.begun;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const names = await readdir(path).catch(() => []);
    if (names.filter((name) => name.startsWith('step-')).length >= 2) break;
  }
  child.process.kill('SIGKILL');
  await child.ended;
  const names = (await readdir(path)).filter((name) => !name.startsWith('step-'));
  for (const name of names) await rm(join(path, name));
  return checkpointsIn(path);
}

async function expectGoesOn(path: string): Promise<void> {
  expect((await start([], path, 1, 'steps', 1).ended).lines.at(-1)).toBe(`sum ${await undisturbed()}`);
}

/** Has a program, or a right, that a test would like to use. */
function works(file: string, ...args: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}

/** The proof that needs nothing of the machine: no file of a process may be larger than 4 KiB, which no checkpoint keeps to. */
async function failsBeyondFileSize(path: string): Promise<void> {
  const before = await interrupted(path);
  const limited = ['bash', '-c', 'ulimit -f 4 && exec "$@"', 'limited'];
  expect(await failure(limited, path)).toMatch(
    /^error E_FILE cannot write \S+step-\d{10}[.]safetensors: the file would be larger than is allowed here$/,
  );
  expect(await checkpointsIn(path)).toEqual(before);
  await expectGoesOn(path);
}

describe('a checkpoint that cannot be written', () => {
  it('stops the run with a sentence, and those before it stay as they are', async () => {
    const old = new CheckpointFolder(folder, 3);
    await old.open(true);
    await old.write(6, Uint8Array.of(1, 2, 3));
    const before = await contents(folder);
    const full = new LaminetError('E_FILE', 'cannot write: the disk is full');
    const failing = new CheckpointFolder(folder, 1, () => Promise.reject(full));
    await expect(failing.write(12, Uint8Array.of(4))).rejects.toBe(full);
    expect(await contents(folder)).toEqual(before);
  });

  it('leaves a usable model', async () => {
    using model = toyModel('native');
    const data = toyData.slice(0, 150);
    const inTheWay = join(folder, 'step-0000000012.safetensors');
    const fit = model.fit(data, {
      ...toyOptions,
      checkpoint: { folder, everySteps: 6 },
      onEvent: ({ type }) => type === 'checkpoint' && mkdir(inTheWay),
    });
    await expect(fit).rejects.toMatchObject({
      code: 'E_FILE',
      message: `cannot write ${inTheWay}: it is a folder, expected a file`,
    });
    expect((await readdir(folder)).sort()).toEqual(['step-0000000006.safetensors', 'step-0000000012.safetensors']);
    expect((await model.fit(data, { epochs: 1, validationSplit: 0.2 })).reason).toBe('done');
  });

  it('where files may not be so large keeps the old ones', () => failsBeyondFileSize(folder));

  it('on a full disk keeps the old ones, and the run goes on when there is room', async () => {
    const small = join(folder, 'small');
    await mkdir(small);
    if (!works('mount', '-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', small)) return failsBeyondFileSize(small);
    try {
      // Room for one checkpoint, and for half of another.
      const filler = join(small, 'filler');
      await writeFile(filler, new Uint8Array(100 * 1024));
      expect(await failure([], small)).toMatch(
        /^error E_FILE cannot write \S+step-\d{10}[.]safetensors: the disk is full$/,
      );
      const left = (await readdir(small)).filter((name) => name !== 'filler');
      expect(left.length).toBeGreaterThanOrEqual(1);
      expect(left.every((name) => /^step-\d{10}[.]safetensors$/.test(name))).toBe(true);
      await rm(filler);
      await expectGoesOn(small);
    } finally {
      works('umount', small);
    }
  });

  it.each([
    ['fsync', 'EIO', 'the device failed'],
    ['rename', 'EIO', 'the device failed'],
    ['rename', 'EROFS', 'the file system is read-only'],
  ])('for a %s that fails with %s keeps the old ones', async (call, code, reason) => {
    const tracer = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'signal=none', '-e'];
    const inject = [`trace=${call}`, '-e', `inject=${call}:error=${code}`];
    if (!works('strace', '-o', '/dev/null', 'true')) return failsBeyondFileSize(folder);
    const before = await interrupted(folder);
    expect(await failure([...tracer, ...inject], folder)).toMatch(
      new RegExp(`^error E_FILE cannot write \\S+step-\\d{10}[.]safetensors: ${reason}$`),
    );
    expect(await checkpointsIn(folder)).toEqual(before);
    await expectGoesOn(folder);
  });
});
