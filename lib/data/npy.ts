import { types } from 'node:util';
import { LaminetError } from '../errors';
import { readFileWhole } from '../files/read-whole';
import { writeWhole } from '../files/write-whole';
import { decodeNpy, encodeNpy, type NpyArray, type NpyData } from '../formats/npy';
import { decodeNpz } from '../formats/npz';
import { formatShape, type Shape, sizeOf } from '../tensor/shape';
import { Dataset, type DatasetOptions } from './dataset';

const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Reads an array that `numpy.save` has written. Numbers of any byte order are taken, and Fortran order becomes C order.
 * Errors: `E_FILE`; `E_FORMAT` for a malformed file, and for strings, records and Python objects.
 */
export async function loadNpy(path: string): Promise<NpyArray> {
  return decodeNpy(await readFileWhole(path, LARGEST_FILE), path);
}

/**
 * Reads the arrays, by name, that `numpy.savez` or `numpy.savez_compressed` has written.
 * @param options.names the arrays to read; the others are not inflated. Default: all
 * Errors: `E_FILE`; `E_FORMAT` for a malformed file or array, and for a name that is not there.
 */
export async function loadNpz(
  path: string,
  options: { readonly names?: readonly string[] } = {},
): Promise<Map<string, NpyArray>> {
  return decodeNpz(await readFileWhole(path, LARGEST_FILE), path, options.names);
}

/**
 * Writes an array as `numpy.save` would, whole or not at all; the element type is that of the typed array.
 * Errors: `E_FILE`; `E_FORMAT` where the shape has another number of elements than the data.
 */
export async function saveNpy(path: string, array: Pick<NpyArray, 'shape' | 'data'>): Promise<void> {
  await writeWhole(path, encodeNpy(array, path));
}

/** What {@link datasetFromNpy} makes a data set of. Each array's first size is the number of samples. */
export interface NpyDatasetOptions
  extends Pick<DatasetOptions, 'classes' | 'classNames' | 'scale' | 'padding' | 'name'> {
  readonly samples: NpyArray | undefined;
  /** A class number a sample: [count] or [count, 1]. */
  readonly labels?: NpyArray | undefined;
  /** A row of numbers a sample: [count, ...]. */
  readonly targets?: NpyArray | undefined;
  /** [count] or [count, 1]. */
  readonly sampleWeights?: NpyArray | undefined;
  /** Whether images are [height, width, channels], as Keras has them, and not [channels, height, width]. Default: false. */
  readonly channelsLast?: boolean;
  /** The shape of a sample, of as many numbers. Default: that of the array; [height, width] becomes [1, height, width]. */
  readonly shape?: Shape;
}

/**
 * Makes a data set of arrays of NumPy. `uint8` stays bytes (scaled by 1 / 255 unless told otherwise), everything else
 * becomes float32.
 *
 *     const arrays = await loadNpz('mnist.npz');
 *     const train = datasetFromNpy({ samples: arrays.get('x_train'), labels: arrays.get('y_train'), classes: 10 });
 *
 * Errors: those of {@link Dataset.from}; `E_DATA` where there are no samples; `E_SHAPE` where arrays differ in their first size,
 * or a shape does not fit.
 */
export function datasetFromNpy(options: NpyDatasetOptions): Dataset {
  const { samples, labels, targets, sampleWeights, name = 'data set', channelsLast = false, ...rest } = options;
  const [count = 0, ...sizes] = samples?.shape ?? [];
  if (!samples || count === 0) throw new LaminetError('E_DATA', `${name}: there are no samples`, { name });
  for (const [what, array] of Object.entries({ labels, targets, sampleWeights })) {
    const right =
      array === undefined || (array.shape[0] === count && (what === 'targets' || sizeOf(array.shape) === count));
    if (right) continue;
    const message = `${name}: ${what} are ${formatShape(array.shape)}, expected ${what === 'targets' ? `${count} rows` : count}`;
    throw new LaminetError('E_SHAPE', message, { found: array.shape, count });
  }
  const stored = channelsLast ? channelsFirst(samples, name) : { shape: sizes, data: samples.data };
  const [height = 1, width = 1] = stored.shape;
  const natural = stored.shape.length === 2 ? [1, height, width] : stored.shape.length === 0 ? [1] : stored.shape;
  const shape = options.shape ?? natural;
  if (sizeOf(shape) !== sizeOf(natural)) {
    const message = `${name}: samples are ${formatShape(natural)}, which is no ${formatShape(shape)}`;
    throw new LaminetError('E_SHAPE', message, { found: natural, expected: shape });
  }
  return Dataset.from({
    ...rest,
    name,
    shape,
    samples: types.isUint8Array(stored.data) ? stored.data : toFloats(stored.data),
    // Booleans are 0 and 1 already.
    ...(rest.scale === undefined && samples.dtype === 'bool' ? { scale: 1 } : {}),
    ...(labels ? { labels: toNumbers(labels.data) } : {}),
    ...(targets ? { targets: toFloats(targets.data) } : {}),
    ...(sampleWeights ? { sampleWeights: toFloats(sampleWeights.data) } : {}),
  });
}

const isBig = (data: NpyData): data is BigInt64Array | BigUint64Array =>
  types.isBigInt64Array(data) || types.isBigUint64Array(data);

const toNumbers = (data: NpyData): ArrayLike<number> => (isBig(data) ? Array.from(data, Number) : data);

const toFloats = (data: NpyData): Float32Array => Float32Array.from(toNumbers(data));

/** Images of [height, width, channels] as [channels, height, width]. */
function channelsFirst({ shape, data }: NpyArray, name: string): Pick<NpyArray, 'shape' | 'data'> {
  const [, height = 1, width = 1, channels = 1] = shape;
  if (shape.length !== 4) {
    const message = `${name}: samples are ${formatShape(shape)}, expected count x height x width x channels`;
    throw new LaminetError('E_SHAPE', message, { found: shape });
  }
  const result = data.slice() as NpyData;
  const plane = height * width;
  for (let from = 0; from < data.length; from++) {
    const pixel = Math.floor(from / channels);
    const image = Math.floor(pixel / plane);
    const to = (image * channels + (from % channels)) * plane + (pixel % plane);
    result[to] = data[from] as number & bigint;
  }
  return { shape: [channels, height, width], data: result };
}
