import { readTar, type TarFile } from '../../lib/formats/tar';
import { tarBytes } from '../support/tar-bytes';

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let begin = 0; begin < bytes.length; begin += length) yield bytes.subarray(begin, begin + length);
}

async function read(bytes: Uint8Array, { piece = 1000, limit = 10_000 } = {}): Promise<TarFile[]> {
  const files: TarFile[] = [];
  for await (const file of readTar(inPieces(bytes, piece), 'x.tar', limit)) files.push(file);
  return files;
}

const refused = (details: Record<string, unknown> = {}) => ({
  code: 'E_FORMAT',
  details: { name: 'x.tar', ...details },
});

const long = Uint8Array.from({ length: 1025 }, (_, index) => index);
const archive = tarBytes([
  { path: 'd/', type: '5' },
  { path: 'd/a.bin', content: long },
  { path: 'd/link', type: '2' },
  { path: 'pax', type: 'x', content: Buffer.from('30 comment=nothing of interest\n') },
  { path: 'empty' },
  { path: 'b', prefix: 'deep/folder', content: Uint8Array.of(1, 2, 3) },
  { path: 'old', type: '\0', content: Uint8Array.of(9) },
]);

test.each([1, 7, 512, 1000, 100_000])('regular files, from pieces of %d bytes', async (piece) => {
  expect(await read(archive, { piece })).toEqual([
    { path: 'd/a.bin', bytes: long },
    { path: 'empty', bytes: new Uint8Array(0) },
    { path: 'deep/folder/b', bytes: Uint8Array.of(1, 2, 3) },
    { path: 'old', bytes: Uint8Array.of(9) },
  ]);
});

test("GNU's variant has no prefix", async () => {
  const header = tarBytes([{ path: 'a', prefix: 'times' }]);
  // Its magic is `ustar`, two spaces and a zero, where ustar has a zero and the version 00.
  header.set(Buffer.from('ustar  \0'), 257);
  header.set(Buffer.from('        '), 148);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  expect(await read(header)).toEqual([{ path: 'a', bytes: new Uint8Array(0) }]);
});

test('cut at any byte before its end', async () => {
  const small = tarBytes([{ path: 'a', content: Uint8Array.of(1, 2, 3) }]);
  for (let length = 0; length < 1536; length++) {
    await expect(read(small.subarray(0, length))).rejects.toMatchObject(refused());
  }
  // One block of zeros is an end, two are usual.
  expect(await read(small.subarray(0, 1536))).toHaveLength(1);
});

test('whatever bit of a header is flipped, it is refused', async () => {
  const small = tarBytes([{ path: 'a', content: Uint8Array.of(1, 2, 3) }]);
  for (let bit = 0; bit < 512 * 8; bit++) {
    const at = bit >> 3;
    // The checksum itself may be written in several ways.
    if (at >= 148 && at < 156) continue;
    const changed = small.slice();
    changed[at] = (changed[at] as number) ^ (1 << (bit & 7));
    await expect(read(changed)).rejects.toMatchObject(refused());
  }
});

test('an entry above the limit is refused before memory is taken', async () => {
  await expect(read(archive, { limit: 1024 })).rejects.toMatchObject(
    refused({ where: 'the header at byte 512', found: 'd/a.bin of 1025 bytes', expected: 'at most 1024 bytes' }),
  );
});
