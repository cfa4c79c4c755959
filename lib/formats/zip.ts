import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { crc32 } from './crc32';
import { refuseFormat } from './format-error';
import { mostInflated } from './gzip';

/** A file in a zip archive, as the central directory tells of it. */
export interface ZipEntry {
  readonly path: string;
  /** Bytes when inflated. */
  readonly size: number;
  /** As they are in the archive. */
  readonly packed: Uint8Array;
  readonly deflated: boolean;
  readonly crc: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

const inflate = promisify(inflateRaw) as (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

/**
 * The files of a zip archive (APPNOTE.TXT of PKWARE, 4.3), stored or deflated, still packed.
 *
 * Strict: the central directory lies right before its end record, no two files share a byte, a name is there once, and a
 * file cannot promise more bytes than deflate could pack. So what is inflated is bounded by the archive's length. Archives
 * of several disks, encrypted ones, and those of 4 GiB and more (zip64) are refused.
 * @param name the archive, for error messages
 * Error: `E_FORMAT`.
 */
export function readZip(bytes: Uint8Array, name: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view, name);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count || start + size !== end) {
    const found = `${count} files in a directory of ${size} bytes at byte ${start}`;
    const expected = `one disk and a directory that ends at byte ${end}; zip64 is not read`;
    refuseFormat({ name, where: 'the end record', found, expected });
  }
  const places: (ZipEntry & { readonly begin: number; readonly end: number })[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const { entry, next } = readCentral(view, at, end, name);
    places.push(readLocal(view, entry, start, name));
    at = next;
  }
  if (at !== end) refuseFormat({ name, where: `byte ${at}`, found: 'more in the directory', expected: 'its end' });
  checkApart(places, name);
  return places.map(({ path, size: inflated, packed, deflated, crc }) => ({
    path,
    size: inflated,
    packed,
    deflated,
    crc,
  }));
}

/** The bytes of a file, inflated and checked by their sum. Error: `E_FORMAT`. */
export async function unzip({ path, size, packed, deflated, crc }: ZipEntry, name: string): Promise<Uint8Array> {
  const where = JSON.stringify(path);
  const expected = `${size} bytes with the checksum ${crc}`;
  let bytes = packed;
  if (deflated) {
    try {
      bytes = await inflate(packed, { maxOutputLength: Math.max(1, size) });
    } catch (cause) {
      refuseFormat({ name, where, found: `damaged data (${String((cause as Error).message)})`, expected }, cause);
    }
  }
  const sum = crc32(bytes);
  if (bytes.length !== size || sum !== crc) {
    refuseFormat({ name, where, found: `${bytes.length} bytes with the checksum ${sum}`, expected });
  }
  return bytes;
}

/** Where the end record begins: the last place from which its comment reaches just to the archive's end. */
function findEnd(view: DataView, name: string): number {
  const first = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  const found = `${view.byteLength} bytes without an end record`;
  return refuseFormat({ name, where: 'the end', found, expected: 'a whole zip archive' });
}

interface CentralEntry extends Omit<ZipEntry, 'packed'> {
  readonly packedSize: number;
  readonly local: number;
}

function readCentral(view: DataView, at: number, end: number, name: string): { entry: CentralEntry; next: number } {
  const where = `byte ${at}`;
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) {
    refuseFormat({ name, where, found: 'something else', expected: 'an entry of the central directory' });
  }
  const pathLength = view.getUint16(at + 28, true);
  const next = at + CENTRAL_BYTES + pathLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) refuseFormat({ name, where, found: `an entry up to byte ${next}`, expected: `an end before ${end}` });
  const path = textAt(view, at + CENTRAL_BYTES, pathLength);
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packedSize, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  if (flags & ENCRYPTED || (method !== STORED && method !== DEFLATED)) {
    const found = flags & ENCRYPTED ? 'an encrypted file' : `the compression method ${method}`;
    refuseFormat({ name, where: JSON.stringify(path), found, expected: 'a file that is stored or deflated' });
  }
  const most = method === STORED ? packedSize : mostInflated(packedSize);
  if (size > most || (method === STORED && size !== packedSize)) {
    const found = `a promise of ${size} bytes`;
    const expected = `no more than ${packedSize} ${method === STORED ? 'stored' : 'deflated'} bytes can hold`;
    refuseFormat({ name, where: JSON.stringify(path), found, expected });
  }
  const crc = view.getUint32(at + 16, true);
  return {
    entry: { path, size, packedSize, deflated: method === DEFLATED, crc, local: view.getUint32(at + 42, true) },
    next,
  };
}

/** The place of a file's bytes, by its own header, which must name it as the directory does. */
function readLocal(
  view: DataView,
  { path, size, packedSize, deflated, crc, local }: CentralEntry,
  limit: number,
  name: string,
): ZipEntry & { readonly begin: number; readonly end: number } {
  const where = JSON.stringify(path);
  if (local + LOCAL_BYTES > limit || view.getUint32(local, true) !== LOCAL) {
    refuseFormat({ name, where, found: `no file header at byte ${local}`, expected: 'one before the directory' });
  }
  const pathLength = view.getUint16(local + 26, true);
  const begin = local + LOCAL_BYTES + pathLength + view.getUint16(local + 28, true);
  const end = begin + packedSize;
  if (end > limit) {
    refuseFormat({ name, where, found: `bytes up to ${end}`, expected: `an end before the directory at ${limit}` });
  }
  const own = textAt(view, local + LOCAL_BYTES, pathLength);
  if (own !== path) {
    refuseFormat({ name, where, found: `the name ${JSON.stringify(own)} in its own header`, expected: where });
  }
  const packed = new Uint8Array(view.buffer, view.byteOffset + begin, packedSize);
  return { path, size, packed, deflated, crc, begin: local, end };
}

function checkApart(places: readonly { path: string; begin: number; end: number }[], name: string): void {
  const inOrder = [...places].sort((a, b) => a.begin - b.begin);
  let before = 0;
  const paths = new Set<string>();
  for (const { path, begin, end } of inOrder) {
    const where = JSON.stringify(path);
    if (begin < before) refuseFormat({ name, where, found: 'bytes of another file', expected: 'bytes of its own' });
    if (paths.has(path)) refuseFormat({ name, where, found: 'the name twice', expected: 'every name once' });
    before = end;
    paths.add(path);
  }
}

const textAt = (view: DataView, at: number, length: number): string =>
  Buffer.from(view.buffer, view.byteOffset + at, length).toString('utf8');
