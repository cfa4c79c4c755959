import { constant } from '../initializers/constant';
import { type InitializerLike, toInitializer } from '../initializers/initializer';
import { sumPool2d } from '../ops/average-pool2d';
import { conv2d as conv2dOp } from '../ops/conv2d';
import { type Pair, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import { type ActivationName, checkActivation, emitActivation } from './activation';
import type { Layer, ParameterSpec, TrainedOptions } from './layer';
import { toTrainable } from './options';

/** The options of {@link subsampling2d}. */
export interface Subsampling2dOptions extends TrainedOptions {
  /** Height and width of the window. Default: 2. */
  readonly poolSize?: Pair;
  /** The step of the window. Default: the window's size, so that windows do not overlap. */
  readonly strides?: Pair;
  /** Applied to the result. Default: `linear`. */
  readonly activation?: ActivationName;
  /** Of the coefficients. Default: 1 over the window's pixels, so that training starts from the windows' means. */
  readonly kernelInitializer?: InitializerLike;
  /** Default: `zeros`. */
  readonly biasInitializer?: InitializerLike;
}

/**
 * Trainable sub-sampling: [channels, height, width] to [channels, outHeight, outWidth], with one coefficient and one bias for
 * each channel: `y[c, i, j] = activation(weight[c] * (sum of the window) + bias[c])`.
 *
 * Parameters: `weight` [channels, 1, 1, 1], that of a 1x1 convolution of each channel by itself, and `bias` [channels].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the window.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B,
 * layers S2 and S4.
 *
 * @example
 * subsampling2d();
 */
export function subsampling2d(options: Subsampling2dOptions = {}): Layer {
  const { name, poolSize = 2, strides = poolSize, activation = 'linear' } = options;
  const [height, width] = toPair(poolSize, 'poolSize', 1);
  toPair(strides, 'strides', 1);
  checkActivation(activation);
  const kernelInitializer = toInitializer(options.kernelInitializer ?? constant(1 / (height * width)));
  const biasInitializer = toInitializer(options.biasInitializer ?? 'zeros');
  const pool = { poolSize, strides, padding: 'valid' } as const;

  return {
    kind: 'subsampling2d',
    name,
    trainable: toTrainable(options),
    config: {
      poolSize,
      strides,
      activation,
      kernelInitializer: kernelInitializer.config,
      biasInitializer: biasInitializer.config,
    },
    build(inputShape) {
      const { outputs } = sumPool2d.infer([{ shape: inputShape, kind: 'float', batched: true }], pool);
      const outputShape = outputs[0]?.shape ?? [];
      const channels = outputShape[0] ?? 0;
      const fans = { fanIn: height * width, fanOut: 1 };
      const parameters: ParameterSpec[] = [
        { name: 'weight', kind: 'weight', shape: [channels, 1, 1, 1], initializer: kernelInitializer, ...fans },
        { name: 'bias', kind: 'bias', shape: [channels], initializer: biasInitializer, ...fans },
      ];
      const scale = { strides: 1, padding: 'valid', dilation: 1, groups: channels } as const;
      return {
        outputShape,
        parameters,
        flops: sizeOf(outputShape) * (height * width + 2 + (activation === 'linear' ? 0 : 1)),
        emit(emitter, input, values) {
          const sums = emitter.emit(sumPool2d, [input], pool);
          return emitActivation(emitter, activation, emitter.emit(conv2dOp, [sums, ...values], scale));
        },
      };
    },
  };
}
