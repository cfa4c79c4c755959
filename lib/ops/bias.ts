import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';

/** One number for each of `channels`, added at each of `pixels` positions. */
export type BiasGeometry = { readonly channels: number; readonly pixels: number };

/**
 * `y[c, i] = x[c, i] + bias[c]`, for x of [channels, ...] and a bias of [channels]. Backward: the gradient that comes in, to
 * x as it is, to the bias summed over batch and positions.
 */
export const addBias: Op<NoAttributes, BiasGeometry> = {
  name: 'addBias',

  infer(inputs): Inference<BiasGeometry> {
    const { shape } = requireInput('addBias', inputs, 0);
    const { shape: bias } = requireInput('addBias', inputs, 1);
    const [channels = 0, ...rest] = shape;
    if (bias.length !== 1 || bias[0] !== channels) refuse('addBias', bias, `a bias of ${channels}`);
    return { geometry: { channels, pixels: sizeOf(rest) }, outputs: [activationType(shape)] };
  },

  gradient(context) {
    if (context.needs(0)) context.pass(0);
    if (context.needs(1)) context.give(1, 'biasGrad', [context.gradOutput], context.geometry);
  },
};
