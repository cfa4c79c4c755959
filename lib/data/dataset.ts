import { types } from 'node:util';
import { LaminetError } from '../errors';
import type { SourceFormat } from '../ops/program';
import { permutation, RandomStream } from '../tensor/philox';
import { checkShape, formatShape, type Shape, sizeOf } from '../tensor/shape';
import { copyClassNames, copyLabels, copySampleWeights, copyShared, copyTargets, largest } from './columns';
import {
  checkCount,
  checkIndices,
  checkSeed,
  type SplitOptions,
  selectRows,
  splitIndices,
  splitSize,
} from './selection';
import { type ChannelStatistics, channelStatistics } from './statistics';

/** What a data set is made of. */
export interface DatasetOptions {
  /** Samples one after another. Bytes are kept as bytes until a batch is gathered; numbers become float32. */
  readonly samples: Uint8Array | Float32Array | Float64Array | readonly number[];
  /** The shape of one stored sample, without padding: `[channels, height, width]` or `[features]`. */
  readonly shape: Shape;
  /** A class number a sample. */
  readonly labels?: ArrayLike<number>;
  /** The number of classes. Default: as many as there are names, or the largest label and one. */
  readonly classes?: number;
  /** What each class is called, by its number. */
  readonly classNames?: readonly string[];
  /** Instead of labels: a row of numbers a sample. */
  readonly targets?: ArrayLike<number>;
  /** What each sample's loss is multiplied by: finite numbers of at least 0, which leaves a sample out. Default: 1 each. */
  readonly sampleWeights?: ArrayLike<number>;
  /** Every stored number is multiplied by this. Default: 1 / 255 for bytes, 1 for numbers. */
  readonly scale?: number;
  /** Zeros around each image: one number for all sides. Default: 0. */
  readonly padding?: number;
  /** What it is, for listings and errors. Default: `data set`. */
  readonly name?: string;
}

/** What a data set for a network of several inputs or outputs is made of. */
export interface RecordsOptions {
  /** What the network's inputs get, in their order; as many samples in each. */
  readonly inputs: readonly Pick<DatasetOptions, 'samples' | 'shape' | 'scale' | 'padding'>[];
  /** What its outputs should be, in their order: labels, whose number of classes must then be given, or targets. */
  readonly outputs?: readonly Pick<DatasetOptions, 'labels' | 'classes' | 'targets'>[];
  /** What the sum of each sample's losses is multiplied by: finite numbers of at least 0. Default: 1 each. */
  readonly sampleWeights?: ArrayLike<number>;
  /** What it is, for listings and errors. Default: `data set`. */
  readonly name?: string;
}

/** Samples and what is known of them, held in shared memory that belongs to the library. */
export class Dataset {
  readonly name: string;
  readonly count: number;
  /** How samples are stored. */
  readonly source: SourceFormat;
  readonly samples: Uint8Array | Float32Array;
  readonly labels: Int32Array | undefined;
  readonly targets: Float32Array | undefined;
  /** What each sample's loss is multiplied by; undefined where nothing is. */
  readonly sampleWeights: Float32Array | undefined;
  /** The number of classes; 0 without labels. */
  readonly classes: number;
  /** What each class is called, by its number; undefined where nothing is known. */
  readonly classNames: readonly string[] | undefined;
  readonly scale: number;
  readonly padding: readonly [number, number, number, number];

  /** The shapes of the inputs that each sample's row of numbers is for; undefined where a sample is one input. */
  readonly inputShapes: readonly Shape[] | undefined;
  /** How many numbers of each row of targets are for each output; undefined where all are for one. */
  readonly outputSizes: readonly number[] | undefined;

  private constructor(
    fields: Pick<Dataset, 'name' | 'source' | 'samples' | 'labels' | 'targets' | 'classes' | 'scale' | 'padding'> &
      Partial<Pick<Dataset, 'sampleWeights' | 'classNames' | 'inputShapes' | 'outputSizes'>>,
  ) {
    this.name = fields.name;
    this.source = fields.source;
    this.samples = fields.samples;
    this.labels = fields.labels;
    this.targets = fields.targets;
    this.sampleWeights = fields.sampleWeights;
    this.classes = fields.classes;
    this.classNames = fields.classNames;
    this.scale = fields.scale;
    this.padding = fields.padding;
    this.count = fields.samples.length / sizeOf(fields.source.shape);
    this.inputShapes = fields.inputShapes;
    this.outputSizes = fields.outputSizes;
  }

  /**
   * Makes a data set of arrays, which are copied.
   * Errors: `E_SHAPE` where samples do not fill whole shapes, `E_DATA` where counts differ or a label is out of range.
   */
  static from(options: DatasetOptions): Dataset {
    const { shape, name = 'data set', padding = 0 } = options;
    checkShape(shape, name);
    const bytes = types.isUint8Array(options.samples);
    const samples = bytes
      ? copyShared(options.samples as Uint8Array, Uint8Array)
      : copyShared(options.samples, Float32Array);
    const size = sizeOf(shape);
    if (samples.length % size !== 0) {
      throw new LaminetError(
        'E_SHAPE',
        `${name}: ${samples.length} numbers are no whole samples of ${formatShape(shape)}`,
        {
          found: samples.length,
          shape,
        },
      );
    }
    const count = samples.length / size;
    if (count === 0) throw new LaminetError('E_DATA', `${name}: there are no samples`, { name });
    const scale = options.scale ?? (bytes ? 1 / 255 : 1);
    if (!Number.isFinite(scale)) {
      throw new LaminetError('E_OPTION', `${name}: scale must be a finite number, found ${scale}`, { scale });
    }
    if (!Number.isInteger(padding) || padding < 0 || (padding > 0 && shape.length !== 3)) {
      throw new LaminetError(
        'E_OPTION',
        `${name}: padding must be a whole number of at least 0, and 0 for samples of ${formatShape(shape)}, found ${padding}`,
        { padding, shape },
      );
    }
    const classNames = options.classNames && copyClassNames(options.classNames, options, name);
    const classes = options.classes ?? classNames?.length;
    const labels = options.labels && copyLabels(options.labels, count, classes, name);
    return new Dataset({
      name,
      source: { kind: bytes ? 'uint8' : 'float', shape },
      samples,
      labels,
      targets: options.targets && copyTargets(options.targets, count, name),
      sampleWeights: options.sampleWeights && copySampleWeights(options.sampleWeights, count, name),
      classes: labels ? (classes ?? largest(labels) + 1) : 0,
      ...(classNames ? { classNames } : {}),
      scale,
      padding: [padding, padding, padding, padding],
    });
  }

  /**
   * Makes a data set for a network of several inputs or outputs. Of several inputs, each sample becomes one row of float32
   * numbers, scaled and padded; of several outputs, labels become rows of zeros with a 1 at the class.
   *
   *     const data = Dataset.records({
   *       inputs: [{ samples: images, shape: [1, 28, 28] }, { samples: rows, shape: [5] }],
   *       outputs: [{ labels, classes: 10 }, { targets: angles }],
   *     });
   *
   * Errors: those of {@link Dataset.from}; `E_DATA` where inputs differ in their number of samples, where an output has
   * neither labels with classes nor targets, and for no inputs at all.
   */
  static records({ inputs, outputs = [], sampleWeights, name = 'data set' }: RecordsOptions): Dataset {
    const columns = inputs.map((input, index) => Dataset.from({ ...input, name: `${name}, input ${index + 1}` }));
    const [first] = columns;
    if (!first) throw new LaminetError('E_DATA', `${name}: there are no inputs`, { name });
    const { count } = first;
    for (const column of columns) {
      if (column.count === count) continue;
      const message = `${column.name}: ${column.count} samples, but the first input has ${count}`;
      throw new LaminetError('E_DATA', message, { found: column.count, expected: count });
    }
    const wanted = outputs.map((output, index) => toTargets(output, count, `${name}, output ${index + 1}`));
    const shapes = columns.map(({ sampleShape }) => sampleShape);
    const [onlyOutput] = outputs;
    const labels =
      outputs.length === 1 && onlyOutput?.labels && copyLabels(onlyOutput.labels, count, onlyOutput.classes, name);
    const together = columns.length > 1;
    return new Dataset({
      name,
      source: together
        ? { kind: 'float', shape: [shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)] }
        : first.source,
      samples: together ? joinRows(columns.map(paddedRows), count) : first.samples,
      labels: labels || undefined,
      targets: labels || wanted.length === 0 ? undefined : joinRows(wanted, count),
      sampleWeights: sampleWeights && copySampleWeights(sampleWeights, count, name),
      classes: labels ? (onlyOutput?.classes ?? 0) : 0,
      scale: together ? 1 : first.scale,
      padding: together ? [0, 0, 0, 0] : first.padding,
      ...(together ? { inputShapes: shapes } : {}),
      ...(wanted.length > 1 ? { outputSizes: wanted.map((rows) => rows.length / count) } : {}),
    });
  }

  /** The shape that a network is fed: the stored shape with its padding. */
  get sampleShape(): Shape {
    const { shape } = this.source;
    if (shape.length !== 3) return shape;
    const [channels, height, width] = shape as readonly [number, number, number];
    const [top, bottom, left, right] = this.padding;
    return [channels, height + top + bottom, width + left + right];
  }

  /** The samples from `start` up to and without `end`, over the same memory. */
  slice(start: number, end: number = this.count): Dataset {
    const from = Math.max(0, Math.min(start, this.count));
    const to = Math.max(from, Math.min(end, this.count));
    if (to === from)
      throw new LaminetError('E_DATA', `${this.name}: no samples from ${start} to ${end}`, { start, end });
    const size = sizeOf(this.source.shape);
    const width = this.targets ? this.targets.length / this.count : 0;
    return new Dataset({
      ...this,
      samples: this.samples.subarray(from * size, to * size),
      labels: this.labels?.subarray(from, to),
      targets: this.targets?.subarray(from * width, to * width),
      sampleWeights: this.sampleWeights?.subarray(from, to),
    });
  }

  /**
   * The samples at these places, in this order, copied; a place may come several times.
   * Error: `E_OPTION` for a place that is not there, `E_DATA` for none at all.
   */
  select(indices: ArrayLike<number>): Dataset {
    const { count, name } = this;
    if (indices.length === 0) throw new LaminetError('E_DATA', `${name}: no samples are selected`, { name });
    checkIndices(indices, count, name);
    return new Dataset({
      ...this,
      samples: selectRows(this.samples, indices, count),
      labels: this.labels && selectRows(this.labels, indices, count),
      targets: this.targets && selectRows(this.targets, indices, count),
      sampleWeights: this.sampleWeights && selectRows(this.sampleWeights, indices, count),
    });
  }

  /** The first samples, over the same memory. Error: `E_OPTION` unless `count` is a whole number from 1 to as many as there are. */
  take(count: number): Dataset {
    return this.slice(0, checkCount(count, this.count, `${this.name}: take`));
  }

  /**
   * The samples in random order, copied: a function of the seed alone, the same on every machine.
   * @param seed a whole number from 0 to 2^53 - 1
   * Error: `E_OPTION` for another seed.
   */
  shuffle(seed: number): Dataset {
    return this.select(permutation(this.count, checkSeed(seed, this.name), RandomStream.shuffle));
  }

  /**
   * Two parts without a common sample: `const [train, validation] = data.split(0.8, { seed: 1 })`.
   *
   * Without options they are the first samples and the others, in their order, over the same memory; otherwise copies.
   * @param first how many samples the first part gets: below 1 the share of all, rounded, otherwise their number
   * Errors: `E_OPTION` where a part would be empty, `E_DATA` for a stratified split without labels.
   */
  split(first: number, options: SplitOptions = {}): [Dataset, Dataset] {
    const { count, name, labels, classes } = this;
    const size = splitSize(first, count, name);
    const { seed, stratified = false } = options;
    if (seed === undefined && !stratified) return [this.slice(0, size), this.slice(size)];
    const order = seed === undefined ? undefined : permutation(count, checkSeed(seed, name), RandomStream.split);
    if (stratified && !labels) {
      throw new LaminetError('E_DATA', `${name}: a stratified split needs labels, found none`, { name });
    }
    const parts = splitIndices(count, size, order, stratified && labels ? { labels, classes } : undefined);
    return [this.select(parts[0]), this.select(parts[1])];
  }

  /**
   * The mean and standard deviation (that of all numbers, not an estimate) of each channel: of each plane of images, of each
   * number of plain rows. They are of the numbers that a network is fed, which are those stored times `scale`, without the
   * padding. For bytes they are exact but for the last rounding: sums are of whole numbers.
   */
  channelStatistics(): ChannelStatistics {
    return channelStatistics(this.samples, this.source.shape, this.scale);
  }

  /**
   * The same samples, over the same memory, with other weights of their losses.
   * @param sampleWeights one a sample: finite numbers of at least 0
   * Error: `E_DATA` for another number of weights, or one that is negative or not finite.
   */
  withSampleWeights(sampleWeights: ArrayLike<number>): Dataset {
    return new Dataset({ ...this, sampleWeights: copySampleWeights(sampleWeights, this.count, this.name) });
  }
}

/** Rows of target numbers: those that are given, or one of zeros with a 1 at the class for each label. */
function toTargets(
  { labels, classes, targets }: NonNullable<RecordsOptions['outputs']>[number],
  count: number,
  name: string,
): Float32Array {
  if (targets) return copyTargets(targets, count, name);
  if (!labels || !classes) {
    throw new LaminetError('E_DATA', `${name}: expected labels with their number of classes, or targets`, { name });
  }
  const rows = new Float32Array(count * classes);
  for (const [index, label] of copyLabels(labels, count, classes, name).entries()) rows[index * classes + label] = 1;
  return rows;
}

/** A data set's samples as numbers: scaled, with their padding. */
function paddedRows({ samples, source, sampleShape, padding, scale, count }: Dataset): Float32Array {
  const [width = 1] = source.shape.slice(-1);
  const [top, bottom, left, right] = padding;
  const height = (source.shape.length === 3 ? source.shape[1] : undefined) ?? sizeOf(source.shape) / width;
  const rows = new Float32Array(count * sizeOf(sampleShape));
  const lineWidth = left + width + right;
  for (let line = 0; line < samples.length / width; line++) {
    const image = Math.floor(line / height);
    const to = (image * (top + height + bottom) + top + (line % height)) * lineWidth + left;
    for (let column = 0; column < width; column++) {
      rows[to + column] = (samples[line * width + column] as number) * scale;
    }
  }
  return rows;
}

/** Sample by sample, the rows of all parts one behind the other, in shared memory. */
function joinRows(parts: readonly Float32Array[], count: number): Float32Array {
  const widths = parts.map(({ length }) => length / count);
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const joined = new Float32Array(new SharedArrayBuffer(count * whole * 4));
  let begin = 0;
  for (const [index, part] of parts.entries()) {
    const width = widths[index] ?? 0;
    for (let n = 0; n < count; n++) joined.set(part.subarray(n * width, (n + 1) * width), n * whole + begin);
    begin += width;
  }
  return joined;
}
