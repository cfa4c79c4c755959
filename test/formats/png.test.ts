import { inflateSync } from 'node:zlib';
import { encodePng } from '../../lib/formats/png';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The chunks of a PNG file by their names, lengths followed as a reader would. */
function chunksOf(bytes: Uint8Array): Map<string, Buffer> {
  const file = Buffer.from(bytes);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}

test('signature, header and end are those of the specification', () => {
  const file = encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(0) });
  expect(hex(file.subarray(0, 8))).toBe('89504e470d0a1a0a');
  // The header of a gray picture of one pixel, 8 bits deep, and the empty last chunk, with their published checksums.
  expect(hex(file.subarray(8, 33))).toBe('0000000d49484452000000010000000108000000003a7e9b55');
  expect(hex(file.subarray(-12))).toBe('0000000049454e44ae426082');
});

test.each([
  ['gray', 1, 0],
  ['colours', 3, 2],
] as const)('a picture in %s comes back row by row', (_what, channels, type) => {
  const [width, height] = [3, 2];
  const data = Uint8Array.from({ length: width * height * channels }, (_, index) => (index * 41) % 256);
  const chunks = chunksOf(encodePng({ width, height, channels, data }));
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR') as Buffer;
  expect([header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]]).toEqual([width, height, 8, type]);
  const rows = inflateSync(chunks.get('IDAT') as Buffer);
  const row = width * channels;
  expect(rows).toHaveLength((row + 1) * height);
  for (let y = 0; y < height; y++) {
    expect(rows[y * (row + 1)]).toBe(0);
    expect(hex(rows.subarray(y * (row + 1) + 1, (y + 1) * (row + 1)))).toBe(hex(data.subarray(y * row, (y + 1) * row)));
  }
});

test.each([
  [0, 1, 0],
  [2, 2, 3],
  [2, 2, 5],
])('%i x %i pixels of %i bytes are refused', (width, height, bytes) => {
  const encode = () => encodePng({ width, height, channels: 1, data: new Uint8Array(bytes) });
  expect(encode).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
