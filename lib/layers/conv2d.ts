import { LaminetError } from '../errors';
import { conv2d as conv2dOp } from '../ops/conv2d';
import { checkPadding, type Padding, type Pair, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import { type ActivationName, checkActivation, emitActivation } from './activation';
import { type KernelOptions, toKernel } from './kernel';
import type { Layer } from './layer';
import { checkCount, toTrainable } from './options';

/** The options of {@link conv2d}. */
export interface Conv2dOptions extends KernelOptions {
  /** The number of output channels. */
  readonly filters: number;
  /** Height and width of the kernel. */
  readonly kernelSize: Pair;
  /** The step of the window. Default: 1. */
  readonly strides?: Pair;
  /** Zeros around the image. Default: `valid`, none. */
  readonly padding?: Padding;
  /** The distance between the kernel's taps. Default: 1. */
  readonly dilation?: Pair;
  /** Splits input channels and filters into groups that do not see each other. Default: 1. */
  readonly groups?: number;
  /** Applied to the sum. Default: `linear`. */
  readonly activation?: ActivationName;
}

/**
 * Two-dimensional convolution: [channels, height, width] to [filters, outHeight, outWidth].
 *
 * `y[k] = activation(bias[k] + sum over c of x[c] * weight[k, c])`, where * is the cross-correlation that networks call
 * convolution. Parameters: `weight` [filters, channels / groups, kernelHeight, kernelWidth] and `bias` [filters].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the kernel.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.
 *
 * @example
 * conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' });
 */
export function conv2d(options: Conv2dOptions): Layer {
  const {
    name,
    filters,
    kernelSize,
    strides = 1,
    padding = 'valid',
    dilation = 1,
    groups = 1,
    activation = 'linear',
  } = options;
  checkCount('filters', filters);
  checkCount('groups', groups);
  const [kernelHeight, kernelWidth] = toPair(kernelSize, 'kernelSize', 1);
  toPair(strides, 'strides', 1);
  toPair(dilation, 'dilation', 1);
  checkPadding(padding);
  checkActivation(activation);
  const kernel = toKernel(options);

  return {
    kind: 'conv2d',
    name,
    trainable: toTrainable(options),
    config: {
      filters,
      kernelSize: [kernelHeight, kernelWidth],
      strides,
      padding,
      dilation,
      groups,
      activation,
      ...kernel.config,
    },
    build(inputShape) {
      const channels = inputShape[0] ?? 0;
      if (inputShape.length === 3 && (channels % groups !== 0 || filters % groups !== 0)) {
        throw new LaminetError(
          'E_SHAPE',
          `${groups} groups divide neither or only one of ${channels} channels and ${filters} filters`,
          {
            groups,
            channels,
            filters,
          },
        );
      }
      const taps = kernelHeight * kernelWidth;
      const fans = { fanIn: (channels / groups) * taps, fanOut: (filters / groups) * taps };
      const weightShape = [filters, channels / groups, kernelHeight, kernelWidth];
      const parameters = kernel.parameters(weightShape, filters, fans);
      const attributes = { strides, padding, dilation, groups };
      const { outputs } = conv2dOp.infer(
        [
          { shape: inputShape, kind: 'float', batched: true },
          { shape: weightShape, kind: 'float', batched: false },
        ],
        attributes,
      );
      const outputShape = outputs[0]?.shape ?? [];
      return {
        outputShape,
        parameters,
        flops: 2 * fans.fanIn * sizeOf(outputShape) + (activation === 'linear' ? 0 : sizeOf(outputShape)),
        emit: (emitter, input, values) =>
          emitActivation(emitter, activation, emitter.emit(conv2dOp, [input, ...values], attributes)),
      };
    },
  };
}
