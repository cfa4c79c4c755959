import { LaminetError } from '../errors';
import { checkNotAborted } from '../files/abort';
import { checkShape, sizeOf } from '../tensor/shape';
import { Dataset, type DatasetOptions } from './dataset';
import { checkCount } from './selection';
import { type Columns, columnsOf, joinColumns, type StreamItem } from './stream-columns';

/** What a stream's samples are. */
export interface StreamOptions
  extends Pick<DatasetOptions, 'shape' | 'classes' | 'classNames' | 'scale' | 'padding' | 'name'> {
  /** Stops with `E_ABORTED`, after the item that is being waited for. */
  readonly signal?: AbortSignal;
}

/** The options of {@link streamChunks}. */
export interface ChunkOptions extends StreamOptions {
  /** Samples in a chunk; the last one has what is left. */
  readonly chunk: number;
  /** How many chunks are made ready before they are asked for. Default: 1. */
  readonly ahead?: number;
}

/** The options of {@link collectDataset}. */
export interface CollectOptions extends StreamOptions {
  /** The most samples that are taken; one more is an error. Default: 1,000,000. */
  readonly limit?: number;
}

/** Anything with an iterator. */
export type Source<T> = AsyncIterable<T> | Iterable<T>;

const LARGEST_CHUNK = 2 ** 26;
const MOST_AHEAD = 1024;
const PIECE = 1024;

/**
 * Data sets of so many samples each, made of what an (async) iterable gives: a file read line by line, a data base, a
 * generator, which may be endless.
 *
 *     for await (const part of streamChunks(rows(), { shape: [5], classes: 2, chunk: 4096 })) await model.fit(part);
 *
 * Memory is bounded: the source is asked for more only while fewer than `ahead` chunks wait, so there are never more than
 * `ahead` of them, the one in use, the one being filled, and one item. Items are copied at once; a source may use its arrays
 * again. Leaving the loop closes the source.
 * Errors: `E_DATA` for items that differ in what they hold or do not fill whole samples; `E_OPTION`, also for labels without
 * a number of classes, which could differ from chunk to chunk; `E_ABORTED`; what the source throws, as it is.
 */
export async function* streamChunks(source: Source<StreamItem>, options: ChunkOptions): AsyncGenerator<Dataset> {
  const { shape, name = 'stream', ahead = 1, signal } = options;
  checkShape(shape, name);
  const size = checkCount(options.chunk, LARGEST_CHUNK, `${name}: chunk`);
  checkCount(ahead, MOST_AHEAD, `${name}: ahead`);
  const state = { stopped: false, waiting: false };
  const pieces = columnsOf(watched(source, signal, state), sizeOf(shape), size, name);
  // An async generator answers its calls one after another, so several may be under way.
  const ready: Promise<IteratorResult<Columns>>[] = [];
  const ask = (): void => {
    const next = pieces.next();
    // Whoever awaits it hears of a failure; until then it must not count as one that nobody hears of.
    next.catch(() => undefined);
    ready.push(next);
  };
  try {
    while (ready.length < ahead) ask();
    for (let index = 0; ; index++) {
      const { value, done } = await (ready.shift() as Promise<IteratorResult<Columns>>);
      if (done) return;
      ask();
      if (value.labels && options.classes === undefined && options.classNames === undefined) {
        const message = `${name}: classes must be given for labels that come in chunks`;
        throw new LaminetError('E_OPTION', message, { option: 'classes' });
      }
      yield toDataset(value, options, `${name}, chunk ${index + 1}`);
    }
  } finally {
    state.stopped = true;
    const closed = pieces.return(undefined);
    closed.catch(() => undefined);
    // A source that is being waited for may never answer; it is closed when it does.
    if (!state.waiting) await closed;
  }
}

/**
 * All that an (async) iterable gives, as one data set.
 * Errors: those of {@link streamChunks}; `E_DATA` for no samples, or more than `limit`: of an endless source take one chunk.
 */
export async function collectDataset(source: Source<StreamItem>, options: CollectOptions): Promise<Dataset> {
  const { shape, name = 'stream', limit = 1_000_000, signal } = options;
  checkShape(shape, name);
  checkCount(limit, Number.MAX_SAFE_INTEGER, `${name}: limit`);
  const pieces: Columns[] = [];
  let count = 0;
  const state = { stopped: false, waiting: false };
  for await (const piece of columnsOf(watched(source, signal, state), sizeOf(shape), Math.min(PIECE, limit), name)) {
    count += piece.samples.length / sizeOf(shape);
    if (count > limit) {
      throw new LaminetError('E_DATA', `${name}: more than ${limit} samples, which is the limit`, { limit });
    }
    pieces.push(piece);
  }
  if (count === 0) throw new LaminetError('E_DATA', `${name}: there are no samples`, { name });
  return toDataset(joinColumns(pieces), options, name);
}

/** A source that ends when nobody wants more, and fails when it is aborted; tells whether its next item is being waited for. */
async function* watched(
  source: Source<StreamItem>,
  signal: AbortSignal | undefined,
  state: { stopped: boolean; waiting: boolean },
): AsyncGenerator<StreamItem> {
  checkNotAborted(signal, 'the stream');
  state.waiting = true;
  for await (const item of source) {
    state.waiting = false;
    checkNotAborted(signal, 'the stream');
    if (state.stopped) return;
    yield item;
    if (state.stopped) return;
    state.waiting = true;
  }
  state.waiting = false;
}

function toDataset(columns: Columns, options: StreamOptions, name: string): Dataset {
  const { shape, classes, classNames, scale, padding } = options;
  return Dataset.from({
    ...columns,
    shape,
    name,
    ...(classes === undefined ? {} : { classes }),
    ...(classNames ? { classNames } : {}),
    ...(scale === undefined ? {} : { scale }),
    ...(padding === undefined ? {} : { padding }),
  });
}
