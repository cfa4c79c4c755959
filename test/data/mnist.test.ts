import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFashionMnist, readMnist } from '../../lib/data/mnist';
import { idxBytes } from '../support/idx-bytes';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-mnist-'));
});

afterEach(() => rm(folder, { recursive: true }));

const images = idxBytes(2051, [2, 1, 3], [1, 2, 3, 4, 5, 6]);
const labels = idxBytes(2049, [2], [9, 0]);

const write = (files: Record<string, Uint8Array>) =>
  Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));

test.each([
  ['plain', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte', images, labels],
  ['gzipped', 'train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', gzipSync(images), gzipSync(labels)],
  ['with a dot', 'train-images.idx3-ubyte', 'train-labels.idx1-ubyte.gz', images, gzipSync(labels)],
  ['gzipped without saying so', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte', gzipSync(images), labels],
])('%s files', async (_what, imageName, labelName, imageBytes, labelBytes) => {
  await write({ [imageName]: imageBytes, [labelName]: labelBytes });
  const data = await readMnist(folder, 'train');
  expect(data).toMatchObject({ name: join(folder, imageName), count: 2, classes: 10, sampleShape: [1, 5, 7] });
  expect(data.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect([...data.samples]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(data.labels ?? [])]).toEqual([9, 0]);
  expect((await readMnist(folder, 'train', { padding: 0 })).sampleShape).toEqual([1, 1, 3]);
});

test('Fashion-MNIST: the same files, with names of its own', async () => {
  await write({ 't10k-images-idx3-ubyte': images, 't10k-labels-idx1-ubyte': labels });
  const data = await readFashionMnist(folder, 'test', { padding: 0 });
  expect(data).toMatchObject({ count: 2, classes: 10, sampleShape: [1, 1, 3] });
  expect(Array.from(data.labels ?? [], (label) => data.classNames?.[label])).toEqual(['Ankle boot', 'T-shirt/top']);
});

describe('refuses', () => {
  const both = (imageBytes: Uint8Array, labelBytes: Uint8Array) =>
    write({ 't10k-images-idx3-ubyte': imageBytes, 't10k-labels-idx1-ubyte': labelBytes });

  test('a folder that is not there', async () => {
    const missing = join(folder, 'none');
    await expect(readMnist(missing, 'test')).rejects.toMatchObject({
      code: 'E_FILE',
      message: `cannot list ${missing}: there is no such file or folder`,
    });
  });

  test('a folder without the files', async () => {
    await write({ 't10k-images-idx3-ubyte': images });
    await expect(readMnist(folder, 'test')).rejects.toThrow(
      `${folder}: there is no file t10k-labels-idx1-ubyte, with or without .gz`,
    );
  });

  test('counts that differ', async () => {
    await both(images, idxBytes(2049, [3], [1, 2, 3]));
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({
      code: 'E_DATA',
      details: { images: 2, labels: 3 },
    });
  });

  test('a label of 10', async () => {
    await both(images, idxBytes(2049, [2], [0, 10]));
    const path = join(folder, 't10k-labels-idx1-ubyte');
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({
      code: 'E_DATA',
      message: `${path}: label 1 is 10, expected 0 to 9`,
    });
  });

  test('no images at all', async () => {
    await both(idxBytes(2051, [0, 28, 28], []), idxBytes(2049, [0], []));
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({ code: 'E_DATA' });
  });

  test('images without rows', async () => {
    await both(idxBytes(2051, [2, 0, 28], []), labels);
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({ code: 'E_SHAPE' });
  });

  test('a truncated file, a wrong magic number, a file named .gz that is not', async () => {
    await both(images.subarray(0, -1), labels);
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({ code: 'E_FORMAT' });
    await both(labels, labels);
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({ code: 'E_FORMAT' });
    await write({ 'train-images-idx3-ubyte.gz': images, 'train-labels-idx1-ubyte': labels });
    await expect(readMnist(folder, 'train')).rejects.toMatchObject({ code: 'E_FORMAT' });
  });

  test('a gzip file that inflates past what its IDX header promises', async () => {
    const longer = Buffer.concat([images, Buffer.alloc(10_000_000)]);
    await write({ 't10k-images-idx3-ubyte.gz': gzipSync(longer), 't10k-labels-idx1-ubyte': labels });
    await expect(readMnist(folder, 'test')).rejects.toMatchObject({
      code: 'E_FORMAT',
      details: { found: 'more than 22 inflated bytes' },
    });
  });
});

test('the official files', async () => {
  const data = await readMnist('../shared/data/mnist', 'test');
  expect(data).toMatchObject({ count: 10_000, classes: 10, sampleShape: [1, 32, 32] });
  expect([...(data.labels ?? []).slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  const { mean, std } = data.channelStatistics();
  expect([mean[0]?.toFixed(5), std[0]?.toFixed(5)]).toEqual(['0.13251', '0.31048']);
});
