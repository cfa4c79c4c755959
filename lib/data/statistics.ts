import { types } from 'node:util';
import { type Shape, sizeOf } from '../tensor/shape';

/** What the numbers of each channel are like. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** The standard deviation of all numbers, divided by their count and not by one less. */
  readonly std: readonly number[];
}

/**
 * The mean and standard deviation of each channel, which is the first size of the shape.
 * @param scale what the numbers are multiplied by
 */
export function channelStatistics(samples: Uint8Array | Float32Array, shape: Shape, scale: number): ChannelStatistics {
  const channels = shape[0] ?? 1;
  const plane = sizeOf(shape) / channels;
  const measured = Array.from({ length: channels }, (_, channel) =>
    types.isUint8Array(samples)
      ? ofBytes(samples, channel, channels, plane)
      : ofNumbers(samples as Float32Array, channel, channels, plane),
  );
  return {
    mean: measured.map(({ mean }) => mean * scale),
    std: measured.map(({ variance }) => Math.sqrt(variance) * Math.abs(scale)),
  };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** By counting each byte: sums of whole numbers without a rounding, however many there are. */
function ofBytes(samples: Uint8Array, channel: number, channels: number, plane: number): Moments {
  const counts = new Float64Array(256);
  for (let begin = channel * plane; begin < samples.length; begin += channels * plane) {
    for (let index = begin; index < begin + plane; index++) {
      const byte = samples[index] as number;
      counts[byte] = (counts[byte] as number) + 1;
    }
  }
  let [count, sum, squares] = [0n, 0n, 0n];
  for (const [byte, times] of counts.entries()) {
    count += BigInt(times);
    sum += BigInt(times) * BigInt(byte);
    squares += BigInt(times) * BigInt(byte * byte);
  }
  // The variance is (count * squares - sum^2) / count^2: the numerator is whole, and rounded only here.
  const numerator = count * squares - sum * sum;
  return { mean: Number(sum) / Number(count), variance: Number(numerator) / Number(count) / Number(count) };
}

/** In two passes, so that a large mean does not swallow a small variance. */
function ofNumbers(samples: Float32Array, channel: number, channels: number, plane: number): Moments {
  const count = samples.length / channels;
  const sumOf = (term: (value: number) => number): number => {
    let sum = 0;
    for (let begin = channel * plane; begin < samples.length; begin += channels * plane) {
      for (let index = begin; index < begin + plane; index++) sum += term(samples[index] as number);
    }
    return sum;
  };
  const mean = sumOf((value) => value) / count;
  return { mean, variance: sumOf((value) => (value - mean) ** 2) / count };
}
