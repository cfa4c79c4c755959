import type { FloatArray } from '../../tensor/storage';

/** The numbers that a loss is told, by name: `delta`, `gamma`. */
export type LossConstants = Readonly<Record<string, number>>;

/** What a loss is for one sample: of the network's outputs `y` and what they should be, `t`. Formulas: lib/ops/loss.ts. */
export interface LossArithmetic {
  value(y: FloatArray, t: Float64Array, constants: LossConstants): number;
  /** Writes the derivative of the value by each output. */
  gradient(y: FloatArray, t: Float64Array, constants: LossConstants, gradient: Float64Array): void;
}

/** A number of one output, its target, and the loss's constants. */
type Term = (y: number, t: number, constants: LossConstants) => number;

/** A loss that is a sum over the outputs, each taken by itself: the term of one, and the term's derivative. */
export function sumOverOutputs(term: Term, derivative: Term): LossArithmetic {
  return {
    value(y, t, constants) {
      let sum = 0;
      for (let k = 0; k < y.length; k++) sum += term(y[k] as number, t[k] as number, constants);
      return sum;
    },
    gradient(y, t, constants, gradient) {
      for (let k = 0; k < y.length; k++) gradient[k] = derivative(y[k] as number, t[k] as number, constants);
    },
  };
}
