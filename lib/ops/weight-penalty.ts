import { sizeOf } from '../tensor/shape';
import { type GradientContext, type Inference, type Op, requireInput } from './op';

/** How strongly numbers are penalized: see {@link weightPenalty}. */
export interface PenaltyAttributes {
  readonly l1: number;
  readonly l2: number;
}

/** The same, with how many numbers there are. */
export type PenaltyGeometry = { readonly elements: number; readonly l1: number; readonly l2: number };

/**
 * A parameter's penalty, `l1 * sum |w| + l2 / 2 * sum w^2`, added to that of the parameters before, if there are some: the
 * inputs are the parameter and their penalty. The gradient is `l1 * sign(w) + l2 * w`, whatever the samples are.
 */
export const weightPenalty: Op<PenaltyAttributes, PenaltyGeometry> = {
  name: 'weightPenalty',
  infer(inputs, { l1, l2 }): Inference<PenaltyGeometry> {
    const { shape } = requireInput('weightPenalty', inputs, 0);
    return {
      geometry: { elements: sizeOf(shape), l1, l2 },
      outputs: [{ shape: [], kind: 'float', batched: false }],
    };
  },
  gradient(context: GradientContext<PenaltyGeometry>) {
    if (context.needs(0)) context.give(0, 'weightPenaltyGrad', [context.inputs[0]], context.geometry);
    if (context.inputs[1]) context.pass(1);
  },
};
