import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetFromNpy, loadNpy, loadNpz, saveNpy } from '../../lib/data/npy';
import type { NpyArray, NpyData } from '../../lib/formats/npy';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-npy-'));
});

afterEach(() => rm(folder, { recursive: true }));

const array = (dtype: NpyArray['dtype'], shape: number[], data: NpyData): NpyArray => ({ dtype, shape, data });
const bytes = array('uint8', [2, 2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));

test('an array that is saved is loaded again', async () => {
  const path = join(folder, 'a.npy');
  const saved = array('float32', [2, 1], Float32Array.of(1.5, -2));
  await saveNpy(path, saved);
  expect(await loadNpy(path)).toEqual(saved);
});

test('files that are not there, or something else', async () => {
  const path = join(folder, 'a.npz');
  await expect(loadNpy(path)).rejects.toMatchObject({ code: 'E_FILE' });
  await expect(loadNpz(path)).rejects.toMatchObject({ code: 'E_FILE' });
  await writeFile(path, 'text');
  await expect(loadNpy(path)).rejects.toMatchObject({ code: 'E_FORMAT', details: { name: path } });
  await expect(loadNpz(path)).rejects.toMatchObject({ code: 'E_FORMAT', details: { name: path } });
});

test('bytes stay bytes, and rows and columns become images of one channel', () => {
  const data = datasetFromNpy({ samples: bytes, labels: array('int64', [2, 1], BigInt64Array.of(1n, 0n)), padding: 1 });
  expect(data).toMatchObject({ count: 2, classes: 2, source: { kind: 'uint8', shape: [1, 2, 3] }, scale: 1 / 255 });
  expect(data.sampleShape).toEqual([1, 4, 5]);
  expect([...(data.labels ?? [])]).toEqual([1, 0]);
});

test('numbers become float32, and targets and weights go along', () => {
  const data = datasetFromNpy({
    samples: array('float64', [2, 2], Float64Array.of(1, 2, 3, 4)),
    targets: array('int16', [2, 3], Int16Array.of(1, 2, 3, 4, 5, 6)),
    sampleWeights: array('float64', [2], Float64Array.of(1, 0.5)),
  });
  expect(data).toMatchObject({ source: { kind: 'float', shape: [2] }, scale: 1 });
  expect([...(data.targets ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(data.sampleWeights ?? [])]).toEqual([1, 0.5]);
  const switches = datasetFromNpy({ samples: array('bool', [2], Uint8Array.of(0, 1)) });
  expect(switches).toMatchObject({ count: 2, scale: 1, sampleShape: [1] });
});

test('channels that come last come first', () => {
  // Two images of 1x2 pixels; the tens are the channel, the ones the pixel.
  const samples = array('uint8', [2, 1, 2, 3], Uint8Array.of(11, 21, 31, 12, 22, 32, 13, 23, 33, 14, 24, 34));
  const data = datasetFromNpy({ samples, channelsLast: true });
  expect(data.sampleShape).toEqual([3, 1, 2]);
  expect([...data.samples]).toEqual([11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34]);
});

test('another shape of as many numbers', () => {
  expect(datasetFromNpy({ samples: bytes, shape: [6] }).sampleShape).toEqual([6]);
});

test.each([
  [{ samples: undefined }, 'E_DATA', 'data set: there are no samples'],
  [{ samples: array('uint8', [], Uint8Array.of(1)) }, 'E_DATA', 'data set: there are no samples'],
  [{ shape: [5] }, 'E_SHAPE', 'data set: samples are 1x2x3, which is no 5'],
  [{ channelsLast: true }, 'E_SHAPE', 'data set: samples are 2x2x3, expected count x height x width x channels'],
  [{ labels: array('uint8', [3], Uint8Array.of(1, 2, 3)) }, 'E_SHAPE', 'data set: labels are 3, expected 2'],
  [{ labels: array('uint8', [2, 2], new Uint8Array(4)) }, 'E_SHAPE', 'data set: labels are 2x2, expected 2'],
  [{ targets: array('uint8', [4], new Uint8Array(4)) }, 'E_SHAPE', 'data set: targets are 4, expected 2 rows'],
  [
    { labels: array('float32', [2], Float32Array.of(0, 0.5)) },
    'E_DATA',
    'data set: label 1 is 0.5, expected a whole number from 0 to 2147483646',
  ],
] as const)('refuses %j', (options, code, message) => {
  expect(() => datasetFromNpy({ samples: bytes, ...options })).toThrow(expect.objectContaining({ code, message }));
});
