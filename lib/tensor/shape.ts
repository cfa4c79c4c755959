import { LaminetError } from '../errors';

/** The sizes of a tensor, outermost first. Shapes in a network leave out the batch: an image is `[channels, height, width]`. */
export type Shape = readonly number[];

/** The number of elements of a shape; the empty shape is a scalar and has one. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as people write it: `1x32x32`; a scalar reads `scalar`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** Whether two shapes have the same sizes in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The most elements a tensor of one sample may have: offsets stay exact in 32-bit signed arithmetic. */
const LARGEST_TENSOR = 2 ** 31 - 1;

/**
 * Checks that a shape holds whole numbers of at least 1 and is not absurdly large.
 * @param where what the shape belongs to, for the error's sentence
 */
export function checkShape(shape: Shape, where: string): void {
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 1) {
      throw new LaminetError(
        'E_SHAPE',
        `${where}: every size must be a whole number of at least 1, found ${formatShape(shape)}`,
        { where, shape },
      );
    }
  }
  if (sizeOf(shape) > LARGEST_TENSOR) {
    throw new LaminetError('E_SHAPE', `${where}: ${formatShape(shape)} has more than ${LARGEST_TENSOR} elements`, {
      where,
      shape,
    });
  }
}
