import { LaminetError } from '../errors';
import type { Shape } from '../tensor/shape';
import { refuse } from './op';
import type { OpName } from './registry';

/** A size in both directions, or one for both. */
export type Pair = number | readonly [height: number, width: number];

/**
 * Zeros added around an image: `valid` none; `same` as many as make the output `ceil(input / stride)`, the odd one at the
 * bottom and right; one number for all four sides; `[height, width]`; or `[top, bottom, left, right]`.
 */
export type Padding = 'valid' | 'same' | Sides;

/** Sizes at the four sides of an image: one for all; `[height, width]`; or `[top, bottom, left, right]`. */
export type Sides = number | readonly [number, number] | readonly [number, number, number, number];

/** The sizes that a sliding window fixes along one axis. */
interface AxisWindow {
  readonly padBefore: number;
  readonly padAfter: number;
  readonly output: number;
}

/** Height and width of a {@link Pair}; each must be a whole number of at least `least`. */
export function toPair(value: Pair, what: string, least: number): [number, number] {
  const pair: [number, number] = typeof value === 'number' ? [value, value] : [value[0], value[1]];
  const given: unknown = value;
  const wrongLength = Array.isArray(given) && given.length !== 2;
  if (wrongLength || pair.some((size) => !Number.isInteger(size) || size < least)) {
    throw new LaminetError(
      'E_OPTION',
      `${what} must be a whole number of at least ${least}, or two of them, found ${JSON.stringify(value)}`,
      { option: what, found: value },
    );
  }
  return pair;
}

/** The numbers at the top, bottom, left and right; each must be a whole number of at least 0. */
export function toSides(
  value: Sides,
  what: string,
  forms = 'a whole number of at least 0, or 2 or 4 of them',
): [top: number, bottom: number, left: number, right: number] {
  const given: unknown = value;
  const numbers: readonly number[] =
    typeof value === 'number' ? [value, value, value, value] : Array.isArray(given) ? given : [];
  const [first = 0, second = 0] = numbers;
  const sides = numbers.length === 2 ? [first, first, second, second] : [...numbers];
  if (sides.length !== 4 || sides.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new LaminetError('E_OPTION', `${what} must be ${forms}, found ${JSON.stringify(value)}`, {
      option: what,
      found: value,
    });
  }
  return sides as [number, number, number, number];
}

/** The sides of a padding that is neither `valid` nor `same`. */
export function explicitPadding(padding: Sides): [number, number, number, number] {
  return toSides(padding, 'padding', "'valid', 'same', a whole number of at least 0, or 2 or 4 of them");
}

/** Throws unless `padding` is one of the forms of {@link Padding}; the error names what was found. */
export function checkPadding(padding: Padding): void {
  if (padding !== 'valid' && padding !== 'same') explicitPadding(padding);
}

function slide(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: 'valid' | 'same' | [number, number],
): AxisWindow {
  const extent = (kernel - 1) * dilation + 1;
  if (padding === 'same') {
    const output = Math.ceil(input / stride);
    const total = Math.max((output - 1) * stride + extent - input, 0);
    const padBefore = Math.floor(total / 2);
    return { padBefore, padAfter: total - padBefore, output };
  }
  const [padBefore, padAfter] = padding === 'valid' ? [0, 0] : padding;
  return { padBefore, padAfter, output: Math.floor((input + padBefore + padAfter - extent) / stride) + 1 };
}

/** Where a window goes over an image: the part of the geometry that convolution and pooling share. */
export interface WindowGeometry {
  readonly outHeight: number;
  readonly outWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
}

/** Slides a window over an image of `[channels, height, width]` and refuses one that finds no place in it. */
export function slideWindow(
  op: OpName,
  image: Shape,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilation: readonly [number, number],
  padding: Padding,
): WindowGeometry {
  const [, height, width] = image;
  if (image.length !== 3 || height === undefined || width === undefined) {
    refuse(op, image, 'an image of [channels, height, width]');
  }
  const sides = typeof padding === 'string' ? undefined : explicitPadding(padding);
  const named = typeof padding === 'string' ? padding : 'valid';
  const rows = slide(height, kernel[0], strides[0], dilation[0], sides ? [sides[0], sides[1]] : named);
  const columns = slide(width, kernel[1], strides[1], dilation[1], sides ? [sides[2], sides[3]] : named);
  if (rows.output < 1 || columns.output < 1) {
    const extent = `${(kernel[0] - 1) * dilation[0] + 1}x${(kernel[1] - 1) * dilation[1] + 1}`;
    refuse(op, image, `an image with room for a window of ${extent} (padding ${JSON.stringify(padding)})`);
  }
  return {
    outHeight: rows.output,
    outWidth: columns.output,
    padTop: rows.padBefore,
    padBottom: rows.padAfter,
    padLeft: columns.padBefore,
    padRight: columns.padAfter,
  };
}

/** What a pooling may be told. */
export interface PoolAttributes {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** Everything about the windows of a pooling. */
export type PoolGeometry = {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
};

/** The windows of a pooling of an image of `[channels, height, width]`; refuses those that could lie in padding alone. */
export function slidePool(op: OpName, image: Shape, attributes: PoolAttributes): PoolGeometry {
  const kernel = toPair(attributes.poolSize, 'poolSize', 1);
  const strides = toPair(attributes.strides, 'strides', 1);
  const window = slideWindow(op, image, kernel, strides, [1, 1], attributes.padding);
  const [channels, inHeight, inWidth] = image as readonly [number, number, number];
  const { outHeight, outWidth, padTop, padBottom, padLeft, padRight } = window;
  if (Math.max(padTop, padBottom) >= kernel[0] || Math.max(padLeft, padRight) >= kernel[1]) {
    refuse(op, image, `less padding than the window of ${kernel[0]}x${kernel[1]}, so that none lies in padding alone`);
  }
  return {
    channels,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: strides[0],
    strideWidth: strides[1],
    padTop,
    padBottom,
    padLeft,
    padRight,
  };
}
