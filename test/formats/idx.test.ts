import fc from 'fast-check';
import { decodeIdx, type IdxKind } from '../../lib/formats/idx';
import { idxBytes } from '../support/idx-bytes';

const refused = (details: Record<string, unknown>) =>
  expect.objectContaining({ code: 'E_FORMAT', details: expect.objectContaining({ name: 'x', ...details }) });

const images = idxBytes(2051, [2, 1, 3], [1, 2, 3, 4, 5, 6]);
const labels = idxBytes(2049, [3], [7, 8, 9]);

test('images and labels', () => {
  expect(decodeIdx(images, 'images', 'x')).toEqual({ shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(decodeIdx(labels, 'labels', 'x')).toEqual({ shape: [3], data: Uint8Array.of(7, 8, 9) });
});

test('bytes in the middle of a buffer', () => {
  const odd = new Uint8Array(labels.length + 2);
  odd.set(labels, 1);
  expect(decodeIdx(odd.subarray(1, -1), 'labels', 'x').data).toEqual(Uint8Array.of(7, 8, 9));
});

test.each<[IdxKind, Uint8Array]>([
  ['images', images],
  ['labels', labels],
])('%s cut at any byte, or one byte too long', (kind, bytes) => {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeIdx(bytes.subarray(0, length), kind, 'x')).toThrow(refused({}));
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  expect(() => decodeIdx(longer, kind, 'x')).toThrow(refused({ where: 'the end, too late' }));
});

test('an empty file, and labels where images belong', () => {
  expect(() => decodeIdx(new Uint8Array(0), 'images', 'x')).toThrow(refused({ found: 'an empty file' }));
  expect(() => decodeIdx(labels, 'images', 'x')).toThrow(refused({ found: 'a file of 11 bytes' }));
  expect(() => decodeIdx(images, 'labels', 'x')).toThrow(
    refused({ found: 'the magic number 2051', expected: '2049, the magic number of IDX labels' }),
  );
});

test.each([
  ['2^96', [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1]],
  ['2^64, which is 0 in 64 bits', [2 ** 31, 2 ** 31, 4]],
  ['2^64 behind a zero', [2 ** 32 - 1, 2 ** 32 - 1, 0]],
])('sizes whose product is %s', (_what, sizes) => {
  expect(() => decodeIdx(idxBytes(2051, sizes, []), 'images', 'x')).toThrow(
    refused({ expected: 'fewer than 2^53 bytes' }),
  );
});

test('whatever bit of the header is flipped, the file is refused or as long as its header says', () => {
  fc.assert(
    fc.property(fc.nat(16 * 8 - 1), (bit) => {
      const changed = images.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeIdx(changed, 'images', 'x')).toThrow(refused({}));
    }),
  );
});
