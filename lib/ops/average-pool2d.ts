import { activationType, type Inference, type Op, requireInput } from './op';
import { type PoolAttributes, type PoolGeometry, slidePool } from './window';

/** What an average pooling may be told. */
export interface AveragePool2dAttributes extends PoolAttributes {
  /** Whether padding counts as zeros. If not, a window's mean is that of its pixels of the image. */
  readonly countIncludePad: boolean;
}

/** The windows, and what their sums are divided by; 0 for the number of the window's pixels that lie in the image. */
export type AveragePool2dGeometry = PoolGeometry & { readonly divisor: number };

/**
 * The mean of each window of [channels, height, width].
 *
 *     y[c, i, j] = 1 / divisor * sum over r, s of x[c, i * stride + r - pad, j * stride + s - pad]
 *
 * Backward, with g the gradient of y: each pixel gets the sum of g / divisor over the windows that it lies in. Source:
 * LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B.
 */
export const averagePool2d: Op<AveragePool2dAttributes, AveragePool2dGeometry> = {
  name: 'averagePool2d',

  infer(inputs, attributes): Inference<AveragePool2dGeometry> {
    const pool = slidePool('averagePool2d', requireInput('averagePool2d', inputs, 0).shape, attributes);
    const divisor = attributes.countIncludePad ? pool.kernelHeight * pool.kernelWidth : 0;
    return {
      geometry: { ...pool, divisor },
      outputs: [activationType([pool.channels, pool.outHeight, pool.outWidth])],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'averagePool2dGrad', [context.gradOutput], context.geometry);
  },
};

/** The sum of each window: an average pooling that divides by 1. */
export const sumPool2d: Op<PoolAttributes, AveragePool2dGeometry> = {
  ...averagePool2d,
  infer(inputs, attributes) {
    const { geometry, outputs } = averagePool2d.infer(inputs, { ...attributes, countIncludePad: true });
    return { geometry: { ...geometry, divisor: 1 }, outputs };
  },
};
