import type { UpdateAttributes, UpdateOp } from '../ops/update';
import type { LearningRate, ScheduleDescription } from '../schedules/schedule';
import type { GroupOptions, ParameterGroup, TrainedParameter } from './groups';

/** How an optimizer updates one parameter. */
export interface UpdateRule {
  /** The update instruction, and what it is told. */
  readonly op: UpdateOp;
  readonly attributes: UpdateAttributes;
  /** The names of what is kept of the parameter from step to step; it begins with zeros. */
  readonly state: readonly string[];
}

/** Numbers that updates are given for each step beside the learning rate, such as corrections of a bias. */
export interface StepFactors {
  /** How many there are a step. */
  readonly count: number;
  /**
   * Those of a step: finite numbers, a function of the step alone.
   * @param step counted from 1 over the life of the optimizer's state
   */
  of(step: number): readonly number[];
}

/** An optimizer's name with its options, as JSON. */
export interface OptimizerDescription {
  readonly name: string;
  readonly learningRate?: number | ScheduleDescription;
  readonly [option: string]: unknown;
}

/** How gradients change the parameters. */
export interface Optimizer {
  readonly name: string;
  /** The factor on the gradient, or a schedule of it. */
  readonly learningRate: LearningRate;
  /** The groups that parameters are treated by, in their order. */
  readonly groups: readonly ParameterGroup[];
  /** By which rule and with which numbers a parameter is updated. */
  ruleFor(parameter: TrainedParameter): UpdateRule;
  readonly factors?: StepFactors;
  /** What files keep, to make it again; missing for optimizers, or schedules, of your own. */
  readonly config?: OptimizerDescription;
}

/** The options that every optimizer has. */
export interface OptimizerOptions extends GroupOptions {
  /** A number, or a schedule such as `cosineDecay`. */
  readonly learningRate?: LearningRate;
}

/** The factors of `count` steps that follow each other, of which `first` is the first one's number. */
export function stepFactors(factors: StepFactors, first: number, count: number): Float64Array {
  const all = new Float64Array(count * factors.count);
  for (let index = 0; index < count; index++) all.set(factors.of(first + index), index * factors.count);
  return all;
}
