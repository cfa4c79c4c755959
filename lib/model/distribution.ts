import type { FloatArray } from '../tensor/storage';

/** How the finite numbers among some are distributed. All but counts are rounded to six digits. */
export interface ValueDistribution {
  /** How many they are. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The root of the mean square of what they differ from their mean. */
  readonly deviation: number;
  /** The values below which 5, 25, 50, 75 and 95 % of the numbers lie, within a thousandth of the range. */
  readonly quantiles: readonly number[];
  /** How many are in each of 30 buckets of one width from `min` to `max`; a single one where these are equal. */
  readonly counts: readonly number[];
}

/** The shares of numbers that the quantiles of a {@link ValueDistribution} are the upper ends of. */
export const QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

const BUCKETS = 30;
/** Quantiles are looked up in narrower buckets than those that are told of: gradients are mostly far smaller than the largest. */
const PARTS = 40;

/** The distribution of the finite numbers among some; undefined where there are none. */
export function distributionOf(values: FloatArray): ValueDistribution | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { length } = values;
  let count = 0;
  let sum = 0;
  // By indices: an iterator takes four times as long.
  for (let index = 0; index < length; ) {
    const value = values[index++] as number;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count += 1;
    sum += value;
  }
  if (count === 0) return undefined;
  const mean = sum / count;
  const fine = new Uint32Array(BUCKETS * PARTS);
  const scale = fine.length / (max - min);
  // Equal numbers, and numbers so close or so far apart that their buckets' width is none.
  const alone = !(scale > 0 && Number.isFinite(scale));
  const factor = alone ? 0 : scale;
  const last = fine.length - 1;
  let squares = 0;
  for (let index = 0; index < length; ) {
    const value = values[index++] as number;
    if (!Number.isFinite(value)) continue;
    const offset = value - mean;
    squares += offset * offset;
    const bucket = Math.min(last, (value - min) * factor) >>> 0;
    fine[bucket] = (fine[bucket] as number) + 1;
  }
  return {
    count,
    min: rounded(min),
    max: rounded(max),
    mean: rounded(mean),
    deviation: rounded(Math.sqrt(squares / count)),
    quantiles: quantilesOf(fine, count, min, alone ? 0 : 1 / scale).map(rounded),
    counts: alone ? [count] : coarse(fine),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

/** As if the numbers of a bucket were spread evenly over it. */
function quantilesOf(fine: Uint32Array, count: number, min: number, width: number): number[] {
  let bucket = 0;
  let below = 0;
  return QUANTILES.map((share) => {
    const wanted = share * count;
    while (below + (fine[bucket] as number) < wanted) below += fine[bucket++] as number;
    return min + width * (bucket + (wanted - below) / (fine[bucket] as number));
  });
}

function coarse(fine: Uint32Array): number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) =>
    fine.subarray(bucket * PARTS, (bucket + 1) * PARTS).reduce((sum, count) => sum + count, 0),
  );
}
