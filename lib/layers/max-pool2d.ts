import { maxPool2d as maxPool2dOp } from '../ops/max-pool2d';
import { checkPadding, type Padding, type Pair, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link maxPool2d}. */
export interface MaxPool2dOptions extends NamedOptions {
  /** Height and width of the window. Default: 2. */
  readonly poolSize?: Pair;
  /** The step of the window. Default: the window's size, so that windows do not overlap. */
  readonly strides?: Pair;
  /** Places around the image that never win. Less than the window on every side. Default: `valid`, none. */
  readonly padding?: Padding;
}

/**
 * The largest value of each window: [channels, height, width] to [channels, outHeight, outWidth].
 *
 * Of equal values the first in row-major order wins and takes the whole gradient; a NaN wins over every number.
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the window.
 *
 * @example
 * maxPool2d({ poolSize: 2 });
 */
export function maxPool2d(options: MaxPool2dOptions = {}): Layer {
  const { name, poolSize = 2, strides = poolSize, padding = 'valid' } = options;
  const [height, width] = toPair(poolSize, 'poolSize', 1);
  toPair(strides, 'strides', 1);
  checkPadding(padding);
  const attributes = { poolSize, strides, padding };
  return {
    kind: 'maxPool2d',
    name,
    config: { poolSize, strides, padding },
    build(inputShape) {
      const { outputs } = maxPool2dOp.infer([{ shape: inputShape, kind: 'float', batched: true }], attributes);
      const outputShape = outputs[0]?.shape ?? [];
      return {
        outputShape,
        parameters: [],
        flops: sizeOf(outputShape) * height * width,
        emit: (emitter, input) => emitter.emit(maxPool2dOp, [input], attributes),
      };
    },
  };
}
