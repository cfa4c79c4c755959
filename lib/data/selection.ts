import { LaminetError } from '../errors';

/** The options of `Dataset.split`. */
export interface SplitOptions {
  /** Of the order in which samples are dealt out, a whole number from 0 to 2^53 - 1. Default: that of the data set. */
  readonly seed?: number;
  /** Whether each class has the same share of both parts, as nearly as whole samples allow. Default: false. */
  readonly stratified?: boolean;
}

/** A number of samples. Error: `E_OPTION` unless it is a whole number from 1 to `most`. */
export function checkCount(count: number, most: number, what: string): number {
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new LaminetError('E_OPTION', `${what} must be a whole number from 1 to ${most}, found ${String(count)}`, {
    found: count,
    most,
  });
}

/** Error: `E_OPTION` unless a seed is a whole number from 0 to 2^53 - 1. */
export function checkSeed(seed: number, name: string): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  const message = `${name}: seed must be a whole number from 0 to 2^53 - 1, found ${String(seed)}`;
  throw new LaminetError('E_OPTION', message, { option: 'seed', found: seed });
}

/** Error: `E_OPTION` for an index that is no sample's. */
export function checkIndices(indices: ArrayLike<number>, count: number, name: string): void {
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place] as number;
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    const message = `${name}: index ${place} is ${String(index)}, expected a whole number from 0 to ${count - 1}`;
    throw new LaminetError('E_OPTION', message, { place, index, count });
  }
}

/** The rows of a column at these places, in shared memory. */
export function selectRows<T extends Uint8Array | Float32Array | Int32Array>(
  column: T,
  indices: ArrayLike<number>,
  count: number,
): T {
  const width = column.length / count;
  const ArrayType = column.constructor as new (buffer: SharedArrayBuffer) => T;
  const rows = new ArrayType(new SharedArrayBuffer(indices.length * width * column.BYTES_PER_ELEMENT));
  for (let place = 0; place < indices.length; place++) {
    const begin = (indices[place] as number) * width;
    rows.set(column.subarray(begin, begin + width), place * width);
  }
  return rows;
}

/** How many samples the first part of a split gets. Error: `E_OPTION` where one of the parts would be empty. */
export function splitSize(first: number, count: number, name: string): number {
  const size = first > 0 && first < 1 ? Math.round(first * count) : first;
  if (Number.isInteger(size) && size >= 1 && size < count) return size;
  const message = `${name}: the first part of a split must be a share between 0 and 1 or a whole number below ${count}, with a sample in each part, found ${String(first)}`;
  throw new LaminetError('E_OPTION', message, { found: first, count });
}

/** The labels that a split is to be even in. */
interface Strata {
  readonly labels: Int32Array;
  readonly classes: number;
}

/**
 * Deals samples out to two parts in an order.
 * @param size of the first part
 * @param order of all samples; undefined: that of their numbers
 * @param strata where given, each class gets its share of the first part, and its first samples in the order are in it
 */
export function splitIndices(
  count: number,
  size: number,
  order: Uint32Array | undefined,
  strata: Strata | undefined,
): [Uint32Array, Uint32Array] {
  const first = new Uint32Array(size);
  const second = new Uint32Array(count - size);
  const left = strata ? shareOut(classCounts(strata), size) : [size];
  let [inFirst, inSecond] = [0, 0];
  for (let place = 0; place < count; place++) {
    const index = order ? (order[place] as number) : place;
    const stratum = strata ? (strata.labels[index] as number) : 0;
    if ((left[stratum] as number) > 0) {
      left[stratum] = (left[stratum] as number) - 1;
      first[inFirst++] = index;
    } else second[inSecond++] = index;
  }
  return [first, second];
}

function classCounts({ labels, classes }: Strata): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}

/**
 * Whole shares of `size` in proportion to counts, by largest remainders (Hamilton's method); among equal remainders the
 * lower class goes first. Products stay below 2^53 for up to 94 million samples.
 */
function shareOut(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => Math.floor((count * size) / total));
  const rest = size - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = [...counts.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  function remainder(index: number): number {
    return ((counts[index] as number) * size) % total;
  }
  for (const index of byRemainder.slice(0, rest)) shares[index] = (shares[index] as number) + 1;
  return shares;
}
