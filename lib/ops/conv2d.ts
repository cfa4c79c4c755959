import { formatShape, type Shape } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';
import type { OpName } from './registry';
import { type Padding, type Pair, slideWindow, toPair } from './window';

/** What a convolution may be told. */
export interface Conv2dAttributes {
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  /** The input channels are split into so many groups, each seen only by its share of the filters. */
  readonly groups: number;
}

/** Everything a convolution kernel needs to know. */
export type Conv2dGeometry = {
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly groups: number;
};

/** Slides the kernels of `filters` over an image of [channels, height, width]; refuses those that find no place in it. */
export function slideKernel(
  op: OpName,
  image: Shape,
  filters: number,
  [kernelHeight, kernelWidth]: readonly [number, number],
  attributes: Conv2dAttributes,
): Conv2dGeometry {
  const strides = toPair(attributes.strides, 'strides', 1);
  const dilation = toPair(attributes.dilation, 'dilation', 1);
  const window = slideWindow(op, image, [kernelHeight, kernelWidth], strides, dilation, attributes.padding);
  const [inChannels, inHeight, inWidth] = image as readonly [number, number, number];
  return {
    inChannels,
    inHeight,
    inWidth,
    outChannels: filters,
    outHeight: window.outHeight,
    outWidth: window.outWidth,
    kernelHeight,
    kernelWidth,
    strideHeight: strides[0],
    strideWidth: strides[1],
    padTop: window.padTop,
    padBottom: window.padBottom,
    padLeft: window.padLeft,
    padRight: window.padRight,
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    groups: attributes.groups,
  };
}

/**
 * Two-dimensional convolution as networks mean it (a cross-correlation: the kernel is not flipped).
 *
 *     y[k, i, j] = bias[k] + sum over c, r, s of x[c, i * stride + r * dilation - pad, j * stride + ...] * weight[k, c, r, s]
 *
 * x is [channels, height, width], weight is [filters, channels / groups, kernelHeight, kernelWidth], bias is [filters] or
 * missing. Backward, with g the gradient of y: gradInput sums g * weight over the outputs that an input reached, gradWeight
 * sums g * x over batch and positions, gradBias sums g over batch and positions.
 */
export const conv2d: Op<Conv2dAttributes, Conv2dGeometry> = {
  name: 'conv2d',

  infer(inputs, attributes): Inference<Conv2dGeometry> {
    const { shape: image } = requireInput('conv2d', inputs, 0);
    const { shape: weight } = requireInput('conv2d', inputs, 1);
    const bias = inputs[2]?.shape;
    const { groups } = attributes;
    const [filters, channelsPerGroup, kernelHeight, kernelWidth] = weight;
    if (
      weight.length !== 4 ||
      filters === undefined ||
      channelsPerGroup === undefined ||
      kernelHeight === undefined ||
      kernelWidth === undefined
    ) {
      refuse('conv2d', weight, 'weights of [filters, channels / groups, kernelHeight, kernelWidth]');
    }
    const geometry = slideKernel('conv2d', image, filters, [kernelHeight, kernelWidth], attributes);
    const { inChannels, outHeight, outWidth } = geometry;
    if (inChannels !== channelsPerGroup * groups) {
      refuse(
        'conv2d',
        image,
        `${channelsPerGroup * groups} channels for weights of ${formatShape(weight)} in ${groups} groups`,
      );
    }
    if (filters % groups !== 0) refuse('conv2d', weight, `a number of filters that ${groups} groups divide`);
    if (bias !== undefined && (bias.length !== 1 || bias[0] !== filters))
      refuse('conv2d', bias, `a bias of ${filters}`);
    return { geometry, outputs: [activationType([filters, outHeight, outWidth])] };
  },

  gradient(context) {
    const [x, weight, bias] = context.inputs;
    const { geometry, gradOutput } = context;
    if (context.needs(0)) context.give(0, 'conv2dGradInput', [gradOutput, weight], geometry);
    if (context.needs(1)) context.give(1, 'conv2dGradWeight', [gradOutput, x], geometry);
    if (bias && context.needs(2)) {
      const pixels = geometry.outHeight * geometry.outWidth;
      context.give(2, 'biasGrad', [gradOutput], { channels: geometry.outChannels, pixels });
    }
  },
};
