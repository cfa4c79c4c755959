import { sizeOf } from '../tensor/shape';
import { activationType, type NoAttributes, type Op, refuse, requireInput } from './op';

/** What the kernels need to know: the network's outputs for one sample. */
export type RankingGeometry = { readonly classes: number };

/**
 * The class of each sample's largest output, of equal ones the first; of a single output, a probability, whether it is above
 * 0.5: 1 or 0.
 */
export const predictedClass: Op<NoAttributes, RankingGeometry> = {
  name: 'predictedClass',
  infer(inputs) {
    const { shape } = requireInput('predictedClass', inputs, 0);
    return { geometry: { classes: sizeOf(shape) }, outputs: [activationType([])] };
  },
};

/**
 * How many classes come before each sample's own, from 0 on: those with a larger output, and those before it with an equal
 * one. The sample's class is among the k likeliest where the rank is below k. An output that is not a number comes before all
 * others, and before itself, so that a sample of that class is among none.
 */
export const targetRank: Op<NoAttributes, RankingGeometry> = {
  name: 'targetRank',
  infer(inputs) {
    const { shape } = requireInput('targetRank', inputs, 0);
    const targets = requireInput('targetRank', inputs, 1);
    if (shape.length !== 1) refuse('targetRank', shape, 'a flat output of one number a class');
    if (targets.kind !== 'label') refuse('targetRank', targets.shape, 'a class number a sample');
    return { geometry: { classes: sizeOf(shape) }, outputs: [activationType([])] };
  },
};
