import { formatShape } from '../tensor/shape';
import type { Conv2dGeometry } from './conv2d';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';
import { explicitPadding, type Padding, type Pair, toPair } from './window';

/** What a transposed convolution may be told. */
export interface Conv2dTransposeAttributes {
  readonly strides: Pair;
  /** What the convolution that is transposed adds around its image: the output loses as much at each side. */
  readonly padding: Padding;
  /** Rows and columns more at the bottom and right; less than the stride. */
  readonly outputPadding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** The output along one axis, and what the convolution from there would pad it with. */
interface TransposedAxis {
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

function transposeAxis(
  input: number,
  extent: number,
  stride: number,
  outputPadding: number,
  sides: 'valid' | 'same' | readonly [number, number],
): TransposedAxis {
  if (sides === 'same') {
    const total = Math.max(extent - stride, 0);
    const before = Math.floor(total / 2);
    return { size: input * stride, before, after: total - before };
  }
  const [before, after] = sides === 'valid' ? [0, 0] : sides;
  return { size: (input - 1) * stride + extent + outputPadding - before - after, before, after };
}

/**
 * The transpose of a convolution, also called deconvolution: what a convolution from the output's shape to the input's does
 * on its way back. Its instruction is `conv2dGradInput` for that reason, and its geometry that convolution's.
 *
 *     y[k, i * stride + r * dilation - pad, j * stride + s * dilation - pad] += x[c, i, j] * weight[c, k, r, s]
 *
 * x is [channels, height, width], weight is [channels, filters / groups, kernelHeight, kernelWidth], y is [filters, ...] of
 * height `(height - 1) * stride + (kernelHeight - 1) * dilation + 1 + outputPadding - padTop - padBottom`. Backward, with g
 * the gradient of y: gradInput is the convolution of g, gradWeight that convolution's with x as the gradient that comes in.
 * Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
 */
export const conv2dTranspose: Op<Conv2dTransposeAttributes, Conv2dGeometry> = {
  name: 'conv2dGradInput',

  infer(inputs, attributes): Inference<Conv2dGeometry> {
    const name = 'conv2dTranspose';
    const { shape: image } = requireInput(name, inputs, 0);
    const { shape: weight } = requireInput(name, inputs, 1);
    const { groups, padding } = attributes;
    const [channels, height, width] = image;
    const [weightChannels, filtersPerGroup, kernelHeight, kernelWidth] = weight;
    if (image.length !== 3 || channels === undefined || height === undefined || width === undefined) {
      refuse(name, image, 'an image of [channels, height, width]');
    }
    if (
      weight.length !== 4 ||
      weightChannels === undefined ||
      filtersPerGroup === undefined ||
      kernelHeight === undefined ||
      kernelWidth === undefined
    ) {
      refuse(name, weight, 'weights of [channels, filters / groups, kernelHeight, kernelWidth]');
    }
    if (channels !== weightChannels || channels % groups !== 0) {
      const expected = `${weightChannels} channels for weights of ${formatShape(weight)} in ${groups} groups`;
      refuse(name, image, expected);
    }
    const [strideHeight, strideWidth] = toPair(attributes.strides, 'strides', 1);
    const [dilationHeight, dilationWidth] = toPair(attributes.dilation, 'dilation', 1);
    const [moreHeight, moreWidth] = toPair(attributes.outputPadding, 'outputPadding', 0);
    const sides = typeof padding === 'string' ? undefined : explicitPadding(padding);
    const named = typeof padding === 'string' ? padding : 'valid';
    const extents = [(kernelHeight - 1) * dilationHeight + 1, (kernelWidth - 1) * dilationWidth + 1] as const;
    const rows = transposeAxis(height, extents[0], strideHeight, moreHeight, sides ? [sides[0], sides[1]] : named);
    const columns = transposeAxis(width, extents[1], strideWidth, moreWidth, sides ? [sides[2], sides[3]] : named);
    if (rows.size < 1 || columns.size < 1) {
      refuse(name, image, `an image of which a padding of ${JSON.stringify(padding)} leaves something`);
    }
    const filters = filtersPerGroup * groups;
    return {
      geometry: {
        inChannels: filters,
        inHeight: rows.size,
        inWidth: columns.size,
        outChannels: channels,
        outHeight: height,
        outWidth: width,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop: rows.before,
        padBottom: rows.after,
        padLeft: columns.before,
        padRight: columns.after,
        dilationHeight,
        dilationWidth,
        groups,
      },
      outputs: [activationType([filters, rows.size, columns.size])],
    };
  },

  gradient(context) {
    const [x, weight] = context.inputs;
    const { geometry, gradOutput } = context;
    if (context.needs(0)) context.give(0, 'conv2d', [gradOutput, weight], geometry);
    if (context.needs(1)) context.give(1, 'conv2dGradWeight', [x, gradOutput], geometry);
  },
};
