import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';

/** Each of `channels` slopes, for `pixels` elements of a sample; a slope that is shared is that of one channel. */
export type PreluGeometry = { readonly channels: number; readonly pixels: number };

/**
 * `y = x` where x is above 0, else `weight * x`, for x of [channels, ...] and a weight of [channels], or of [1] for all.
 *
 * Backward, with g the gradient of y: to x `g` where x is above 0, else `weight * g`; to the weight the sum, over batch and
 * positions, of `x * g` where x is not above 0.
 */
export const prelu: Op<NoAttributes, PreluGeometry> = {
  name: 'prelu',

  infer(inputs): Inference<PreluGeometry> {
    const { shape } = requireInput('prelu', inputs, 0);
    const { shape: weight } = requireInput('prelu', inputs, 1);
    const [slopes = 0] = weight;
    if (weight.length !== 1 || (slopes !== 1 && slopes !== shape[0])) {
      refuse('prelu', weight, `a weight of ${shape[0]} or 1`);
    }
    return { geometry: { channels: slopes, pixels: sizeOf(shape) / slopes }, outputs: [activationType(shape)] };
  },

  gradient(context) {
    const { geometry, gradOutput } = context;
    const [x, weight] = context.inputs;
    if (context.needs(0)) context.give(0, 'preluGradInput', [gradOutput, x, weight], geometry);
    if (!context.needs(1)) return;
    const terms = context.compute('preluGradTerms', [gradOutput, x], 'terms of the gradient', gradOutput, {
      elements: geometry.channels * geometry.pixels,
    });
    context.give(1, 'biasGrad', [terms], geometry);
  },
};
