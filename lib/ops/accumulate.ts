import { sizeOf } from '../tensor/shape';
import { type NoAttributes, type Op, requireInput } from './op';

/**
 * Gathers a gradient over the steps that make up one update. The inputs are the gradient and what has been gathered. With
 * share the step's part of the update's samples, `gathered = share * g` in the first of those steps, `gathered += share * g`
 * in the others; in the last one `g = gathered`: the gradient of the mean loss over the samples of all those steps.
 */
export const accumulate: Op<NoAttributes, { readonly elements: number }> = {
  name: 'accumulate',
  infer(inputs) {
    requireInput('accumulate', inputs, 1);
    return { geometry: { elements: sizeOf(requireInput('accumulate', inputs, 0).shape) }, outputs: [] };
  },
};
