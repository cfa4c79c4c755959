import { upsampling2d as upsampling2dOp } from '../ops/upsampling2d';
import { type Pair, toPair } from '../ops/window';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link upsampling2d}. */
export interface Upsampling2dOptions extends NamedOptions {
  /** How many times as high and wide the image gets. Default: 2. */
  readonly size?: Pair;
}

/**
 * Every pixel as a block of equal ones (nearest neighbour): [channels, height, width] to
 * [channels, height * sizeHeight, width * sizeWidth].
 *
 * `y[c, i, j] = x[c, floor(i / sizeHeight), floor(j / sizeWidth)]`.
 * Errors: `E_OPTION` for a size that is no whole number of at least 1, `E_SHAPE` for an input that is no image.
 *
 * @example
 * upsampling2d({ size: 2 });
 */
export function upsampling2d({ name, size = 2 }: Upsampling2dOptions = {}): Layer {
  toPair(size, 'size', 1);
  return {
    kind: 'upsampling2d',
    name,
    config: { size },
    build(inputShape) {
      const { outputs } = upsampling2dOp.infer([{ shape: inputShape, kind: 'float', batched: true }], { size });
      return {
        outputShape: outputs[0]?.shape ?? [],
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(upsampling2dOp, [input], { size }),
      };
    },
  };
}
