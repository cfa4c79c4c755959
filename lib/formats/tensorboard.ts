import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { crc32c } from './crc';
import { encodePng, type Picture } from './png';

/** What is told of one thing at one step: a number, a picture, or how numbers are distributed. */
export type SummaryValue = {
  /** Words with slashes between them, by which TensorBoard groups. */ readonly tag: string;
} & ({ readonly scalar: number } | { readonly picture: Picture } | { readonly histogram: Histogram });

/** How numbers are distributed. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The upper ends of the buckets, ascending; a bucket begins where the one before it ends, the first at `min`. */
  readonly limits: readonly number[];
  /** How many numbers are in each bucket. */
  readonly counts: readonly number[];
}

/** Values of one moment, a record of an event file. */
export interface SummaryEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly values: readonly SummaryValue[];
}

/**
 * The record that an event file of TensorBoard begins with.
 * Source: TensorFlow, `core/util/event.proto`, `file_version`.
 */
export function encodeFileStart(wallTime: number): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(wallTime);
  event.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  return frameRecord(event.finish());
}

/**
 * A record of an event file of TensorBoard.
 * Source: TensorFlow, the messages Event (`core/util/event.proto`), Summary and HistogramProto (`core/framework/summary.proto`,
 * `tsl/protobuf/histogram.proto`).
 */
export function encodeSummary({ wallTime, step, values }: SummaryEvent): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(wallTime);
  event.tag(2, WireType.Varint).int64(step);
  event.tag(5, WireType.LengthDelimited).fork();
  for (const value of values) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(value.tag);
    if ('scalar' in value) event.tag(2, WireType.Bit32).float(value.scalar);
    else if ('picture' in value) writePicture(event, value.picture);
    else writeHistogram(event, value.histogram);
    event.join();
  }
  return frameRecord(event.join().finish());
}

function writePicture(event: BinaryWriter, picture: Picture): void {
  event.tag(4, WireType.LengthDelimited).fork();
  event.tag(1, WireType.Varint).int32(picture.height);
  event.tag(2, WireType.Varint).int32(picture.width);
  event.tag(3, WireType.Varint).int32(picture.channels);
  event.tag(4, WireType.LengthDelimited).bytes(encodePng(picture));
  event.join();
}

function writeHistogram(event: BinaryWriter, histogram: Histogram): void {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
  event.tag(5, WireType.LengthDelimited).fork();
  for (const [index, value] of [min, max, count, sum, sumOfSquares].entries()) {
    event.tag(index + 1, WireType.Bit64).double(value);
  }
  for (const [field, values] of [
    [6, limits],
    [7, counts],
  ] as const) {
    event.tag(field, WireType.LengthDelimited).fork();
    for (const value of values) event.double(value);
    event.join();
  }
  event.join();
}

/**
 * A record as TFRecord files frame it: its length in 8 bytes, that length's checksum, the record, its checksum; all little-endian.
 * Source: TensorFlow, `core/lib/io/record_writer.h`.
 */
export function frameRecord(record: Uint8Array): Uint8Array {
  const framed = new Uint8Array(record.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(record.length), true);
  view.setUint32(8, maskedChecksum(framed.subarray(0, 8)), true);
  framed.set(record, 12);
  view.setUint32(12 + record.length, maskedChecksum(record), true);
  return framed;
}

/** A CRC-32C turned by 15 bits and moved, so that checksums of data that hold checksums stay good ones (`core/lib/hash/crc32c.h`). */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
