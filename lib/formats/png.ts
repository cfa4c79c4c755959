import { deflateSync } from 'node:zlib';
import { LaminetError } from '../errors';
import { crc32 } from './crc';

/** Pixels row by row from the top left, a byte a channel: gray, or red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOR_TYPE = { 1: 0, 3: 2 } as const;

/**
 * A picture as a PNG file: 8 bits a channel, not interlaced, no row filter.
 * Source: Portable Network Graphics (PNG) Specification, third edition, W3C, sections 5 and 9 to 11.
 * Error: `E_SHAPE` where the data are not width x height x channels bytes, or a side is 0.
 */
export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  const row = width * channels;
  if (!(width > 0 && height > 0) || data.length !== row * height) {
    throw new LaminetError(
      'E_SHAPE',
      `a picture of ${width}x${height} with ${channels} channels must have ${row * height} bytes and no side of 0, found ${data.length}`,
      { width, height, channels, found: data.length },
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOR_TYPE[channels], 0, 0, 0], 8);
  // Before each row stands the number of its filter.
  const filtered = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) filtered.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(filtered)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Length, name, data, and the checksum of name and data. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}
