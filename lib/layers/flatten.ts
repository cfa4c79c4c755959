import { reshape } from '../ops/reshape';
import { sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/**
 * Any shape to [elements], the numbers in their order: channel by channel, row by row.
 *
 * @example
 * flatten();
 */
export function flatten(options: NamedOptions = {}): Layer {
  return {
    kind: 'flatten',
    name: options.name,
    config: {},
    build(inputShape) {
      const shape = [sizeOf(inputShape)];
      return {
        outputShape: shape,
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(reshape, [input], { shape }),
      };
    },
  };
}

/**
 * Another name for {@link flatten}.
 *
 * @example
 * linearize();
 */
export const linearize = flatten;
