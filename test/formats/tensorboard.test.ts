import { encodeFileStart, encodeSummary, frameRecord, histogramOf } from '../../lib/formats/tensorboard';
import { bytesOf, doublesOf, readMessage, readRecords, summaryOf } from '../support/event-file';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a file begins with the record of its version, byte for byte', () => {
  const file = encodeFileStart(1.5);
  // 24 bytes, the masked checksum that every event file has there, wall time (field 1), file_version (field 3).
  expect(hex(file.subarray(0, -4))).toBe(
    `1800000000000000${'a37f4b22'}${'09000000000000f83f'}${'1a0d'}${Buffer.from('brain.Event:2').toString('hex')}`,
  );
  expect(readRecords(Buffer.from(file))).toHaveLength(1);
});

test('a number, byte for byte', () => {
  const file = encodeSummary({ wallTime: 1.5, step: 300, values: [{ tag: 'a', scalar: 0.5 }] });
  const [record] = readRecords(Buffer.from(file));
  // wall_time 1.5, step 300, summary { value { tag "a", simple_value 0.5 } }
  expect(hex(record ?? Buffer.alloc(0))).toBe('09000000000000f83f10ac022a0a0a080a0161150000003f');
});

test('a histogram, field by field', () => {
  const histogram = { min: -1, max: 2, count: 3, sum: 1.5, sumOfSquares: 5.25, limits: [0, 2], counts: [1, 2] };
  const file = encodeSummary({ wallTime: 0, step: 0, values: [{ tag: 'weights', histogram }] });
  const [record] = readRecords(Buffer.from(file));
  const value = summaryOf(readMessage(record ?? Buffer.alloc(0))).get('weights');
  const fields = readMessage(bytesOf(value ?? new Map(), 5));
  expect([1, 2, 3, 4, 5].map((field) => bytesOf(fields, field).readDoubleLE())).toEqual([-1, 2, 3, 1.5, 5.25]);
  expect(doublesOf(bytesOf(fields, 6))).toEqual([0, 2]);
  expect(doublesOf(bytesOf(fields, 7))).toEqual([1, 2]);
});

test('a picture, with its size and a PNG file', () => {
  const picture = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;
  const file = encodeSummary({ wallTime: 0, step: 1, values: [{ tag: 'filters', picture }] });
  const [record] = readRecords(Buffer.from(file));
  const value = summaryOf(readMessage(record ?? Buffer.alloc(0))).get('filters');
  const fields = readMessage(bytesOf(value ?? new Map(), 4));
  expect([1, 2, 3].map((field) => fields.get(field))).toEqual([[1n], [2n], [3n]]);
  expect(hex(bytesOf(fields, 4).subarray(0, 8))).toBe('89504e470d0a1a0a');
});

test('a bit that flips anywhere in a record is found by its checksums', () => {
  const framed = Buffer.from(frameRecord(Uint8Array.of(1, 2, 3, 4, 5)));
  for (let bit = 64; bit < framed.length * 8; bit++) {
    const broken = Buffer.from(framed);
    broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(() => readRecords(broken)).toThrow('a wrong checksum');
  }
});

describe('distributions', () => {
  test('every finite number is in one bucket, the largest in the last', () => {
    const values = Float64Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 3);
    values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 500);
    const histogram = histogramOf(values);
    const finite = [...values].filter(Number.isFinite);
    expect(histogram).toMatchObject({ count: 997, min: Math.min(...finite), max: Math.max(...finite) });
    expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(997);
    expect(histogram?.limits.at(-1)).toBe(histogram?.max);
    let lower = Number.NEGATIVE_INFINITY;
    for (const [bucket, limit] of (histogram?.limits ?? []).entries()) {
      expect(limit).toBeGreaterThan(lower);
      const last = bucket === 29;
      const inside = finite.filter((value) => value >= lower && (value < limit || last));
      expect(histogram?.counts[bucket]).toBe(inside.length);
      lower = limit;
    }
  });

  test('equal numbers are one bucket', () => {
    expect(histogramOf(new Float32Array(4).fill(0.5))).toEqual({
      min: 0.5,
      max: 0.5,
      count: 4,
      sum: 2,
      sumOfSquares: 1,
      limits: [0.5],
      counts: [4],
    });
  });

  test('of no finite numbers there is none', () => {
    expect(histogramOf(Float32Array.of(Number.NaN))).toBeUndefined();
    expect(histogramOf(new Float32Array(0))).toBeUndefined();
  });
});
