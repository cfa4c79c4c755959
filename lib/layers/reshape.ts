import { LaminetError } from '../errors';
import { reshape as reshapeOp } from '../ops/reshape';
import type { Shape } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link reshape}. */
export interface ReshapeOptions extends NamedOptions {
  /** The new shape of a sample. */
  readonly shape: Shape;
}

/**
 * The same numbers in the same order under another shape: `reshape({ shape: [8, 4, 4] })` makes images of rows of 128.
 *
 * Errors: `E_OPTION` for a shape of other than whole numbers of at least 1, `E_SHAPE` for an input of another number of
 * elements.
 *
 * @example
 * reshape({ shape: [4, 7, 7] });
 */
export function reshape({ name, shape }: ReshapeOptions): Layer {
  const given: unknown = shape;
  const sizes: readonly unknown[] = Array.isArray(given) ? given : [];
  if (sizes.length === 0 || sizes.some((size) => !Number.isInteger(size) || (size as number) < 1)) {
    throw new LaminetError(
      'E_OPTION',
      `shape must be a list of whole numbers of at least 1, found ${JSON.stringify(given)}`,
      { option: 'shape', found: given },
    );
  }
  return {
    kind: 'reshape',
    name,
    config: { shape },
    build(inputShape) {
      reshapeOp.infer([{ shape: inputShape, kind: 'float', batched: true }], { shape });
      return {
        outputShape: shape,
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(reshapeOp, [input], { shape }),
      };
    },
  };
}
