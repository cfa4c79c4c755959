import { formatShape } from '../tensor/shape';
import { refuseFormat } from './format-error';

/** The two kinds of IDX file that MNIST has, both of unsigned bytes. */
const KINDS = {
  /** [count, rows, columns] */
  images: { magic: 2051, rank: 3 },
  /** [count] */
  labels: { magic: 2049, rank: 1 },
} as const;

/** What an IDX file holds. */
export type IdxKind = keyof typeof KINDS;

/** The numbers of an IDX file. */
export interface IdxFile {
  readonly shape: readonly number[];
  /** Row-major. A view of the bytes that were decoded. */
  readonly data: Uint8Array;
}

/** The bytes of an IDX file's header: the magic number and a size for each dimension, four bytes each. */
export function idxHeaderLength(kind: IdxKind): number {
  return 4 + 4 * KINDS[kind].rank;
}

/**
 * The shape that an IDX header tells.
 * @param bytes the file, or at least its header
 * @param name the file, for error messages
 * Error: `E_FORMAT` for a header that is cut, of another kind, or promises 2^53 bytes or more.
 */
function decodeIdxHeader(bytes: Uint8Array, kind: IdxKind, name: string): readonly number[] {
  const { magic, rank } = KINDS[kind];
  const headerLength = idxHeaderLength(kind);
  const where = 'the header';
  if (bytes.length < headerLength) {
    const found = bytes.length === 0 ? 'an empty file' : `a file of ${bytes.length} bytes`;
    refuseFormat({ name, where, found, expected: `at least ${headerLength} bytes` });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  const foundMagic = view.getUint32(0);
  if (foundMagic !== magic) {
    const expected = `${magic}, the magic number of IDX ${kind}`;
    refuseFormat({ name, where, found: `the magic number ${foundMagic}`, expected });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (!Number.isSafeInteger(headerLength + product(shape))) {
    refuseFormat({ name, where, found: `sizes of ${formatShape(shape)}`, expected: 'fewer than 2^53 bytes' });
  }
  return shape;
}

/** The bytes of a whole IDX file by its header. Error: `E_FORMAT` for a header that is wrong. */
export function idxFileLength(header: Uint8Array, kind: IdxKind, name: string): number {
  return idxHeaderLength(kind) + product(decodeIdxHeader(header, kind, name));
}

/**
 * The shape and numbers of an IDX file, which must be exactly as long as its header promises.
 * Error: `E_FORMAT`. Source: http://yann.lecun.com/exdb/mnist, "the IDX file format".
 */
export function decodeIdx(bytes: Uint8Array, kind: IdxKind, name: string): IdxFile {
  const shape = decodeIdxHeader(bytes, kind, name);
  const headerLength = idxHeaderLength(kind);
  const expected = headerLength + product(shape);
  if (bytes.length !== expected) {
    refuseFormat({
      name,
      where: bytes.length < expected ? 'the end, too early' : 'the end, too late',
      found: `${bytes.length} bytes`,
      expected: `${expected} bytes for ${formatShape(shape)} and the header`,
    });
  }
  return { shape, data: bytes.subarray(headerLength) };
}

/** Like `sizeOf`, but a zero does not hide that the other sizes are absurd. */
function product(shape: readonly number[]): number {
  const size = shape.reduce((total, length) => total * Math.max(1, length), 1);
  return Number.isSafeInteger(size) && shape.includes(0) ? 0 : size;
}
