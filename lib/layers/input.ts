import { checkShape, type Shape } from '../tensor/shape';

/** The first entry of a network: what one sample looks like. */
export interface InputLayer {
  readonly kind: 'input';
  readonly shape: Shape;
}

/**
 * Tells a network what it is fed.
 * @param shape `[channels, height, width]` for images, `[features]` for rows of numbers, without the batch
 */
export function input(shape: Shape): InputLayer {
  checkShape(shape, 'the input');
  return { kind: 'input', shape: [...shape] };
}
