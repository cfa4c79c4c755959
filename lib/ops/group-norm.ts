import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** How to normalize. */
export interface GroupNormAttributes {
  readonly groups: number;
  /** Numbers that have a gamma and a beta of their own: channels, or elements. A divisor of the elements. */
  readonly channels: number;
  readonly epsilon: number;
}

/** What normalizing the groups of a sample needs to know. */
export type GroupNormGeometry = {
  readonly channels: number;
  /** Elements of a channel. */
  readonly pixels: number;
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
};

/**
 * Normalizes each group of channels of each sample by its own mean and (biased) variance.
 *
 *     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
 *
 * with a gamma and a beta for each channel, either of which may be missing (1 and 0). The second output holds, by sample, the
 * groups' means and then their `1 / sqrt(variance + epsilon)`, for the way back. Backward, with g the gradient of y, h =
 * gamma * g, xn the normalized x and means over a group: `gradInput = (h - mean(h) - xn * mean(h * xn)) / sqrt(variance +
 * epsilon)`, `gradGamma = sum(g * xn)` and `gradBeta = sum(g)` over batch and pixels.
 * Sources: Wu, He, "Group normalization", 2018, section 3; with one group and a channel for each element: Ba, Kiros, Hinton,
 * "Layer normalization", 2016.
 */
export const groupNorm: Op<GroupNormAttributes, GroupNormGeometry> = {
  name: 'groupNorm',

  infer(inputs, { groups, channels, epsilon }): Inference<GroupNormGeometry> {
    const { shape } = requireInput('groupNorm', inputs, 0);
    const elements = sizeOf(shape);
    if (elements % channels !== 0 || channels % groups !== 0) {
      refuse('groupNorm', shape, `${channels} channels that ${groups} groups divide`);
    }
    for (const parameter of [inputs[1]?.shape, inputs[2]?.shape]) {
      if (parameter && sizeOf(parameter) !== channels) refuse('groupNorm', parameter, `${channels} numbers`);
    }
    return {
      geometry: { channels, pixels: elements / channels, groups, epsilon },
      outputs: [activationType(shape), activationType([2, groups])],
    };
  },

  gradient(context) {
    const { geometry, gradOutput } = context;
    const [x, gamma, beta] = context.inputs;
    const statistics = context.outputs[1];
    const { channels, pixels } = geometry;
    if (context.needs(0)) context.give(0, 'groupNormGradInput', [gradOutput, x, statistics, gamma], geometry);
    if (gamma && context.needs(1)) context.give(1, 'groupNormGradGamma', [gradOutput, x, statistics], geometry);
    if (beta && context.needs(2)) context.give(2, 'biasGrad', [gradOutput], { channels, pixels });
  },
};
