import { endianness } from 'node:os';
import { formatShape } from '../tensor/shape';
import { refuseFormat } from './format-error';
import { halfToNumber } from './half';

/** The element types that are read, by NumPy's code without the byte order, and what they become. */
const TYPES = {
  b1: { dtype: 'bool', bytes: 1, ArrayType: Uint8Array },
  u1: { dtype: 'uint8', bytes: 1, ArrayType: Uint8Array },
  i1: { dtype: 'int8', bytes: 1, ArrayType: Int8Array },
  u2: { dtype: 'uint16', bytes: 2, ArrayType: Uint16Array },
  i2: { dtype: 'int16', bytes: 2, ArrayType: Int16Array },
  u4: { dtype: 'uint32', bytes: 4, ArrayType: Uint32Array },
  i4: { dtype: 'int32', bytes: 4, ArrayType: Int32Array },
  u8: { dtype: 'uint64', bytes: 8, ArrayType: BigUint64Array },
  i8: { dtype: 'int64', bytes: 8, ArrayType: BigInt64Array },
  f2: { dtype: 'float16', bytes: 2, ArrayType: Uint16Array },
  f4: { dtype: 'float32', bytes: 4, ArrayType: Float32Array },
  f8: { dtype: 'float64', bytes: 8, ArrayType: Float64Array },
} as const;

type TypeCode = keyof typeof TYPES;

/** The numbers of an array. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An array of NumPy. */
export interface NpyArray {
  /** What the file says its elements are, as NumPy calls them. */
  readonly dtype: (typeof TYPES)[TypeCode]['dtype'];
  readonly shape: readonly number[];
  /** Row-major (C order). `float16` becomes float32, without a rounding; `bool` bytes of 0 and 1. */
  readonly data: NpyData;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
const LARGEST_HEADER = 2 ** 16 - 1;
/** NumPy's own limit. */
const LARGEST_RANK = 64;
const HOST_ORDER = endianness() === 'LE' ? '<' : '>';

interface Header {
  readonly code: TypeCode;
  readonly order: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly end: number;
}

/**
 * The array of an NPY file, versions 1 to 3: booleans, whole numbers of 1 to 8 bytes, floats of 2 to 8, in either byte order,
 * in C or Fortran order. The numbers are a copy. Strings, records and Python objects are refused, as is a file that is not
 * exactly as long as its header says.
 * @param name the file, for error messages
 * Error: `E_FORMAT`. Source: NumPy's documentation, `numpy.lib.format`.
 */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const { code, order, fortran, shape, end } = readHeader(bytes, name);
  const { dtype, bytes: width, ArrayType } = TYPES[code];
  const size = product(shape);
  const expected = end + size * width;
  if (bytes.length !== expected) {
    refuseFormat({
      name,
      where: bytes.length < expected ? 'the end, too early' : 'the end, too late',
      found: `${bytes.length} bytes`,
      expected: `${expected} bytes for ${formatShape(shape)} of ${dtype} and the header`,
    });
  }
  const own = new Uint8Array(size * width);
  own.set(bytes.subarray(end));
  if (width > 1 && order !== HOST_ORDER) reverseEach(own, width);
  const stored = new ArrayType(own.buffer);
  if (code === 'b1') checkBooleans(own, end, name);
  const numbers = code === 'f2' ? Float32Array.from(stored as Uint16Array, halfToNumber) : stored;
  return { dtype, shape, data: fortran && shape.length > 1 ? toRowMajor(numbers, shape) : numbers };
}

function readHeader(bytes: Uint8Array, name: string): Header {
  const where = 'the header';
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    const found = bytes.length < MAGIC.length ? `a file of ${bytes.length} bytes` : 'a file that starts otherwise';
    refuseFormat({ name, where: 'the start', found, expected: 'an NPY file, starting with 0x93 NUMPY' });
  }
  const version = bytes[MAGIC.length];
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) {
    refuseFormat({ name, where, found: `a file of ${bytes.length} bytes`, expected: `at least ${start} bytes` });
  }
  if (version === undefined || version < 1 || version > 3 || bytes[7] !== 0) {
    refuseFormat({ name, where, found: `version ${version}.${bytes[7]}`, expected: 'version 1.0, 2.0 or 3.0' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const most = Math.min(bytes.length - start, LARGEST_HEADER);
  if (length > most) {
    refuseFormat({ name, where, found: `a length of ${length}`, expected: `at most ${most} bytes` });
  }
  const end = start + length;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
  return { ...parseHeader(text, name), end };
}

/** One key and value of the header's Python dictionary, with the comma or the brace behind it. */
const ENTRY =
  /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([\d ,]*)\))\s*(?:,|(?=\}))/y;

function parseHeader(text: string, name: string): Omit<Header, 'end'> {
  const fields: Record<'descr' | 'fortran' | 'shape', string | undefined> = {
    descr: undefined,
    fortran: undefined,
    shape: undefined,
  };
  let at = text.startsWith('{') ? 1 : text.length;
  for (let entries = 0; entries < 3; entries++) {
    ENTRY.lastIndex = at;
    const match = ENTRY.exec(text);
    if (!match) break;
    at = ENTRY.lastIndex;
    if (match[2] === 'descr') fields.descr = match[4];
    else if (match[2] === 'shape') fields.shape = match[6];
    else fields.fortran = match[5];
  }
  const { descr, fortran, shape } = fields;
  if (descr === undefined || fortran === undefined || shape === undefined || !/^\s*\}[ ]*\n$/.test(text.slice(at))) {
    const expected =
      "{'descr': '...', 'fortran_order': True or False, 'shape': (...)} of plain numbers, and a line's end";
    refuseFormat({ name, where: 'the header', found: JSON.stringify(text.trim().slice(0, 100)), expected });
  }
  const code = descr.slice(1);
  const order = descr.charAt(0);
  if (!Object.hasOwn(TYPES, code) || !'<>|='.includes(order) || (order === '|' && !code.endsWith('1'))) {
    const expected = `one of ${Object.keys(TYPES).join(', ')} behind < or >`;
    refuseFormat({ name, where: 'descr', found: JSON.stringify(descr), expected });
  }
  return {
    code: code as TypeCode,
    order: order === '=' ? HOST_ORDER : order,
    fortran: fortran === 'True',
    shape: parseShape(shape, name),
  };
}

/** The sizes of a Python tuple: nothing, `3,`, `3, 4`. */
function parseShape(text: string, name: string): number[] {
  const parts = text.split(',').map((part) => part.trim());
  const comma = parts.length > 1;
  if (parts.at(-1) === '') parts.pop();
  const whole = parts.every((part) => /^(?:0|[1-9]\d{0,15})$/.test(part));
  const shape = parts.map(Number);
  if (!whole || (parts.length === 1 && !comma) || (parts.length === 0 && comma) || parts.length > LARGEST_RANK) {
    const expected = `at most ${LARGEST_RANK} whole numbers, as in (3,) or (3, 4)`;
    refuseFormat({ name, where: 'shape', found: `(${text.slice(0, 100)})`, expected });
  }
  if (!Number.isSafeInteger(8 * shape.reduce((total, size) => total * Math.max(1, size), 1))) {
    refuseFormat({ name, where: 'shape', found: formatShape(shape), expected: 'fewer than 2^53 bytes' });
  }
  return shape;
}

const product = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);

function reverseEach(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function checkBooleans(bytes: Uint8Array, start: number, name: string): void {
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong < 0) return;
  refuseFormat({ name, where: `byte ${start + wrong}`, found: `${bytes[wrong]}`, expected: '0 or 1, a bool' });
}

/** Numbers whose first index runs fastest, put so that the last one does. */
function toRowMajor<T extends NpyData>(numbers: T, shape: readonly number[]): T {
  const result = numbers.slice() as T;
  const strides = shape.map((_, axis) => product(shape.slice(0, axis)));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < numbers.length; to++) {
    result[to] = numbers[from] as number & bigint;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size, stride] = [shape[axis] as number, strides[axis] as number];
      index[axis] = (index[axis] as number) + 1;
      from += stride;
      if ((index[axis] as number) < size) break;
      from -= stride * size;
      index[axis] = 0;
    }
  }
  return result;
}

/** The array types that can be written, by their tag. */
const CODES: Readonly<Record<string, TypeCode>> = {
  Uint8Array: 'u1',
  Int8Array: 'i1',
  Uint16Array: 'u2',
  Int16Array: 'i2',
  Uint32Array: 'u4',
  Int32Array: 'i4',
  BigUint64Array: 'u8',
  BigInt64Array: 'i8',
  Float32Array: 'f4',
  Float64Array: 'f8',
};

/**
 * The bytes of an NPY file, version 1.0, with the element type of the typed array.
 * Error: `E_FORMAT` where the shape has another number of elements than the data.
 */
export function encodeNpy({ shape, data }: Pick<NpyArray, 'shape' | 'data'>, name: string): Uint8Array {
  const tag = Object.prototype.toString.call(data).slice(8, -1);
  const code = CODES[tag];
  const sizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0) && shape.length <= LARGEST_RANK;
  if (!code || !sizes || product(shape) !== data.length) {
    const expected = `a typed array of the elements of ${formatShape(shape)}`;
    return refuseFormat({ name, where: 'the array', found: `${tag} of ${data.length} elements`, expected });
  }
  const order = TYPES[code].bytes === 1 ? '|' : HOST_ORDER;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const entry = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // The numbers begin at a multiple of 64, as NumPy writes them, behind a line's end.
  const start = Math.ceil((10 + entry.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(MAGIC);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(Buffer.from(`${entry.padEnd(start - 11)}\n`, 'latin1'), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
