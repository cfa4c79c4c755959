import type { UpdateAttributes, UpdateOp } from '../ops/update';
import type { LearningRate } from '../schedules/schedule';

/** Numbers that an update is given for each step beside the learning rate, such as corrections of a bias. */
export interface StepFactors {
  /** How many there are a step. */
  readonly count: number;
  /**
   * Those of a step: finite numbers, a function of the arguments alone.
   * @param step counted from 1 over the life of the optimizer's state
   */
  of(step: number, learningRate: number): readonly number[];
}

/** How gradients change the parameters. */
export interface Optimizer {
  readonly name: string;
  /** The factor on the gradient, or a schedule of it. */
  readonly learningRate: LearningRate;
  /** The update instruction, emitted once a parameter, and what it is told. */
  readonly op: UpdateOp;
  readonly attributes: UpdateAttributes;
  /** The names of what is kept of each parameter from step to step; it begins with zeros. */
  readonly state: readonly string[];
  readonly factors?: StepFactors;
}

/** The options that every optimizer has. */
export interface OptimizerOptions {
  /** A number, or a schedule such as `cosineDecay`. */
  readonly learningRate?: LearningRate;
}

/** The factors of steps that follow each other, of which `first` is the first one's number; each has a rate. */
export function stepFactors({ factors }: Optimizer, first: number, rates: Float64Array): Float64Array {
  if (!factors) return new Float64Array(0);
  const { count } = factors;
  const all = new Float64Array(rates.length * count);
  for (const [index, rate] of rates.entries()) all.set(factors.of(first + index, rate), index * count);
  return all;
}
