import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFolder, listFolder, makeFolder, removeFile } from '../../lib/files/folder';
import { readFileWhole } from '../../lib/files/read-whole';
import { leftoverOf, writeWhole } from '../../lib/files/write-whole';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-files-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('writeWhole', () => {
  test('writes bytes and text, and leaves nothing else in the folder', async () => {
    await writeWhole(join(folder, 'a.bin'), Uint8Array.of(1, 2, 3));
    await writeWhole(join(folder, 'b.txt'), 'text');
    expect([...(await readFile(join(folder, 'a.bin')))]).toEqual([1, 2, 3]);
    expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('text');
    expect(await listFolder(folder)).toEqual(['a.bin', 'b.txt']);
  });

  test('replaces the old content as a whole', async () => {
    const path = join(folder, 'a');
    await writeFile(path, 'a much longer text');
    await writeWhole(path, 'short');
    expect(await readFile(path, 'utf8')).toBe('short');
  });

  test('on failure the temporary file is gone and what was there stays', async () => {
    const path = join(folder, 'taken');
    await makeFolder(path);
    await expect(writeWhole(path, 'x')).rejects.toMatchObject({ code: 'E_FILE', details: { path, action: 'write' } });
    expect(await readdir(folder)).toEqual(['taken']);
    expect(await isFolder(path)).toBe(true);
  });

  test('a missing folder is named', async () => {
    const path = join(folder, 'no', 'file');
    await expect(writeWhole(path, 'x')).rejects.toMatchObject({
      code: 'E_FILE',
      message: `cannot write ${path}: there is no such file or folder`,
    });
  });

  test('of many writers at once one wins, whole', async () => {
    const path = join(folder, 'contested');
    const texts = Array.from({ length: 16 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['contested']);
  });
});

test('what a write that was cut off leaves is told from other files', () => {
  expect(leftoverOf('.model.safetensors.4711-0123456789ab.tmp')).toBe('model.safetensors');
  for (const other of ['model.safetensors', '.model.tmp', 'x.4711-0123456789ab.tmp', '.x.4711-0123456789AB.tmp', '']) {
    expect(leftoverOf(other)).toBeUndefined();
  }
});

test('a file that is gone already can be removed; a folder cannot', async () => {
  await writeFile(join(folder, 'file'), '');
  await removeFile(join(folder, 'file'));
  await removeFile(join(folder, 'file'));
  expect(await readdir(folder)).toEqual([]);
  await expect(removeFile(folder)).rejects.toMatchObject({ code: 'E_FILE', details: { action: 'remove' } });
});

describe('readFileWhole', () => {
  test('reads up to the limit and refuses more', async () => {
    const path = join(folder, 'ten');
    await writeFile(path, new Uint8Array(10));
    expect((await readFileWhole(path, 10)).length).toBe(10);
    await expect(readFileWhole(path, 9)).rejects.toMatchObject({ code: 'E_FILE', details: { found: 10, limit: 9 } });
  });

  test('says what is wrong with a path', async () => {
    await expect(readFileWhole(join(folder, 'none'), 10)).rejects.toThrow(/none: there is no such file or folder$/);
    await expect(readFileWhole(folder, 10)).rejects.toThrow(/: it is a folder, expected a file$/);
    await writeFile(join(folder, 'file'), '');
    await expect(readFileWhole(join(folder, 'file', 'x'), 10)).rejects.toThrow(/a part of the path is a file/);
    await expect(readFileWhole('/dev/zero', 10)).rejects.toThrow(/a device, pipe or socket, expected a file$/);
    await expect(readFileWhole('a\0b', 10)).rejects.toMatchObject({ code: 'E_FILE' });
  });
});

test('folders that are not there or cannot be made are E_FILE', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(listFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE' });
  await expect(isFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE' });
  await expect(makeFolder(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'E_FILE' });
});
