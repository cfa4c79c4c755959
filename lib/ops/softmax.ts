import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, requireInput } from './op';
import type { OpName } from './registry';

/** Softmax runs over `channels`, the first axis, for each of `pixels` positions by itself. */
export type SoftmaxGeometry = { readonly channels: number; readonly pixels: number };

function overChannels(name: OpName, gradient: OpName): Op<NoAttributes, SoftmaxGeometry> {
  return {
    name,
    infer(inputs): Inference<SoftmaxGeometry> {
      const { shape } = requireInput(name, inputs, 0);
      const channels = shape[0] ?? 1;
      return { geometry: { channels, pixels: sizeOf(shape) / channels }, outputs: [activationType(shape)] };
    },
    gradient(context) {
      if (context.needs(0)) context.give(0, gradient, [context.gradOutput, context.outputs[0]], context.geometry);
    },
  };
}

/**
 * `y[k] = exp(x[k] - max) / sum over j of exp(x[j] - max)`, over the first axis (the channels).
 * Backward: `y * (g - sum over j of g[j] * y[j])`.
 */
export const softmax = overChannels('softmax', 'softmaxGrad');

/**
 * `y[k] = x[k] - max - log(sum over j of exp(x[j] - max))`, over the first axis (the channels).
 * Backward: `g - exp(y) * sum over j of g[j]`.
 */
export const logSoftmax = overChannels('logSoftmax', 'logSoftmaxGrad');
