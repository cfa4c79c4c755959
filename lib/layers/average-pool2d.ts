import { averagePool2d as averagePool2dOp } from '../ops/average-pool2d';
import { checkPadding, type Padding, type Pair, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link averagePool2d}. */
export interface AveragePool2dOptions extends NamedOptions {
  /** Height and width of the window. Default: 2. */
  readonly poolSize?: Pair;
  /** The step of the window. Default: the window's size, so that windows do not overlap. */
  readonly strides?: Pair;
  /** Zeros around the image. Less than the window on every side. Default: `valid`, none. */
  readonly padding?: Padding;
  /** Whether these zeros count: if not, a mean is that of the window's pixels of the image. Default: true. */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of each window: [channels, height, width] to [channels, outHeight, outWidth].
 *
 * `y[c, i, j] = sum of the window / (poolHeight * poolWidth)`, or divided by the number of its pixels that lie in the image
 * where padding does not count.
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the window.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B,
 * without the trainable factor and bias that its sub-sampling layers have.
 *
 * @example
 * averagePool2d({ poolSize: 2 });
 */
export function averagePool2d(options: AveragePool2dOptions = {}): Layer {
  const { name, poolSize = 2, strides = poolSize, padding = 'valid', countIncludePad = true } = options;
  const [height, width] = toPair(poolSize, 'poolSize', 1);
  toPair(strides, 'strides', 1);
  checkPadding(padding);
  const attributes = { poolSize, strides, padding, countIncludePad };
  return {
    kind: 'averagePool2d',
    name,
    config: attributes,
    build(inputShape) {
      const { outputs } = averagePool2dOp.infer([{ shape: inputShape, kind: 'float', batched: true }], attributes);
      const outputShape = outputs[0]?.shape ?? [];
      return {
        outputShape,
        parameters: [],
        flops: sizeOf(outputShape) * height * width,
        emit: (emitter, input) => emitter.emit(averagePool2dOp, [input], attributes),
      };
    },
  };
}
