import { createGunzip } from 'node:zlib';
import { refuseFormat } from './format-error';

/** What the compressed format says of its own length, and by which of its bytes. */
export interface GunzipBound {
  /** How many inflated bytes are needed to tell the length. */
  readonly headerLength: number;
  /** The length of the whole inflated file; may throw for a header that is wrong. */
  fileLength(header: Uint8Array): number;
}

/** Deflate never makes data more than this many times smaller (RFC 1951: 258 bytes from 2 bits, with room for its tables). */
const LARGEST_RATIO = 1032;
const CHUNK_BYTES = 2 ** 18;
const SMALLEST_FILE = 18;

/** The most bytes that a gzip file of so many can hold. */
export function mostInflated(compressedLength: number): number {
  return compressedLength * LARGEST_RATIO;
}

/** Whether bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file of one member (RFC 1952), never beyond the length that the first inflated bytes promise.
 * A file that inflates to fewer bytes is handed back as it is: its own format notices.
 * @param name the file, for error messages
 * Error: `E_FORMAT` for a file that is cut, damaged, continues after its end, or inflates to more.
 */
export async function gunzip(bytes: Uint8Array, bound: GunzipBound, name: string): Promise<Uint8Array> {
  if (bytes.length < SMALLEST_FILE || !isGzip(bytes)) {
    const found = isGzip(bytes) ? `a file of ${bytes.length} bytes` : 'a file that starts otherwise';
    refuseFormat({ name, where: 'the gzip header', found, expected: 'a gzip file, starting with 0x1f 0x8b' });
  }
  const engine = createGunzip({ chunkSize: CHUNK_BYTES });
  engine.end(bytes);
  const output = new BoundedOutput(bytes.length, bound, name);
  try {
    for await (const chunk of engine) output.append(chunk as Uint8Array);
  } catch (cause) {
    refuseZlib(cause, name);
  }
  // The engine passes over zeros after the end, and goes on with a second member; the length that a member ends with
  // tells of the latter.
  const trailing = bytes.length - engine.bytesWritten;
  if (trailing > 0) {
    refuseFormat({ name, where: 'the end', found: `${trailing} bytes after the gzip data`, expected: 'none' });
  }
  const inflated = output.bytes();
  const stated = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  if (stated !== inflated.length % 2 ** 32) {
    const found = `the length ${stated} at the end, but ${inflated.length} inflated bytes`;
    refuseFormat({ name, where: 'the end', found, expected: 'a gzip file of one member' });
  }
  return inflated;
}

/** Collects inflated bytes, and refuses the first one too many. */
class BoundedOutput {
  readonly #compressedLength: number;
  readonly #bound: GunzipBound;
  readonly #name: string;
  /** Until its length is known, the output is what came so far. */
  #output = new Uint8Array(0);
  #known = false;
  #length = 0;

  constructor(compressedLength: number, bound: GunzipBound, name: string) {
    this.#compressedLength = compressedLength;
    this.#bound = bound;
    this.#name = name;
  }

  append(chunk: Uint8Array): void {
    if (this.#known) {
      this.#write(chunk);
      return;
    }
    const start = Buffer.concat([this.#output, chunk]);
    if (start.length < this.#bound.headerLength) {
      this.#output = new Uint8Array(start);
      this.#length = start.length;
      return;
    }
    this.#output = new Uint8Array(this.#checkedLength(start));
    this.#known = true;
    this.#length = 0;
    this.#write(start);
  }

  bytes(): Uint8Array {
    return this.#output.subarray(0, this.#length);
  }

  /** The promised length, if a file of this size can keep that promise at all: it is about to be allocated. */
  #checkedLength(start: Uint8Array): number {
    const promised = this.#bound.fileLength(start);
    if (promised > mostInflated(this.#compressedLength)) {
      refuseFormat({
        name: this.#name,
        where: 'the header inside',
        found: `a promise of ${promised} bytes`,
        expected: `no more than ${this.#compressedLength} compressed bytes can hold`,
      });
    }
    return promised;
  }

  #write(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#output.length) {
      refuseFormat({
        name: this.#name,
        where: 'the gzip data',
        found: `more than ${this.#output.length} inflated bytes`,
        expected: `at most the ${this.#output.length} bytes that its format allows`,
      });
    }
    this.#output.set(chunk, this.#length);
    this.#length += chunk.length;
  }
}

/** Turns an error of zlib into `E_FORMAT`; others pass. */
function refuseZlib(cause: unknown, name: string): never {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const where = 'the gzip data';
  const expected = 'a whole gzip file of one member';
  if (code === 'Z_BUF_ERROR') refuseFormat({ name, where, found: 'an end before the last byte', expected }, cause);
  if (code === 'Z_DATA_ERROR') {
    const reason = String((cause as { message?: unknown }).message);
    refuseFormat({ name, where, found: `damaged data (${reason})`, expected }, cause);
  }
  throw cause;
}
