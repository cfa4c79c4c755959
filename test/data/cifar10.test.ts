import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { looksLikeCifar10, readCifar10 } from '../../lib/data/cifar10';
import { cifarBytes, writeCifarFolder } from '../support/cifar-folder';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-cifar-'));
  await writeCifarFolder(folder);
});

afterEach(() => rm(folder, { recursive: true }));

test('five files in their order to train on, one to test with', async () => {
  const train = await readCifar10(folder, 'train');
  expect(train).toMatchObject({ count: 10, classes: 10, classNames: CLASSES, sampleShape: [3, 32, 32] });
  expect([...(train.labels ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Array.from({ length: 10 }, (_, image) => train.samples[image * 3072])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const test = await readCifar10(folder, 'test', { padding: 4 });
  expect(test).toMatchObject({ count: 2, sampleShape: [3, 40, 40], source: { kind: 'uint8' } });
});

test('gzipped files, with and without the name', async () => {
  const path = join(folder, 'data_batch_2.bin');
  const plain = await readCifar10(folder, 'train');
  await writeFile(path, gzipSync(await readFile(path)));
  expect((await readCifar10(folder, 'train')).samples).toEqual(plain.samples);
  await writeFile(`${path}.gz`, await readFile(path));
  await rm(path);
  expect((await readCifar10(folder, 'train')).samples).toEqual(plain.samples);
});

describe('refuses', () => {
  test('a folder without one of the files', async () => {
    await rm(join(folder, 'data_batch_4.bin'));
    await expect(readCifar10(folder, 'train')).rejects.toMatchObject({
      code: 'E_FILE',
      message: `${folder}: there is no file data_batch_4.bin, with or without .gz`,
    });
    await expect(readCifar10(folder, 'test')).resolves.toMatchObject({ count: 2 });
  });

  test('a wrong label, by the file, the record and the byte', async () => {
    const path = join(folder, 'test_batch.bin');
    await writeFile(path, cifarBytes([1, 10]));
    await expect(readCifar10(folder, 'test')).rejects.toMatchObject({
      code: 'E_FORMAT',
      message: `${path}: record 1, byte 3073: found the label 10, expected a label from 0 to 9`,
    });
  });

  test('a cut file, plain and compressed, and one that inflates to more than a batch', async () => {
    const path = join(folder, 'test_batch.bin');
    const bytes = cifarBytes([1, 2]);
    await writeFile(path, bytes.subarray(0, -1));
    await expect(readCifar10(folder, 'test')).rejects.toMatchObject({ code: 'E_FORMAT' });
    await writeFile(path, gzipSync(bytes.subarray(0, 3072)));
    await expect(readCifar10(folder, 'test')).rejects.toMatchObject({ code: 'E_FORMAT' });
    await writeFile(path, gzipSync(bytes).subarray(0, -1));
    await expect(readCifar10(folder, 'test')).rejects.toMatchObject({ code: 'E_FORMAT' });
    await writeFile(path, gzipSync(Buffer.alloc(40_000_000)));
    await expect(readCifar10(folder, 'test')).rejects.toMatchObject({
      code: 'E_FORMAT',
      details: { found: 'more than 30730000 inflated bytes' },
    });
  });
});

test('what a folder of CIFAR-10 is told by', () => {
  expect(looksLikeCifar10(['test_batch.bin.gz'])).toBe(true);
  expect(looksLikeCifar10(['data_batch_1.bin', 'x'])).toBe(true);
  expect(looksLikeCifar10(['train-images-idx3-ubyte', 'batches.meta.txt'])).toBe(false);
});

test('the official test batch and its known statistics', async () => {
  const test = await readCifar10('../shared/data/cifar-10-batches-bin', 'test');
  expect(test.count).toBe(10_000);
  expect([...(test.labels ?? []).slice(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
  const { mean, std } = test.channelStatistics();
  expect(mean.map((value) => value.toFixed(5))).toEqual(['0.49421', '0.48513', '0.45041']);
  expect(std.map((value) => value.toFixed(5))).toEqual(['0.24665', '0.24289', '0.26159']);
});
