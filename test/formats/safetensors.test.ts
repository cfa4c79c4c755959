import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../../lib/formats/safetensors';

/** A file of this header text, followed by `dataLength` bytes counting up. */
function fileOf(header: string | Uint8Array, dataLength = 0, headerLength?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  for (let index = 0; index < dataLength; index++) bytes[8 + text.length + index] = index;
  return bytes;
}

const entry = (dtype: string, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

const decodeHeader = (header: string | Uint8Array, dataLength = 0) =>
  decodeSafetensors(fileOf(header, dataLength), 'x.safetensors');

/** Expects the E_FORMAT error with these facts. */
function expectRefusal(action: () => unknown, details: Record<string, unknown>): void {
  expect(action).toThrow(expect.objectContaining({ code: 'E_FORMAT', details: expect.objectContaining(details) }));
}

const small = (): Map<string, SafetensorsTensor> =>
  new Map<string, SafetensorsTensor>([
    ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(7, 8, 9) }],
    ['weight', { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1.5, -2) }],
    ['step', { dtype: 'I64', shape: [], data: BigInt64Array.of(-5n) }],
    ['none', { dtype: 'F64', shape: [0, 4], data: new Float64Array(0) }],
  ]);

describe('encode and decode', () => {
  test('give back every tensor, aligned, and the metadata', () => {
    const bytes = encodeSafetensors(small(), { a: '1', 'ü"': '\n' });
    const { tensors, metadata } = decodeSafetensors(bytes, 'x');
    expect(Object.fromEntries(tensors)).toEqual(Object.fromEntries(small()));
    expect({ ...metadata }).toEqual({ a: '1', 'ü"': '\n' });
    expect([...tensors.keys()]).toEqual(['step', 'none', 'weight', 'bytes']);
  });

  test('the header is padded with spaces to a multiple of 8 bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd', 'ä', '€']) {
      const bytes = encodeSafetensors(new Map([[name, { dtype: 'U8', shape: [1], data: Uint8Array.of(42) }]]));
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toMatch(/^\{.*\} {0,7}$/);
      expect(bytes.length).toBe(8 + length + 1);
    }
  });

  test('an empty file is a file', () => {
    expect(decodeSafetensors(encodeSafetensors(new Map()), 'x').tensors.size).toBe(0);
  });

  test('data in shared memory and in the middle of a buffer', () => {
    const data = new Float32Array(new SharedArrayBuffer(64), 4, 2).fill(3);
    const bytes = encodeSafetensors(new Map([['w', { dtype: 'F32', shape: [2], data }]]));
    expect([...(decodeSafetensors(bytes, 'x').tensors.get('w')?.data ?? [])]).toEqual([3, 3]);
    // The same file at an odd address.
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    expect([...(decodeSafetensors(odd.subarray(1), 'x').tensors.get('w')?.data ?? [])]).toEqual([3, 3]);
  });

  test('tensors without order or alignment in the file are read', () => {
    const header = `{"f":${entry('F32', [1], [1, 5])},"b":${entry('BOOL', [1], [0, 1])}}  `;
    const { tensors } = decodeHeader(header, 5);
    expect([...tensors.keys()]).toEqual(['b', 'f']);
    expect(tensors.get('f')?.data).toEqual(new Float32Array(Uint8Array.of(1, 2, 3, 4).buffer));
  });

  test('names such as __proto__ are only names', () => {
    const data = Uint8Array.of(1);
    const names = ['__proto__', 'constructor', 'toString', '', '1', '\u0000'];
    const tensors = new Map(names.map((name) => [name, { dtype: 'U8', shape: [1], data } as const]));
    const decoded = decodeSafetensors(encodeSafetensors(tensors, { ['__proto__']: 'x' }), 'x');
    expect([...decoded.tensors.keys()].sort()).toEqual([...names].sort());
    expect(Object.entries(decoded.metadata)).toEqual([['__proto__', 'x']]);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});

describe('the header length', () => {
  test.each([
    ['beyond the file', 3n, 'at most the 2 bytes that follow'],
    ['over 100 MB', 100_000_001n, 'at most 100000000'],
    ['2^64 - 1', 2n ** 64n - 1n, 'at most 100000000'],
  ])('%s', (_what, length, expected) => {
    expectRefusal(() => decodeSafetensors(fileOf('{}', 0, length), 'x'), { where: 'the header length', expected });
  });

  test('every truncation is refused', () => {
    const bytes = encodeSafetensors(small(), { a: '1' });
    for (let length = 0; length < bytes.length; length++) {
      expectRefusal(() => decodeSafetensors(bytes.subarray(0, length), 'x'), { name: 'x' });
    }
  });

  test('bytes after the last tensor are refused', () => {
    const bytes = encodeSafetensors(small());
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expectRefusal(() => decodeSafetensors(longer, 'x'), {
      where: 'the end',
      found: '1 bytes that belong to no tensor',
    });
  });
});

describe('the header', () => {
  test.each([
    ['empty', ''],
    ['a space first', ' {}'],
    ['an array', '[]'],
    ['a byte order mark', '\ufeff{}'],
    ['cut', '{"a":'],
    ['something after it', '{}{}'],
    ['an entry that is null', '{"a":null}'],
    ['an entry that is an array', '{"a":[]}'],
    ['metadata that are no object', '{"__metadata__":[]}'],
    ['metadata of numbers', '{"__metadata__":{"a":1}}'],
    ['no dtype', '{"a":{"shape":[],"data_offsets":[0,0]}}'],
    ['no shape', '{"a":{"dtype":"U8","data_offsets":[0,0]}}'],
    ['no offsets', '{"a":{"dtype":"U8","shape":[0]}}'],
    ['one field too many', '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"b":0}}'],
  ])('%s', (_what, header) => {
    expectRefusal(() => decodeHeader(header), { name: 'x.safetensors' });
  });

  test('bytes that are not UTF-8', () => {
    expectRefusal(() => decodeHeader(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), {
      found: 'bytes that are not UTF-8',
    });
  });

  test.each([
    [
      'plain',
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      'a',
    ],
    [
      'escaped',
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      'a',
    ],
    ['a quotation mark', '{"__metadata__":{"\\"":"x","\\u0022" \n:"y"}}', '"'],
    ['a field', '{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}', 'dtype'],
    ['__proto__', '{"__metadata__":{"__proto__":"x","__proto__":"y"}}', '__proto__'],
    ['the metadata', '{"__metadata__":{},"__metadata__":{}}', '__metadata__'],
  ])('a duplicate key: %s', (_what, header, key) => {
    expectRefusal(() => decodeHeader(header), { where: 'the header', found: `the key ${JSON.stringify(key)} twice` });
  });

  test('keys, values and texts that only look like duplicates are fine', () => {
    const header = `{"__metadata__":{"a":"a","b":"{\\"a\\":1.5}","c":"a\\\\"},"a":${entry('U8', [0], [0, 0])}}`;
    expect({ ...decodeHeader(header).metadata }).toEqual({ a: 'a', b: '{"a":1.5}', c: 'a\\' });
  });
});

describe('types, shapes and offsets', () => {
  test.each([
    ['an unknown dtype', entry('F128', [1], [0, 16]), 16],
    ['a dtype of the prototype', entry('toString', [1], [0, 1]), 1],
    ['a shape that is no array', entry('U8', 1, [0, 1]), 1],
    ['a negative size', entry('U8', [-1], [0, 1]), 1],
    ['two negative sizes', entry('U8', [-1, -1], [0, 1]), 1],
    ['a fraction', entry('U8', [1.5], [0, 1]), 1],
    ['a whole number written as a fraction', '{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}', 1],
    ['an exponent', '{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}', 1],
    ['minus zero', '{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}', 0],
    ['a size of 2^53', '{"dtype":"U8","shape":[9007199254740992],"data_offsets":[0,1]}', 1],
    ['a product beyond 2^53', entry('F32', [2 ** 31, 2 ** 31], [0, 4]), 4],
    ['a product that wraps to 0 in 64 bits', entry('F32', [2 ** 32, 2 ** 32], [0, 0]), 0],
    ['a zero that hides such a product', entry('U8', [2 ** 31, 2 ** 31, 0], [0, 0]), 0],
    ['too few bytes', entry('F32', [2], [0, 4]), 4],
    ['too many bytes', entry('F32', [1], [0, 8]), 8],
    ['an end before the beginning', entry('U8', [1], [1, 0]), 1],
    ['one offset', entry('U8', [1], [1]), 1],
    ['three offsets', entry('U8', [1], [0, 1, 2]), 2],
    ['offsets beyond the file', entry('U8', [2], [0, 2]), 1],
    ['a hole before the first tensor', entry('U8', [1], [1, 2]), 2],
    ['bytes of no tensor', entry('U8', [1], [0, 1]), 2],
  ])('%s', (_what, text, dataLength) => {
    expectRefusal(() => decodeHeader(`{"a":${text}}`, dataLength), { name: 'x.safetensors' });
  });

  test('holes and overlaps between tensors are named', () => {
    const two = (second: number) => `{"a":${entry('U8', [2], [0, 2])},"b":${entry('U8', [2], [second, second + 2])}}`;
    expectRefusal(() => decodeHeader(two(3), 5), {
      where: 'tensor "b", data_offsets',
      found: 'a hole: it begins at 3',
    });
    expectRefusal(() => decodeHeader(two(1), 3), { found: 'an overlap: it begins at 1' });
    expectRefusal(() => decodeHeader(two(0), 2), { found: 'an overlap: it begins at 0' });
  });
});

test("files that the format's own library wrote are read, and written again with the same content", () => {
  const folder = '../shared/fixtures/torch';
  const paths = readdirSync(folder).filter((path) => path.endsWith('.safetensors'));
  expect(paths.length).toBeGreaterThan(100);
  for (const path of paths) {
    const file = decodeSafetensors(readFileSync(join(folder, path)), path);
    expect(decodeSafetensors(encodeSafetensors(file.tensors, file.metadata), path)).toEqual(file);
  }
});

test('whatever byte of a file is changed, it is refused or read whole', () => {
  const bytes = encodeSafetensors(small(), { a: '1' });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
      const changed = bytes.slice();
      changed[index] = (changed[index] as number) ^ change;
      try {
        const { tensors } = decodeSafetensors(changed, 'x');
        const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(total).toBe(8 + 8 + 3);
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_FORMAT' });
      }
    }),
    { numRuns: 2000 },
  );
});

describe('the writer refuses', () => {
  const data = Uint8Array.of(1);
  test.each<[string, string, SafetensorsTensor]>([
    ['a wrong count', 'a', { dtype: 'U8', shape: [2], data }],
    ['another array type', 'a', { dtype: 'I8', shape: [1], data }],
    ['a fraction', 'a', { dtype: 'U8', shape: [0.5, 2], data }],
    ['the reserved name', '__metadata__', { dtype: 'U8', shape: [1], data }],
    ['half a surrogate pair', '\ud800', { dtype: 'U8', shape: [1], data }],
  ])('%s', (_what, name, tensor) => {
    expectRefusal(() => encodeSafetensors(new Map([[name, tensor]])), {});
  });
});
