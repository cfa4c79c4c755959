import { refuseFormat } from './format-error';

/** A regular file of an archive. */
export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const CHECKSUM_AT = 148;
const CHECKSUM_LENGTH = 8;

/**
 * The regular files of a tar archive (POSIX ustar), one after another, as its bytes arrive; folders, links and comments are
 * passed over.
 * @param name the archive, for error messages
 * @param limit the most bytes of an entry, which are held in memory
 * Error: `E_FORMAT` for an archive that is cut, a header whose checksum is wrong, an entry that is larger.
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limit: number,
): AsyncGenerator<TarFile> {
  const bytes = new ByteReader(source, name);
  for (;;) {
    const where = `the header at byte ${bytes.position}`;
    const header = await bytes.read(BLOCK, where);
    // Two blocks of zeros end an archive; what pads it behind the first is of no account.
    if (header.every((byte) => byte === 0)) return;
    checkSum(header, name, where);
    const path = textOf(header, 0, 100);
    // GNU's own variant, whose magic is followed by a space, has other things where ustar has the prefix.
    const prefix = textOf(header, 257, 6) === 'ustar' ? textOf(header, 345, 155) : '';
    const size = octal(header, 124, 12, name, where);
    if (size > limit) {
      refuseFormat({ name, where, found: `${path} of ${size} bytes`, expected: `at most ${limit} bytes` });
    }
    const content = await bytes.read(size, JSON.stringify(path));
    await bytes.read((BLOCK - (size % BLOCK)) % BLOCK, JSON.stringify(path));
    const type = String.fromCharCode(header[156] as number);
    if (type === '0' || type === '\0') yield { path: prefix ? `${prefix}/${path}` : path, bytes: content };
  }
}

/** Reads so many bytes at a time from pieces of any length. */
class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #name: string;
  #piece: Uint8Array = new Uint8Array(0);
  position = 0;

  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.#name = name;
  }

  async read(length: number, where: string): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#piece.length === 0) {
        const { value, done } = await this.#pieces.next();
        if (done) {
          const found = `the end after ${this.position + filled} bytes`;
          refuseFormat({ name: this.#name, where, found, expected: `${length - filled} bytes more` });
        }
        this.#piece = value;
        continue;
      }
      const some = this.#piece.subarray(0, length - filled);
      bytes.set(some, filled);
      filled += some.length;
      this.#piece = this.#piece.subarray(some.length);
    }
    this.position += length;
    return bytes;
  }
}

/** The header's sum counts its own eight bytes as spaces. */
function checkSum(header: Uint8Array, name: string, where: string): void {
  const stated = octal(header, CHECKSUM_AT, CHECKSUM_LENGTH, name, where);
  const sum = header.reduce((total, byte, at) => {
    const own = at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_LENGTH;
    return total + (own ? 0x20 : byte);
  }, 0);
  if (sum !== stated) refuseFormat({ name, where, found: `the checksum ${sum}`, expected: `${stated}` });
}

function textOf(header: Uint8Array, begin: number, length: number): string {
  const field = header.subarray(begin, begin + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

function octal(header: Uint8Array, begin: number, length: number, name: string, where: string): number {
  const text = textOf(header, begin, length).trim();
  if (!/^[0-7]{1,12}$/.test(text)) {
    refuseFormat({ name, where, found: JSON.stringify(text), expected: 'a number of octal digits' });
  }
  return Number.parseInt(text, 8);
}
