import { LaminetError } from '../errors';
import type { Augmentation } from '../ops/gather-augmented';
import { formatShape } from '../tensor/shape';
import type { Dataset } from './dataset';

/** How images are moved. */
export interface CropOptions {
  /** Pixels that are put on each side before an image of the old size is cut out: it moves by up to so many. */
  readonly padding: number;
  /** What is around an image: 0, or its reflection, which does not repeat the edge. Default: `zeros`. */
  readonly mode?: 'zeros' | 'reflect';
}

/**
 * How `fit` changes images at random, each of them anew every time it is used. What is drawn is a function of the seed of
 * `fit`, the number of training steps made before and the sample's place in its batch: the same on every backend and on any
 * number of threads, and in a run that goes on where another ended.
 */
export interface AugmentOptions {
  /** Moves the image by up to `padding` pixels. Default: not. */
  readonly crop?: CropOptions;
  /**
   * Mirrors images, left to right. `random`: half of them. `alternating`: half of them in the first epoch, and each the other
   * way round in the next, so that two epochs show every image from both sides; epochs are those of one `fit`. Default: not.
   */
  readonly flip?: 'random' | 'alternating';
  /** Pixels of the side of a square that is set to 0; its middle is anywhere in the image. Default: none. */
  readonly cutout?: number;
  /** What is added to all scaled pixels of an image: uniform from -brightness to brightness. Default: 0. */
  readonly brightness?: number;
  /**
   * The distance of each pixel from the mean of its channel in the image is multiplied by 1 - contrast to 1 + contrast, at most
   * 2. Pixels are not clipped. Default: 0.
   */
  readonly contrast?: number;
  /** Degrees that the image is turned by at most, to either side, from 0 to 180. Default: 0. */
  readonly rotation?: number;
  /** The image is enlarged by a factor from 1 - scaling to 1 + scaling, at most 1.9. Default: 0. */
  readonly scaling?: number;
  /**
   * Mixes each image of a step, and its target, with another one of the step: the share of the first is the larger part of a draw
   * from Beta(mixup, mixup). Usual are 0.2 to 1. Training accuracy goes by the class with the larger share. Default: 0, not.
   */
  readonly mixup?: number;
}

/** Numbers of data sets need not be between 0 and 1; with what is added to them they must stay far from infinity. */
const MOST_BRIGHTNESS = 1e6;

/** With images that are made any smaller, places of their pixels would no longer fit 32 bits. */
const MOST_SCALING = 0.9;

/** Below, nearly all shares are 1; above, near 1/2. */
const LEAST_MIXUP = 0.01;
const MOST_MIXUP = 10;

const NAMES: ReadonlySet<string> = new Set([
  'crop',
  'flip',
  'cutout',
  'brightness',
  'contrast',
  'rotation',
  'scaling',
  'mixup',
] satisfies readonly (keyof AugmentOptions)[]);

function refuse(option: string, expected: string, found: unknown): never {
  const text = typeof found === 'string' ? JSON.stringify(found) : String(found);
  throw new LaminetError('E_OPTION', `augment.${option} must be ${expected}, found ${text}`, {
    option: `augment.${option}`,
    found,
  });
}

function amount(option: string, value: unknown, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  return refuse(option, `a number from 0 to ${most}`, value);
}

function mixing(value: unknown): number {
  if (typeof value === 'number' && value >= LEAST_MIXUP && value <= MOST_MIXUP) return value;
  return refuse('mixup', `0 or a number from ${LEAST_MIXUP} to ${MOST_MIXUP}`, value);
}

function pixels(option: string, value: unknown, most: number): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  return refuse(option, `a whole number of pixels from 0 to ${most}`, value);
}

/**
 * Checks augmentation options against the images that they are for.
 * Errors: `E_OPTION` for an option that is unknown or out of range, `E_DATA` for samples that are no images.
 */
export function toAugmentation(options: AugmentOptions, data: Dataset): Augmentation {
  if (typeof options !== 'object' || options === null) {
    throw new LaminetError('E_OPTION', `augment must be an object of options, found ${String(options)}`, {
      option: 'augment',
      found: options,
    });
  }
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) refuse(name, `one of ${[...NAMES].join(', ')}`, name);
  }
  const shape = data.sampleShape;
  if (shape.length !== 3) {
    throw new LaminetError(
      'E_DATA',
      `augment changes images of [channels, height, width], but the samples of ${data.name} are ${formatShape(shape)}`,
      { found: shape },
    );
  }
  const [, height, width] = shape as readonly [number, number, number];
  const {
    crop,
    flip = 'none',
    cutout = 0,
    brightness = 0,
    contrast = 0,
    rotation = 0,
    scaling = 0,
    mixup = 0,
  } = options;
  if (crop !== undefined && (typeof crop !== 'object' || crop === null)) {
    refuse('crop', 'an object like { padding: 4 }', crop);
  }
  const { padding = 0, mode = 'zeros' } = crop ?? {};
  if (mode !== 'zeros' && mode !== 'reflect') refuse('crop.mode', "'zeros' or 'reflect'", mode);
  if (flip !== 'none' && flip !== 'random' && flip !== 'alternating') {
    refuse('flip', "'random' or 'alternating'", flip);
  }
  return {
    crop: pixels('crop.padding', padding, Math.min(height, width) - 1),
    reflect: mode === 'reflect',
    flip,
    cutout: pixels('cutout', cutout, Math.max(height, width)),
    brightness: amount('brightness', brightness, MOST_BRIGHTNESS),
    contrast: amount('contrast', contrast, 1),
    rotation: amount('rotation', rotation, 180),
    scaling: amount('scaling', scaling, MOST_SCALING),
    mixup: mixup === 0 ? 0 : mixing(mixup),
  };
}
