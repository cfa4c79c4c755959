import { gzipSync } from 'node:zlib';
import { gunzip } from '../../lib/formats/gzip';

/** A format whose first four bytes are the file's length. */
const bound = {
  headerLength: 4,
  fileLength: (header: Uint8Array) => new DataView(header.buffer, header.byteOffset).getUint32(0),
};

function fileOf(length: number, promised = length): Uint8Array {
  const bytes = new Uint8Array(length).fill(5);
  new DataView(bytes.buffer).setUint32(0, promised);
  return bytes;
}

const compressed = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const expectRefusal = (bytes: Uint8Array, details: Record<string, unknown>) =>
  expect(gunzip(bytes, bound, 'x.gz')).rejects.toMatchObject({
    code: 'E_FORMAT',
    details: { name: 'x.gz', ...details },
  });

test.each([4, 5, 1000, 2 ** 18 - 1, 2 ** 18, 2 ** 18 + 1, 2_000_000])('inflates %d bytes', async (length) => {
  const bytes = fileOf(length);
  expect(Buffer.compare(await gunzip(compressed(bytes), bound, 'x'), bytes)).toBe(0);
});

test('a file shorter than its header promises is handed back, for its own format to refuse', async () => {
  expect((await gunzip(compressed(fileOf(10, 20)), bound, 'x')).length).toBe(10);
  expect((await gunzip(compressed(Uint8Array.of(1, 2)), bound, 'x')).length).toBe(2);
  expect((await gunzip(compressed(new Uint8Array(0)), bound, 'x')).length).toBe(0);
});

test('inflating stops at the promised length', async () => {
  await expectRefusal(compressed(fileOf(11, 10)), { found: 'more than 10 inflated bytes' });
  // 100 MB in 100 KB, of which 300 KB were promised.
  const bomb = compressed(fileOf(100_000_000, 300_000));
  expect(bomb.length).toBeLessThan(120_000);
  await expectRefusal(bomb, { found: 'more than 300000 inflated bytes' });
});

test('a promise that the file is too small to keep is refused before memory is taken', async () => {
  await expectRefusal(compressed(fileOf(100, 2 ** 32 - 1)), { found: 'a promise of 4294967295 bytes' });
});

test('a file cut at any byte', async () => {
  const bytes = compressed(fileOf(100));
  for (let length = 0; length < bytes.length; length++) await expectRefusal(bytes.subarray(0, length), {});
});

test('anything after the end: zeros, text, another member', async () => {
  const bytes = compressed(fileOf(100));
  await expectRefusal(joined(bytes, Uint8Array.of(0)), { found: '1 bytes after the gzip data' });
  await expectRefusal(joined(bytes, new Uint8Array(100)), { found: '100 bytes after the gzip data' });
  await expectRefusal(joined(bytes, Buffer.from('hello')), {});
  await expectRefusal(joined(bytes, Uint8Array.of(0x1f, 0x8b)), {});
  // Two members that make a file of the promised length together.
  const first = compressed(fileOf(60, 100));
  await expectRefusal(joined(first, compressed(new Uint8Array(40))), { expected: 'a gzip file of one member' });
});

test('damaged data, checksum or length', async () => {
  const bytes = compressed(fileOf(100));
  for (const index of [bytes.length - 8, bytes.length - 1, 12]) {
    const changed = bytes.slice();
    changed[index] = (changed[index] as number) ^ 0x10;
    await expectRefusal(changed, {});
  }
  await expectRefusal(new Uint8Array(100), { where: 'the gzip header' });
});

test("an error of the format's own passes as it is", async () => {
  const fileLength = (): number => {
    throw new RangeError('mine');
  };
  await expect(gunzip(compressed(fileOf(10)), { headerLength: 4, fileLength }, 'x')).rejects.toThrow('mine');
});
