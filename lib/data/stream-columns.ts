import { types } from 'node:util';
import { LaminetError } from '../errors';

/** What a stream gives at a time: a sample, or several one after another, with what is known of them. */
export interface StreamItem {
  /** Whole samples. All items must have bytes, or all numbers. */
  readonly samples: Uint8Array | Float32Array | Float64Array | readonly number[];
  /** A class number a sample; of one sample, the number itself will do. */
  readonly labels?: number | ArrayLike<number>;
  /** A row of numbers a sample, as many in all items. */
  readonly targets?: ArrayLike<number>;
  /** One a sample. */
  readonly sampleWeights?: number | ArrayLike<number>;
}

/** Samples, and what is known of them, one after another. */
export interface Columns {
  readonly samples: Uint8Array | Float32Array;
  /** As they came: whether they are classes, the data set checks. */
  readonly labels?: Float64Array;
  readonly targets?: Float32Array;
  readonly sampleWeights?: Float64Array;
}

type Column = Uint8Array | Float32Array | Float64Array;
const KEYS = ['samples', 'labels', 'targets', 'sampleWeights'] as const;
type Key = (typeof KEYS)[number];

/** What the first item has, and all others must have: which columns, of how many numbers a sample, of which type. */
type Layout = ReadonlyMap<Key, { readonly width: number; readonly ArrayType: new (length: number) => Column }>;

/**
 * Packs items into pieces of `capacity` samples each; the last one has what is left.
 * @param size the numbers of a sample
 * Error: `E_DATA` for an item that is not like the first, or no whole samples.
 */
export async function* columnsOf(
  source: AsyncIterable<StreamItem>,
  size: number,
  capacity: number,
  name: string,
): AsyncGenerator<Columns> {
  let layout: Layout | undefined;
  let columns = new Map<Key, Column>();
  let filled = 0;
  let index = 0;
  for await (const item of source) {
    const where = `${name}, item ${index++}`;
    const values = valuesOf(item, where);
    const count = wholeSamples(values.get('samples')?.length ?? 0, size, where);
    const own = layoutOf(values, count, where);
    layout ??= own;
    checkLike(own, layout, where);
    for (let done = 0; done < count; ) {
      if (filled === 0) columns = allocate(layout, capacity);
      const some = Math.min(capacity - filled, count - done);
      for (const [key, { width }] of layout) {
        const part = copyRange(values.get(key) as ArrayLike<number>, done * width, some * width);
        columns.get(key)?.set(part, filled * width);
      }
      filled += some;
      done += some;
      if (filled === capacity) {
        filled = 0;
        yield Object.fromEntries(columns) as unknown as Columns;
      }
    }
  }
  if (layout && filled > 0) {
    const rest = [...layout].map(([key, { width }]) => [key, columns.get(key)?.subarray(0, filled * width)]);
    yield Object.fromEntries(rest) as Columns;
  }
}

/** Pieces of one stream as one. */
export function joinColumns(pieces: readonly Columns[]): Columns {
  const joined = KEYS.filter((key) => pieces[0]?.[key]).map((key) => {
    const parts = pieces.map((piece) => piece[key] as Column);
    const ArrayType = (parts[0] as Column).constructor as new (length: number) => Column;
    const whole = new ArrayType(parts.reduce((sum, { length }) => sum + length, 0));
    let begin = 0;
    for (const part of parts) {
      whole.set(part, begin);
      begin += part.length;
    }
    return [key, whole];
  });
  return Object.fromEntries(joined) as Columns;
}

function valuesOf(item: StreamItem, where: string): Map<Key, ArrayLike<number>> {
  if (typeof item !== 'object' || item === null) {
    const message = `${where}: found ${String(item)}, expected an object with samples`;
    throw new LaminetError('E_DATA', message, { found: typeof item });
  }
  const values = new Map<Key, ArrayLike<number>>();
  for (const key of KEYS) {
    const value = item[key];
    if (value !== undefined) values.set(key, typeof value === 'number' ? [value] : value);
  }
  return values;
}

function wholeSamples(length: number, size: number, where: string): number {
  if (length > 0 && length % size === 0) return length / size;
  const message = `${where}: ${length} numbers are no whole samples of ${size}`;
  throw new LaminetError('E_DATA', message, { length, size });
}

function layoutOf(values: ReadonlyMap<Key, ArrayLike<number>>, count: number, where: string): Layout {
  const layout = new Map<Key, { width: number; ArrayType: new (length: number) => Column }>();
  for (const [key, value] of values) {
    const width = value.length / count;
    if (key === 'samples' || key === 'targets' ? !Number.isInteger(width) || width < 1 : width !== 1) {
      const message = `${where}: ${value.length} ${key} for ${count} samples`;
      throw new LaminetError('E_DATA', message, { key, found: value.length, count });
    }
    const numbers = key === 'targets' || key === 'samples' ? Float32Array : Float64Array;
    layout.set(key, { width, ArrayType: key === 'samples' && types.isUint8Array(value) ? Uint8Array : numbers });
  }
  return layout;
}

const describeLayout = (layout: Layout): string =>
  [...layout]
    .map(([key, { width, ArrayType }]) => `${width} ${ArrayType === Uint8Array ? 'bytes of' : 'numbers of'} ${key}`)
    .join(', ');

function checkLike(own: Layout, first: Layout, where: string): void {
  const [found, expected] = [describeLayout(own), describeLayout(first)];
  if (found === expected) return;
  const message = `${where}: a sample has ${found}, but that of the first item has ${expected}`;
  throw new LaminetError('E_DATA', message, { found, expected });
}

function allocate(layout: Layout, capacity: number): Map<Key, Column> {
  return new Map([...layout].map(([key, { width, ArrayType }]) => [key, new ArrayType(capacity * width)]));
}

function copyRange(values: ArrayLike<number>, begin: number, length: number): ArrayLike<number> {
  if (begin === 0 && length === values.length) return values;
  return ArrayBuffer.isView(values)
    ? (values as unknown as Column).subarray(begin, begin + length)
    : Array.prototype.slice.call(values, begin, begin + length);
}
