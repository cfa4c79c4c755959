import { sizeOf } from '../tensor/shape';
import { type Inference, type Op, requireInput } from './op';

/** Where the share that stays of the average is among the step's factors. */
export interface AverageAttributes {
  readonly factor: number;
}

/** The same, with how many numbers there are. */
export type AverageGeometry = { readonly elements: number; readonly factor: number };

/** A parameter's average over the updates: `average = kept * average + (1 - kept) * w`, where kept is one of the step's factors. */
export const averageWeights: Op<AverageAttributes, AverageGeometry> = {
  name: 'averageWeights',
  infer(inputs, { factor }): Inference<AverageGeometry> {
    requireInput('averageWeights', inputs, 1);
    return { geometry: { elements: sizeOf(requireInput('averageWeights', inputs, 0).shape), factor }, outputs: [] };
  },
};
