import { formatShape } from '../tensor/shape';
import { refuseFormat } from './format-error';
import { findJsonOddity } from './json-members';

/** The element types of a safetensors file and the arrays that hold them; F16 and BF16 as their bits. */
const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** The name of an element type. */
export type SafetensorsDtype = keyof typeof ARRAYS;

/** The numbers of a tensor; `decodeSafetensors` makes the array that belongs to the element type. */
export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | BigUint64Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** One named array of a file. */
export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Row-major, as many elements as the shape has. */
  readonly data: SafetensorsData;
}

/** What a file holds. */
export interface SafetensorsFile {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Without a prototype, so that every key is only a key. */
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const LARGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';
const FIELDS = ['dtype', 'shape', 'data_offsets'];

/** A tensor as the header has it, checked by itself but not yet against the others. */
interface Entry {
  readonly tensor: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors and metadata of a safetensors file: an 8-byte little-endian length, a JSON header, the numbers.
 *
 * Strict: the bytes must be covered by the tensors one after another, without holes, overlaps or remains, each as long as
 * its shape says; duplicate keys, unknown element types and fields, and numbers that are not whole are refused. The data
 * are copies: nothing of `bytes` stays in use.
 * @param name the file, for error messages
 * Error: `E_FORMAT` with `{ name, where, found, expected }`.
 * Source: https://huggingface.co/docs/safetensors, "Format".
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const dataStart = readHeaderEnd(bytes, name);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), name);
  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === METADATA) readMetadata(value, metadata, name);
    else entries.push(readEntry(key, value, name));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, bytes.length - dataStart, name);

  const tensors = new Map<string, SafetensorsTensor>();
  for (const { tensor, dtype, shape, begin, end } of entries) {
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(tensor, { dtype, shape, data: new ARRAYS[dtype](copy.buffer) });
  }
  return { tensors, metadata };
}

function readHeaderEnd(bytes: Uint8Array, name: string): number {
  if (bytes.length < LENGTH_BYTES) {
    refuseFormat({
      name,
      where: 'the header length',
      found: `a file of ${bytes.length} bytes`,
      expected: `at least ${LENGTH_BYTES} bytes`,
    });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const where = 'the header length';
  if (length > LARGEST_HEADER) {
    refuseFormat({ name, where, found: `${length}`, expected: `at most ${LARGEST_HEADER}` });
  }
  const available = bytes.length - LENGTH_BYTES;
  if (length > available) {
    refuseFormat({ name, where, found: `${length}`, expected: `at most the ${available} bytes that follow` });
  }
  return LENGTH_BYTES + Number(length);
}

function parseHeader(bytes: Uint8Array, name: string): object {
  const where = 'the header';
  if (bytes[0] !== 0x7b) {
    const found = bytes[0] === undefined ? 'nothing' : `the byte 0x${bytes[0].toString(16).padStart(2, '0')}`;
    refuseFormat({ name, where, found, expected: "a JSON object, starting with '{'" });
  }
  let text: string;
  try {
    // A byte order mark can't come first, since '{' does.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    return refuseFormat({ name, where, found: 'bytes that are not UTF-8', expected: 'UTF-8 text' }, cause);
  }
  let header: object;
  try {
    header = JSON.parse(text) as object;
  } catch (cause) {
    return refuseFormat({ name, where, found: 'text that is not JSON', expected: 'a JSON object' }, cause);
  }
  const oddity = findJsonOddity(text);
  if (oddity?.kind === 'duplicate key') {
    refuseFormat({ name, where, found: `the key ${JSON.stringify(oddity.text)} twice`, expected: 'every key once' });
  }
  if (oddity)
    refuseFormat({ name, where, found: `the number ${oddity.text}`, expected: 'whole numbers of at least 0' });
  return header;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown, metadata: Record<string, string>, name: string): void {
  const where = METADATA;
  if (!isObject(value)) refuseFormat({ name, where, found: JSON.stringify(value), expected: 'an object of strings' });
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      refuseFormat({
        name,
        where: `${where}, ${JSON.stringify(key)}`,
        found: JSON.stringify(text),
        expected: 'a string',
      });
    }
    metadata[key] = text;
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function readEntry(tensor: string, value: unknown, name: string): Entry {
  const where = `tensor ${JSON.stringify(tensor)}`;
  if (!isObject(value)) refuseFormat({ name, where, found: JSON.stringify(value), expected: 'an object' });
  for (const field of FIELDS) {
    if (!Object.hasOwn(value, field)) refuseFormat({ name, where, found: `no ${field}`, expected: FIELDS.join(', ') });
  }
  for (const field of Object.keys(value)) {
    if (!FIELDS.includes(field)) {
      refuseFormat({ name, where, found: `the field ${JSON.stringify(field)}`, expected: `only ${FIELDS.join(', ')}` });
    }
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    const expected = `one of ${Object.keys(ARRAYS).join(', ')}`;
    refuseFormat({ name, where: `${where}, dtype`, found: JSON.stringify(dtype), expected });
  }
  const sizes = 'whole numbers from 0 to 2^53 - 1';
  if (!isSizes(shape)) {
    refuseFormat({ name, where: `${where}, shape`, found: JSON.stringify(shape), expected: `an array of ${sizes}` });
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    refuseFormat({ name, where: `${where}, data_offsets`, found: JSON.stringify(offsets), expected: `two ${sizes}` });
  }
  const [begin, end] = offsets as [number, number];
  const length = byteLength(dtype, shape);
  if (length === undefined) {
    refuseFormat({ name, where: `${where}, shape`, found: formatShape(shape), expected: 'fewer than 2^53 bytes' });
  }
  if (end - begin !== length) {
    refuseFormat({
      name,
      where: `${where}, data_offsets`,
      found: `${begin} to ${end}, ${end - begin} bytes`,
      expected: `${length} bytes for ${dtype} ${formatShape(shape)}`,
    });
  }
  return { tensor, dtype, shape, begin, end };
}

function isDtype(dtype: unknown): dtype is SafetensorsDtype {
  return typeof dtype === 'string' && Object.hasOwn(ARRAYS, dtype);
}

/** The bytes of a tensor, or undefined where the product isn't exact; also where a zero would hide that. */
function byteLength(dtype: SafetensorsDtype, shape: readonly number[]): number | undefined {
  let exact: number = ARRAYS[dtype].BYTES_PER_ELEMENT;
  let empty = false;
  for (const size of shape) {
    if (size === 0) empty = true;
    else exact *= size;
    if (!Number.isSafeInteger(exact)) return undefined;
  }
  return empty ? 0 : exact;
}

/** Checks that entries in the order of their bytes cover the data: each begins where the one before it ended. */
function checkCover(entries: readonly Entry[], dataLength: number, name: string): void {
  let covered = 0;
  for (const { tensor, begin, end } of entries) {
    if (begin !== covered) {
      const what = begin < covered ? 'an overlap' : 'a hole';
      refuseFormat({
        name,
        where: `tensor ${JSON.stringify(tensor)}, data_offsets`,
        found: `${what}: it begins at ${begin}`,
        expected: `${covered}, where the tensor before it ends`,
      });
    }
    if (end > dataLength) {
      refuseFormat({
        name,
        where: `tensor ${JSON.stringify(tensor)}, data_offsets`,
        found: `an end at ${end}`,
        expected: `at most ${dataLength}, the bytes after the header`,
      });
    }
    covered = end;
  }
  if (covered !== dataLength) {
    refuseFormat({
      name,
      where: 'the end',
      found: `${dataLength - covered} bytes that belong to no tensor`,
      expected: `${covered} bytes after the header`,
    });
  }
}

/**
 * A safetensors file of these tensors: larger elements first, so that all are aligned, else in the order given; the header
 * is padded with spaces to a multiple of 8 bytes. The same content gives the same bytes.
 * Error: `E_FORMAT` for a tensor whose data do not fit its shape and type, or a name that a file cannot hold.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(
    ([, a], [, b]) => ARRAYS[b.dtype].BYTES_PER_ELEMENT - ARRAYS[a.dtype].BYTES_PER_ELEMENT,
  );
  const members: string[] = [];
  const notes = Object.entries(metadata).map(([key, value]) => `${quote(key)}:${quote(value)}`);
  if (notes.length > 0) members.push(`${quote(METADATA)}:{${notes.join(',')}}`);
  let end = 0;
  for (const [tensor, content] of ordered) {
    checkTensor(tensor, content);
    const begin = end;
    end += content.data.byteLength;
    const { dtype, shape } = content;
    members.push(`${quote(tensor)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > LARGEST_HEADER) {
    refuseFormat({
      name: 'safetensors',
      where: 'the header',
      found: `${headerLength} bytes`,
      expected: `at most ${LARGEST_HEADER}`,
    });
  }

  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerLength);
  let offset = LENGTH_BYTES + headerLength;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/** A JSON string; half a surrogate pair has no UTF-8 and is refused. */
function quote(text: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    refuseFormat({
      name: 'safetensors',
      where: 'the header',
      found: JSON.stringify(text),
      expected: 'text without lone surrogates',
    });
  }
  return JSON.stringify(text);
}

function checkTensor(tensor: string, { dtype, shape, data }: SafetensorsTensor): void {
  const name = 'safetensors';
  const where = `tensor ${JSON.stringify(tensor)}`;
  if (tensor === METADATA) refuseFormat({ name, where, found: 'a reserved name', expected: 'another name' });
  const length = isDtype(dtype) && isSizes(shape) ? byteLength(dtype, shape) : undefined;
  // The string tag, since `instanceof` fails for arrays of another realm.
  const tag = Object.prototype.toString.call(data).slice(8, -1);
  if (length === undefined || tag !== ARRAYS[dtype].name || data.byteLength !== length) {
    refuseFormat({
      name,
      where,
      found: `${tag} of ${data.length} elements`,
      expected: `the elements of ${String(dtype)} ${formatShape(shape)}`,
    });
  }
}
