import { type Conv2dOptions, conv2d } from './conv2d';
import type { Layer } from './layer';
import { checkCount, toTrainable } from './options';

/** The options of {@link depthwiseConv2d}: a convolution's, with a number of filters for each channel. */
export interface DepthwiseConv2dOptions extends Omit<Conv2dOptions, 'filters' | 'groups'> {
  /** The output channels that each input channel gets. Default: 1. */
  readonly depthMultiplier?: number;
}

/**
 * Two-dimensional convolution of each channel by itself: [channels, height, width] to
 * [channels * depthMultiplier, outHeight, outWidth].
 *
 * `y[c * m + d] = activation(bias[c * m + d] + x[c] * weight[c * m + d])`, m being the depth multiplier and * the
 * cross-correlation that networks call convolution: `conv2d` with as many groups as channels. Parameters: `weight`
 * [channels * depthMultiplier, 1, kernelHeight, kernelWidth] and `bias` [channels * depthMultiplier].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the kernel.
 * Source: Sifre, "Rigid-motion scattering for image classification", 2014, section 6.2.
 *
 * @example
 * depthwiseConv2d({ kernelSize: 3, padding: 'same' });
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  const { depthMultiplier = 1, ...others } = options;
  checkCount('depthMultiplier', depthMultiplier);
  const over = (channels: number): Layer =>
    conv2d({ ...others, filters: channels * depthMultiplier, groups: channels });
  const { filters: _filters, groups: _groups, ...config } = over(1).config;
  return {
    kind: 'depthwiseConv2d',
    name: options.name,
    trainable: toTrainable(options),
    config: { depthMultiplier, ...config },
    build: (inputShape) => over(inputShape[0] ?? 1).build(inputShape),
  };
}
