import fc from 'fast-check';
import { decodeNpy, encodeNpy } from '../../lib/formats/npy';
import { npyBytes, npyOfHeader } from '../support/npy-bytes';

const refused = (details: Record<string, unknown> = {}) =>
  expect.objectContaining({ code: 'E_FORMAT', details: expect.objectContaining({ name: 'x', ...details }) });

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const TYPES = [
  ['u1', 'uint8', Uint8Array.of(0, 1, 254, 255)],
  ['i1', 'int8', Int8Array.of(0, 1, -128, 127)],
  ['u2', 'uint16', Uint16Array.of(0, 1, 0xfffe, 0x1234)],
  ['i2', 'int16', Int16Array.of(0, 1, -2, 0x1234)],
  ['u4', 'uint32', Uint32Array.of(0, 1, 2 ** 32 - 2, 0x12345678)],
  ['i4', 'int32', Int32Array.of(0, 1, -2, 0x12345678)],
  ['u8', 'uint64', BigUint64Array.of(0n, 1n, 2n ** 64n - 2n, 0x123456789abcdefn)],
  ['i8', 'int64', BigInt64Array.of(0n, 1n, -2n, 0x123456789abcdefn)],
  ['f4', 'float32', Float32Array.of(0, 1.5, -1e-40, Number.NaN)],
  ['f8', 'float64', Float64Array.of(0, 1.5, -1e-310, Number.NEGATIVE_INFINITY)],
] as const;

describe.each(TYPES)('%s', (code, dtype, data) => {
  const expected = { dtype, shape: [2, 2], data };

  test('in both byte orders', () => {
    const little = bytesOf(data);
    const big = Uint8Array.from(little);
    for (let at = 0; at < big.length; at += data.BYTES_PER_ELEMENT) {
      big.subarray(at, at + data.BYTES_PER_ELEMENT).reverse();
    }
    expect(decodeNpy(npyBytes(`<${code}`, '(2, 2)', little), 'x')).toEqual(expected);
    expect(decodeNpy(npyBytes(`>${code}`, '(2, 2)', big), 'x')).toEqual(expected);
  });

  test('written as NumPy writes it, and read back', () => {
    const order = data.BYTES_PER_ELEMENT === 1 ? '|' : '<';
    const written = encodeNpy({ shape: [2, 2], data }, 'x');
    expect(written).toEqual(npyBytes(`${order}${code}`, '(2, 2)', bytesOf(data)));
    expect(decodeNpy(written, 'x')).toEqual(expected);
  });
});

test('float16 becomes float32: zero, the smallest, subnormal and normal, the largest, not finite', () => {
  const bits = Uint16Array.of(0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00);
  const { dtype, data } = decodeNpy(npyBytes('<f2', '(10,)', bytesOf(bits)), 'x');
  expect(dtype).toBe('float16');
  expect(data).toEqual(
    Float32Array.of(
      0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      -2,
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ),
  );
});

test('bool: 0 and 1, nothing else', () => {
  expect(decodeNpy(npyBytes('|b1', '(2,)', Uint8Array.of(1, 0)), 'x')).toEqual({
    dtype: 'bool',
    shape: [2],
    data: Uint8Array.of(1, 0),
  });
  expect(() => decodeNpy(npyBytes('|b1', '(2,)', Uint8Array.of(1, 2)), 'x')).toThrow(
    refused({ where: 'byte 129', found: '2' }),
  );
});

test('Fortran order becomes C order', () => {
  // Of the array whose element [i, j, k] is 100 i + 10 j + k, the first index fastest.
  const stored: number[] = [];
  for (const k of [0, 1, 2, 3]) for (const j of [0, 1, 2]) for (const i of [0, 1]) stored.push(100 * i + 10 * j + k);
  const { shape, data } = decodeNpy(npyBytes('|u1', '(2, 3, 4)', Uint8Array.from(stored), 'True'), 'x');
  expect(shape).toEqual([2, 3, 4]);
  expect([...data]).toEqual([...stored].sort((a, b) => Number(a) - Number(b)));
});

test.each([
  ['()', [], 1],
  ['(3,)', [3], 3],
  ['(0,)', [0], 0],
  ['(2, 0, 3)', [2, 0, 3], 0],
  ['(1, 1, 1, 1, 2)', [1, 1, 1, 1, 2], 2],
])('the shape %s', (text, shape, count) => {
  expect(decodeNpy(npyBytes('|u1', text, new Uint8Array(count)), 'x')).toEqual({
    dtype: 'uint8',
    shape,
    data: new Uint8Array(count),
  });
});

test.each([2, 3])('version %d.0, as NumPy writes it', (version) => {
  const file = Buffer.from(
    'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8aTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAA==',
    'base64',
  );
  file[6] = version;
  expect(decodeNpy(file, 'x')).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(0, 1) });
});

const small = npyBytes('<i2', '(2, 3)', bytesOf(Int16Array.of(1, 2, 3, 4, 5, 6)));

test('bytes in the middle of a buffer are copied', () => {
  const odd = Buffer.alloc(small.length + 2);
  odd.set(small, 1);
  const { data } = decodeNpy(odd.subarray(1, -1), 'x');
  odd.fill(0);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a file cut at any byte, or longer', () => {
  for (let length = 0; length < small.length; length++) {
    expect(() => decodeNpy(small.subarray(0, length), 'x')).toThrow(refused());
  }
  expect(() => decodeNpy(Buffer.concat([small, Buffer.of(0)]), 'x')).toThrow(refused({ where: 'the end, too late' }));
});

test('whatever bit of the header is flipped, the file is refused or means an array of its length', () => {
  for (let bit = 0; bit < 8 * (small.length - 12); bit++) {
    const changed = small.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      const { shape, data } = decodeNpy(changed, 'x');
      expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
      expect(data.byteLength).toBe(12);
    } catch (error) {
      expect(error).toEqual(refused());
    }
  }
});

test.each([
  ['|O', '(1,)'],
  ['<U3', '(1,)'],
  ['|V2', '(1,)'],
  ['<f16', '(1,)'],
  ['|i2', '(1,)'],
  ['<constructor', '(1,)'],
  ['', '(1,)'],
])('the element type %j', (descr, shape) => {
  expect(() => decodeNpy(npyBytes(descr, shape, new Uint8Array(2)), 'x')).toThrow(
    refused({ where: 'descr', found: JSON.stringify(descr) }),
  );
});

test.each([
  '(1)',
  '(,)',
  '(1,,2)',
  '(01,)',
  '(1, 2',
  '(99999999999999999,)',
  '(4294967296, 4294967296)',
  '(4294967296, 4294967296, 0)',
  '(-1,)',
  '(1.0,)',
  `(${'1, '.repeat(65)})`,
  '[1]',
])('the shape %s is refused', (shape) => {
  expect(() => decodeNpy(npyBytes('|u1', shape, new Uint8Array(1)), 'x')).toThrow(refused());
});

test.each([
  "{'descr': '|u1', 'fortran_order': False}",
  "{'descr': '|u1', 'descr': '|u1', 'shape': (1,)}",
  "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
  "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1,)}",
  "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
  " {'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
  '',
])('the header %j is refused', (header) => {
  expect(() => decodeNpy(npyOfHeader(header, new Uint8Array(1)), 'x')).toThrow(refused({ where: 'the header' }));
});

test('keys in another order, other quotes', () => {
  const header = '{"shape": (1,), "fortran_order": False, "descr": "|u1"}';
  expect([...decodeNpy(npyOfHeader(header, Uint8Array.of(9)), 'x').data]).toEqual([9]);
});

test('any text in place of the header is refused in no time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom(...`{}'":(), descrshape_T0`) }), (text) => {
      expect(() => decodeNpy(npyOfHeader(text, new Uint8Array(0)), 'x')).toThrow(refused());
    }),
  );
});

test('a shape that the data does not fill is not written', () => {
  const data = Uint8Array.of(1, 2, 3);
  for (const shape of [[2], [3, -1], [1.5, 2], []]) {
    expect(() => encodeNpy({ shape, data }, 'x')).toThrow(refused({ where: 'the array' }));
  }
});
