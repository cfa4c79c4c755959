import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../lib/files/lock';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-lock-'));
  path = join(folder, 'x.lock');
});

afterEach(() => rm(folder, { recursive: true }));

test('one at a time, and nothing is left behind', async () => {
  let inside = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 10));
    inside -= 1;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(path, undefined, task)));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a task that fails gives it back', async () => {
  const fail = () => withLock(path, undefined, () => Promise.reject(new Error('mine')));
  await expect(fail()).rejects.toThrow('mine');
  await expect(withLock(path, undefined, () => Promise.resolve(5))).resolves.toBe(5);
});

test('the lock of a process that died is taken away, that of a living one is waited for', async () => {
  await writeFile(path, '');
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 250);
  await expect(withLock(path, controller.signal, () => Promise.resolve(1))).rejects.toMatchObject({
    code: 'E_ABORTED',
    message: `waiting for ${path} was stopped`,
  });
  const past = new Date(Date.now() - 60_000);
  await utimes(path, past, past);
  await expect(withLock(path, undefined, () => Promise.resolve(2))).resolves.toBe(2);
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that is not there', async () => {
  await expect(withLock(join(folder, 'none', 'x'), undefined, () => Promise.resolve(1))).rejects.toMatchObject({
    code: 'E_FILE',
  });
});
