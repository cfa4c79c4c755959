import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';
import type { TensorType } from './program';

/** Channels, and the places of each: a flat input has one place a channel. */
export type BatchStatisticsGeometry = { readonly channels: number; readonly pixels: number };

/** What normalizing needs to know. */
export type BatchNormGeometry = {
  readonly channels: number;
  readonly pixels: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** 1 where the statistics are given, 0 where they are those of the batch and the gradient flows through them, too. */
  readonly frozen: number;
};

/** What following the statistics needs to know: the share of the new ones. */
export type FollowGeometry = { readonly channels: number; readonly pixels: number; readonly momentum: number };

/** How to normalize. */
export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly frozen: boolean;
}

/** A mean and a variance for every channel, one for the whole step: [2, channels]. */
function statisticsType(channels: number): TensorType {
  return { shape: [2, channels], kind: 'float', batched: false };
}

function geometryOf(inputs: readonly (TensorType | undefined)[], op: 'batchStatistics' | 'batchNorm') {
  const { shape } = requireInput(op, inputs, 0);
  const [channels, ...rest] = shape;
  if (channels === undefined) refuse(op, shape, '[channels, ...]');
  return { channels, pixels: sizeOf(rest) };
}

/** The mean and the (biased) variance of every channel over the batch and all places. */
export const batchStatistics: Op<NoAttributes, BatchStatisticsGeometry> = {
  name: 'batchStatistics',
  infer(inputs): Inference<BatchStatisticsGeometry> {
    const geometry = geometryOf(inputs, 'batchStatistics');
    return { geometry, outputs: [statisticsType(geometry.channels)] };
  },
};

/** A given mean and a given variance, as statistics. */
export const givenStatistics: Op<NoAttributes, { readonly channels: number }> = {
  name: 'givenStatistics',
  infer(inputs) {
    const [channels = 0] = requireInput('givenStatistics', inputs, 0).shape;
    return { geometry: { channels }, outputs: [statisticsType(channels)] };
  },
};

/**
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with a mean, variance, gamma and beta for each channel;
 * gamma or beta may be missing (1 and 0).
 *
 * Backward, with g the gradient of y, xn the normalized x and means over batch and places:
 * `gradInput = gamma / sqrt(variance + epsilon) * (g - mean(g) - xn * mean(g * xn))`, without the two means where the
 * statistics are given; `gradGamma = sum(g * xn)`, `gradBeta = sum(g)`.
 */
export const batchNorm: Op<BatchNormAttributes, BatchNormGeometry> = {
  name: 'batchNorm',

  infer(inputs, { epsilon, frozen }): Inference<BatchNormGeometry> {
    const { shape } = requireInput('batchNorm', inputs, 0);
    const geometry = geometryOf(inputs, 'batchNorm');
    return { geometry: { ...geometry, epsilon, frozen: frozen ? 1 : 0 }, outputs: [activationType(shape)] };
  },

  gradient(context) {
    const { geometry, gradOutput } = context;
    const [x, statistics, gamma, beta] = context.inputs;
    const { channels } = geometry;
    const sums = context.compute(
      'batchNormSums',
      [gradOutput, x, statistics],
      'sums of gradients',
      statisticsType(channels),
      geometry,
    );
    if (context.needs(0)) context.give(0, 'batchNormGradInput', [gradOutput, x, statistics, sums, gamma], geometry);
    if (gamma && context.needs(2)) context.give(2, 'statisticsRow', [sums], { channels, row: 1 });
    if (beta && context.needs(3)) context.give(3, 'statisticsRow', [sums], { channels, row: 0 });
  },
};

/**
 * Statistics that follow those of the batches: `running = (1 - momentum) * running + momentum * batch`. The variance that
 * is followed is the unbiased one, `variance * n / (n - 1)` for n values a channel (where n is 1, the variance as it is).
 */
export const followStatistics: Op<{ readonly momentum: number; readonly pixels: number }, FollowGeometry> = {
  name: 'followStatistics',
  infer(inputs, { momentum, pixels }): Inference<FollowGeometry> {
    const [channels = 0] = requireInput('followStatistics', inputs, 0).shape;
    return { geometry: { channels, pixels, momentum }, outputs: [] };
  },
};
