import { checkShape, type Shape } from '../tensor/shape';
import type { NamedOptions } from './layer';
import { InputNode } from './node';

/**
 * Where samples enter a network: the first entry of `sequential`, or the first node of a network of any form.
 * @param shape `[channels, height, width]` for images, `[features]` for rows of numbers, without the batch
 * @param options.name what to call it in listings and errors. Default: `input`, and with several, `input_1`, `input_2`
 *
 * @example
 * input([3, 32, 32]);
 */
export function input(shape: Shape, options: NamedOptions = {}): InputNode {
  checkShape(shape, 'the input');
  return new InputNode([...shape], options.name);
}
