import type { InitializerLike } from '../initializers/initializer';
import type { Value } from '../ops/op';
import { type Conv2dOptions, conv2d } from './conv2d';
import { type DepthwiseConv2dOptions, depthwiseConv2d } from './depthwise-conv2d';
import type { Layer, ParameterSpec } from './layer';
import { toTrainable } from './options';

/** The options of {@link separableConv2d}. */
export interface SeparableConv2dOptions
  extends Omit<DepthwiseConv2dOptions, 'kernelInitializer'>,
    Pick<Conv2dOptions, 'filters'> {
  /** Of the kernels that each see one channel. Default: `glorotUniform`. */
  readonly depthwiseInitializer?: InitializerLike;
  /** Of the 1x1 kernels that bring the channels together. Default: `glorotUniform`. */
  readonly pointwiseInitializer?: InitializerLike;
}

/**
 * A convolution in two: each channel by itself, then all channels at each pixel: [channels, height, width] to
 * [filters, outHeight, outWidth].
 *
 * `y[k] = activation(bias[k] + sum over j of pointwise[k, j] * z[j])`, where z are the output maps of `depthwiseConv2d`
 * without bias or activation. It has `channels * (taps + filters)` weights instead of `channels * taps * filters`.
 * Parameters: `depthwiseWeight` [channels * depthMultiplier, 1, kernelHeight, kernelWidth], `pointwiseWeight`
 * [filters, channels * depthMultiplier, 1, 1] and `bias` [filters].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is no image or smaller than the kernel.
 * Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017, section 2.
 *
 * @example
 * separableConv2d({ filters: 32, kernelSize: 3, padding: 'same' });
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  const { name, filters, activation, useBias, biasInitializer, ...others } = options;
  const { depthwiseInitializer = 'glorotUniform', pointwiseInitializer = 'glorotUniform', ...window } = others;
  const depthwise = depthwiseConv2d({ ...window, useBias: false, kernelInitializer: depthwiseInitializer });
  const pointwise = conv2d({
    filters,
    kernelSize: 1,
    kernelInitializer: pointwiseInitializer,
    ...(activation !== undefined && { activation }),
    ...(useBias !== undefined && { useBias }),
    ...(biasInitializer !== undefined && { biasInitializer }),
  });
  const first = depthwise.config;
  const second = pointwise.config;
  return {
    kind: 'separableConv2d',
    name,
    trainable: toTrainable(options),
    config: {
      filters,
      kernelSize: first.kernelSize,
      strides: first.strides,
      padding: first.padding,
      dilation: first.dilation,
      depthMultiplier: first.depthMultiplier,
      activation: second.activation,
      useBias: second.useBias,
      depthwiseInitializer: first.kernelInitializer,
      pointwiseInitializer: second.kernelInitializer,
      biasInitializer: second.biasInitializer,
    },
    build(inputShape) {
      const inner = depthwise.build(inputShape);
      const outer = pointwise.build(inner.outputShape);
      const named = (specs: readonly ParameterSpec[], weight: string): ParameterSpec[] =>
        specs.map((spec) => (spec.name === 'weight' ? { ...spec, name: weight } : spec));
      return {
        outputShape: outer.outputShape,
        parameters: [...named(inner.parameters, 'depthwiseWeight'), ...named(outer.parameters, 'pointwiseWeight')],
        flops: inner.flops + outer.flops,
        emit: (emitter, input, [weight, ...values]) =>
          outer.emit(emitter, inner.emit(emitter, input, [weight as Value]), values),
      };
    },
  };
}
