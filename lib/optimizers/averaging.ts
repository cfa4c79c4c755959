import type { StepFactors } from './contract';
import { checkShares } from './options';

/** Which of a model's weights are meant: those that it has, or their average over training (see `averaging`). */
export type WeightsChoice = 'current' | 'average';

/** The options of weight averaging. */
export interface WeightAveraging {
  /** The share of the average that stays with each update, below 1. Default: 0.999. */
  readonly decay?: number;
}

/**
 * The share of the average that stays, for each update: none at the first one, from whose weights the average begins, then
 * `decay`. Error: `E_OPTION`.
 */
export function averagingFactors({ decay = 0.999 }: WeightAveraging): StepFactors {
  checkShares({ 'averaging.decay': decay });
  return { count: 1, of: (step) => [step === 1 ? 0 : decay] };
}

/** Both one's numbers and the other's, for each step. */
export function joinFactors(first: StepFactors | undefined, second: StepFactors | undefined): StepFactors | undefined {
  if (!first || !second) return first ?? second;
  return { count: first.count + second.count, of: (step) => [...first.of(step), ...second.of(step)] };
}
