import { encodeFileStart, encodeSummary, frameRecord } from '../../lib/formats/tensorboard';
import { bytesOf, doublesOf, readMessage, readRecords, summaryOf } from '../support/event-file';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/*
 * The records below were put together by hand from the published formats, not by this library: the framing of
 * `record_writer.h` with CRC-32C as RFC 3720 has it (0xe3069283 of "123456789"), keys and varints of the wire format, and the
 * field numbers of `event.proto`, `summary.proto` and `histogram.proto`.
 */

test('a file begins with the record of its version, byte for byte', () => {
  expect(hex(encodeFileStart(1.5))).toBe(
    [
      // 24 bytes, and the masked checksum that every event file has there.
      '1800000000000000a37f4b22',
      // wall_time 1.5
      '09000000000000f83f',
      // file_version "brain.Event:2"
      '1a0d627261696e2e4576656e743a32',
      '2a28646c',
    ].join(''),
  );
});

test('a number, byte for byte', () => {
  expect(hex(encodeSummary({ wallTime: 1.5, step: 300, values: [{ tag: 'a', scalar: 0.5 }] }))).toBe(
    [
      '1800000000000000a37f4b22',
      // wall_time 1.5, step 300
      '09000000000000f83f10ac02',
      // summary { value { tag "a", simple_value 0.5 } }
      '2a0a0a080a0161150000003f',
      '64076a3f',
    ].join(''),
  );
});

test('a histogram, byte for byte', () => {
  const histogram = { min: -1, max: 2, count: 3, sum: 1.5, sumOfSquares: 5.25, limits: [0, 2], counts: [1, 2] };
  const file = encodeSummary({ wallTime: 0, step: 0, values: [{ tag: 'weights', histogram }] });
  expect(hex(file)).toBe(
    [
      '6b0000000000000087efa6e1',
      '0900000000000000001000',
      // summary { value { tag "weights", histo {
      '2a5e0a5c0a07776569676874732a51',
      // min -1, max 2, num 3, sum 1.5, sum_squares 5.25
      '09000000000000f0bf11000000000000004019000000000000084021000000000000f83f290000000000001540',
      // bucket_limit 0, 2; bucket 1, 2
      '321000000000000000000000000000000040',
      '3a10000000000000f03f0000000000000040',
      'c1c1599d',
    ].join(''),
  );
  // The reader of the tests, which knows nothing of the fields, comes to the same.
  const [record] = readRecords(Buffer.from(file));
  const fields = readMessage(bytesOf(summaryOf(readMessage(record ?? Buffer.alloc(0))).get('weights') ?? new Map(), 5));
  expect([1, 2, 3, 4, 5].map((field) => bytesOf(fields, field).readDoubleLE())).toEqual([-1, 2, 3, 1.5, 5.25]);
  expect([6, 7].map((field) => doublesOf(bytesOf(fields, field)))).toEqual([
    [0, 2],
    [1, 2],
  ]);
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
