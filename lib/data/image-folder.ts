import { join } from 'node:path';
import { LaminetError } from '../errors';
import { checkNotAborted } from '../files/abort';
import { isFolder, listFolder } from '../files/folder';
import { readFileWhole } from '../files/read-whole';
import { Dataset } from './dataset';
import { type DecodedImage, imageDecoder } from './sharp';

/** The options of {@link loadImageFolder}. */
export interface ImageFolderOptions {
  /** Default: `rgb`. */
  readonly colors?: 'rgb' | 'grayscale';
  /** What every image is resized to, [height, width]. Default: none is resized, and all must be of one size. */
  readonly size?: readonly [number, number];
  /**
   * How another ratio of height and width becomes that of `size`: `stretch` changes it, `crop` cuts off what is too much on both
   * sides. Default: `stretch`.
   */
  readonly fit?: 'stretch' | 'crop';
  /** The classes, in the order of their labels, where a folder may be missing. Default: the names of the folders, sorted. */
  readonly classNames?: readonly string[];
  /** Zeros around each image. Default: 0. */
  readonly padding?: number;
  /** Stops with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

const IMAGE = /[.](?:png|jpe?g)$/i;
const LARGEST_FILE = 2 ** 28;
/** More than memory of most machines, and less than a typed array's limit. */
const LARGEST_SET = 2 ** 32 - 1;
/** Decoded at a time. */
const AT_ONCE = 8;

interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/**
 * Reads a folder with a folder of images for each class: `cats/1.png`, `cats/2.jpg`, `dogs/1.png`. Labels are those of the
 * folders' names in the order of their characters' codes, which is the same on every machine, and `classNames` holds them.
 * Samples are [3, height, width] or, in grayscale, [1, height, width], bytes, scaled by 1 / 255; they are in the order of
 * their paths. Transparency is left out, and images are turned as they say (EXIF).
 *
 * PNG and JPEG are decoded by the npm package sharp, which you install beside this one. Names that begin with a dot are passed
 * over; anything else that is no image is refused.
 * Errors: `E_FILE` without sharp, and for a folder that cannot be read; `E_FORMAT` for a damaged image; `E_SHAPE` for images of
 * several sizes; `E_DATA` for a class without images and for what is no image; `E_OPTION`; `E_ABORTED`.
 */
export async function loadImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const { colors = 'rgb', size, fit = 'stretch', padding = 0, signal } = options;
  checkOptions(colors, size, fit);
  const channels = colors === 'rgb' ? 3 : 1;
  const decode = await imageDecoder({ channels, size, fit });
  const { files, classNames } = await listImages(folder, options.classNames);
  let samples = new Uint8Array(0);
  let first: DecodedImage | undefined;
  for (let begin = 0; begin < files.length; begin += AT_ONCE) {
    checkNotAborted(signal, `reading the images of ${folder}`);
    const some = files.slice(begin, begin + AT_ONCE);
    const read = async ({ path }: ImageFile) => decode(await readFileWhole(path, LARGEST_FILE), path);
    const decoded = await Promise.allSettled(some.map(read));
    for (const [place, outcome] of decoded.entries()) {
      // The first in the folder's order, not the first in time.
      if (outcome.status === 'rejected') throw outcome.reason;
      const image = outcome.value;
      first ??= image;
      if (samples.length === 0) samples = allocate(files.length, channels * image.height * image.width, folder);
      checkSameSize(image, first, (some[place] as ImageFile).path, (files[0] as ImageFile).path);
      writePlanes(image, channels, samples, begin + place);
    }
  }
  const { height = 1, width = 1 } = first ?? {};
  const labels = files.map(({ label }) => label);
  return Dataset.from({ name: folder, samples, shape: [channels, height, width], labels, classNames, padding });
}

function checkOptions(colors: string, size: readonly number[] | undefined, fit: string): void {
  const rules: readonly [string, unknown, boolean, string][] = [
    ['colors', colors, colors === 'rgb' || colors === 'grayscale', 'rgb or grayscale'],
    ['fit', fit, fit === 'stretch' || fit === 'crop', 'stretch or crop'],
    [
      'size',
      JSON.stringify(size),
      size === undefined || (size.length === 2 && size.every((n) => Number.isInteger(n) && n >= 1 && n <= 16_384)),
      '[height, width], whole numbers from 1 to 16384',
    ],
  ];
  for (const [option, found, right, expected] of rules) {
    if (right) continue;
    const message = `${option} must be ${expected}, found ${String(found)}`;
    throw new LaminetError('E_OPTION', message, { option, found, expected });
  }
}

/** The images of all classes, in the order of the classes and of their names. */
async function listImages(
  folder: string,
  given: readonly string[] | undefined,
): Promise<{ files: ImageFile[]; classNames: readonly string[] }> {
  const folders = (await listFolder(folder)).filter(isVisible);
  const classNames = given ?? folders;
  for (const name of folders) {
    const path = join(folder, name);
    if (!(await isFolder(path))) refuse(path, 'is a file, expected a folder for each class');
    if (!classNames.includes(name)) refuse(path, `is no folder of the classes ${classNames.join(', ')}`);
  }
  if (folders.length === 0) refuse(folder, 'has no folders, expected one for each class');
  const files: ImageFile[] = [];
  for (const [label, name] of classNames.entries()) {
    if (!folders.includes(name)) continue;
    const path = join(folder, name);
    const images = (await listFolder(path)).filter(isVisible);
    if (images.length === 0) refuse(path, 'has no images');
    for (const image of images) {
      if (!IMAGE.test(image)) refuse(join(path, image), 'is neither a PNG nor a JPEG by its name');
      files.push({ path: join(path, image), label });
    }
  }
  return { files, classNames };
}

const isVisible = (name: string): boolean => !name.startsWith('.');

function refuse(path: string, what: string): never {
  throw new LaminetError('E_DATA', `${path} ${what}`, { path });
}

function allocate(count: number, size: number, folder: string): Uint8Array<ArrayBuffer> {
  if (count * size <= LARGEST_SET) return new Uint8Array(count * size);
  const message = `${folder}: ${count} images of ${size} bytes are more than ${LARGEST_SET}, expected a smaller size or fewer`;
  throw new LaminetError('E_DATA', message, { count, size });
}

function checkSameSize(image: DecodedImage, first: DecodedImage, path: string, firstPath: string): void {
  if (image.height === first.height && image.width === first.width) return;
  const [found, expected] = [image, first].map(({ height, width }) => `${height}x${width}`);
  const message = `${path} is ${found}, but ${firstPath} is ${expected}: give a size to resize them to`;
  throw new LaminetError('E_SHAPE', message, { path, found, expected });
}

/** Puts an image's channels one behind the other, at its place among the samples. */
function writePlanes(
  { height, width, pixels }: DecodedImage,
  channels: number,
  samples: Uint8Array,
  place: number,
): void {
  const plane = height * width;
  const start = place * channels * plane;
  for (let channel = 0; channel < channels; channel++) {
    const to = start + channel * plane;
    for (let pixel = 0; pixel < plane; pixel++) samples[to + pixel] = pixels[pixel * channels + channel] as number;
  }
}
