import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** How strongly neighbours inhibit each other. */
export type LocalResponseNormAttributes = {
  /** Channels that are summed up, the channel itself in the middle (of an even number, behind it). */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
};

/** The image, and the constants. */
export type LocalResponseNormGeometry = LocalResponseNormAttributes & {
  readonly channels: number;
  readonly pixels: number;
};

/**
 * Divides each number by what its neighbours in other channels amount to at the same pixel.
 *
 *     d[c] = k + alpha / size * sum of x[j]^2 for j from c - floor(size / 2) to c + floor((size - 1) / 2)
 *     y[c] = x[c] / d[c]^beta
 *
 * Channels that there are not count as 0. Backward, with g the gradient of y: `gradInput[c] = g[c] / d[c]^beta -
 * 2 * alpha * beta / size * x[c] * sum of g[j] * y[j] / d[j] over the j whose sums x[c] is in`.
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section
 * 3.3, with PyTorch's alpha, which is divided by the size.
 */
export const localResponseNorm: Op<LocalResponseNormAttributes, LocalResponseNormGeometry> = {
  name: 'localResponseNorm',

  infer(inputs, { size, alpha, beta, k }): Inference<LocalResponseNormGeometry> {
    const { shape } = requireInput('localResponseNorm', inputs, 0);
    const [channels, ...rest] = shape;
    if (channels === undefined) refuse('localResponseNorm', shape, '[channels, ...]');
    return {
      geometry: { channels, pixels: sizeOf(rest), size, alpha, beta, k },
      outputs: [activationType(shape)],
    };
  },

  gradient(context) {
    const { inputs, geometry, gradOutput } = context;
    if (context.needs(0)) context.give(0, 'localResponseNormGrad', [gradOutput, inputs[0]], geometry);
  },
};
