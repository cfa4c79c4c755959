import { LaminetError } from '../errors';
import { addBias } from '../ops/bias';
import { conv2dTranspose as conv2dTransposeOp } from '../ops/conv2d-transpose';
import { checkPadding, type Padding, type Pair, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import { type ActivationName, checkActivation, emitActivation } from './activation';
import { type KernelOptions, toKernel } from './kernel';
import type { Layer } from './layer';
import { checkCount, toTrainable } from './options';

/** The options of {@link conv2dTranspose}. */
export interface Conv2dTransposeOptions extends Omit<KernelOptions, 'kernelConstraint'> {
  /** The number of output channels. */
  readonly filters: number;
  /** Height and width of the kernel. */
  readonly kernelSize: Pair;
  /** How far apart in the output neighbouring pixels of the input are written. Default: 1. */
  readonly strides?: Pair;
  /**
   * Rows and columns that the output loses at its sides: as many zeros as the convolution that is transposed would add to
   * it. `same` makes an output of input * stride. Default: `valid`, none.
   */
  readonly padding?: Padding;
  /** Rows and columns more at the bottom and right; less than the stride, and none with `same`. Default: 0. */
  readonly outputPadding?: Pair;
  /** The distance between the kernel's taps. Default: 1. */
  readonly dilation?: Pair;
  /** Splits input channels and filters into groups that do not see each other. Default: 1. */
  readonly groups?: number;
  /** Applied to the sum. Default: `linear`. */
  readonly activation?: ActivationName;
}

function checkOutputPadding(outputPadding: Pair, strides: Pair, padding: Padding): void {
  const more = toPair(outputPadding, 'outputPadding', 0);
  const steps = toPair(strides, 'strides', 1);
  const most = padding === 'same' ? [1, 1] : steps;
  if (more.some((size, axis) => size >= (most[axis] as number))) {
    throw new LaminetError(
      'E_OPTION',
      `outputPadding must be less than the strides, and 0 where padding is 'same', found ${JSON.stringify(outputPadding)}`,
      { option: 'outputPadding', found: outputPadding },
    );
  }
}

/**
 * Transposed convolution: [channels, height, width] to [filters, outHeight, outWidth], where outHeight is
 * `(height - 1) * stride + (kernelHeight - 1) * dilation + 1 + outputPadding - padTop - padBottom`.
 *
 * Each pixel of the input writes its number times the kernel into the output, and what falls on one place adds up:
 * `y[k, i * stride + r * dilation - pad, ...] = activation(bias[k] + sum over c, r, s of x[c, i, j] * weight[c, k, r, s])`.
 * Parameters: `weight` [channels, filters / groups, kernelHeight, kernelWidth] and `bias` [filters].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or of which nothing is left.
 * Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
 *
 * @example
 * conv2dTranspose({ filters: 8, kernelSize: 4, strides: 2, padding: 1 });
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  const {
    name,
    filters,
    kernelSize,
    strides = 1,
    padding = 'valid',
    outputPadding = 0,
    dilation = 1,
    groups = 1,
    activation = 'linear',
  } = options;
  checkCount('filters', filters);
  checkCount('groups', groups);
  const [kernelHeight, kernelWidth] = toPair(kernelSize, 'kernelSize', 1);
  toPair(dilation, 'dilation', 1);
  checkPadding(padding);
  checkOutputPadding(outputPadding, strides, padding);
  checkActivation(activation);
  // A filter's weights lie apart there, and constraints are kept row by row.
  if ('kernelConstraint' in options) {
    throw new LaminetError('E_OPTION', 'transposed convolutions take no kernelConstraint', {
      option: 'kernelConstraint',
      found: options.kernelConstraint,
    });
  }
  const kernel = toKernel(options);
  const attributes = { strides, padding, outputPadding, dilation, groups };

  return {
    kind: 'conv2dTranspose',
    name,
    trainable: toTrainable(options),
    config: {
      filters,
      kernelSize: [kernelHeight, kernelWidth],
      ...attributes,
      activation,
      ...kernel.config,
    },
    build(inputShape) {
      const channels = inputShape[0] ?? 0;
      if (inputShape.length === 3 && (channels % groups !== 0 || filters % groups !== 0)) {
        throw new LaminetError(
          'E_SHAPE',
          `${groups} groups divide neither or only one of ${channels} channels and ${filters} filters`,
          { groups, channels, filters },
        );
      }
      const taps = kernelHeight * kernelWidth;
      const fans = { fanIn: (channels / groups) * taps, fanOut: (filters / groups) * taps };
      const weightShape = [channels, filters / groups, kernelHeight, kernelWidth];
      const parameters = kernel.parameters(weightShape, filters, fans);
      const { outputs } = conv2dTransposeOp.infer(
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
        flops: 2 * fans.fanOut * sizeOf(inputShape) + (activation === 'linear' ? 0 : sizeOf(outputShape)),
        emit: (emitter, input, [weight, bias]) => {
          const sums = emitter.emit(conv2dTransposeOp, [input, weight], attributes);
          return emitActivation(emitter, activation, bias ? emitter.emit(addBias, [sums, bias], {}) : sums);
        },
      };
    },
  };
}
