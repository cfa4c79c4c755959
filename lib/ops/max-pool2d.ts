import { activationType, type Inference, type Op, requireInput } from './op';
import { type PoolAttributes, type PoolGeometry, slidePool } from './window';

/**
 * The largest value of each window; padding never wins. The second output holds the winner's place in its window, counted
 * row by row: backward, the whole gradient of an output goes there. Of equal values the first wins; a NaN wins over all,
 * and of several the last (as PyTorch has it).
 */
export const maxPool2d: Op<PoolAttributes, PoolGeometry> = {
  name: 'maxPool2d',

  infer(inputs, attributes): Inference<PoolGeometry> {
    const geometry = slidePool('maxPool2d', requireInput('maxPool2d', inputs, 0).shape, attributes);
    const shape = [geometry.channels, geometry.outHeight, geometry.outWidth];
    return { geometry, outputs: [activationType(shape), { shape, kind: 'index', batched: true }] };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'maxPool2dGrad', [context.gradOutput, context.outputs[1]], context.geometry);
  },
};
