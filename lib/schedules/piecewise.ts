import { LaminetError } from '../errors';
import { power } from '../tensor/elementary';
import { checkGrowing, checkPositive, describeOptions, toSteps, toUnit, type UnitOption } from './options';
import type { Schedule } from './schedule';

/**
 * The same rate at every step, where a schedule is wanted; elsewhere the number itself does.
 *
 * @example
 * constantRate(0.1);
 */
export function constantRate(learningRate: number): Schedule {
  checkPositive('learningRate', learningRate);
  const config = { name: 'constantRate', learningRate };
  return { name: 'constantRate', config, rate: () => learningRate };
}

/** The options of {@link stepDecay}. */
export interface StepDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** After this long the rate is multiplied by `factor`, and again and again. */
  readonly every: number;
  /** Default: 0.1. */
  readonly factor?: number;
}

/**
 * `learningRate * factor^floor(t / every)`. Error: `E_OPTION`.
 * As PyTorch's StepLR (there `step_size`, `gamma`).
 *
 * @example
 * stepDecay({ learningRate: 0.1, every: 10 });
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { learningRate, every, factor = 0.1 } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('every', every);
  checkPositive('factor', factor);
  return {
    name: 'stepDecay',
    config: describeOptions('stepDecay', options),
    rate: (step, stepsPerEpoch) => learningRate * power(factor, Math.floor(step / toSteps(every, unit, stepsPerEpoch))),
  };
}

/** The options of {@link multiStepDecay}. */
export interface MultiStepDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** When the rate is multiplied by `factor`: growing numbers. */
  readonly milestones: readonly number[];
  /** Default: 0.1. */
  readonly factor?: number;
}

/**
 * `learningRate * factor^n`, n being the number of milestones that t has reached. Error: `E_OPTION`.
 * As PyTorch's MultiStepLR (there `gamma`).
 *
 * @example
 * multiStepDecay({ learningRate: 0.1, milestones: [10, 15] });
 */
export function multiStepDecay(options: MultiStepDecayOptions): Schedule {
  const { learningRate, factor = 0.1 } = options;
  const milestones = [...options.milestones];
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkGrowing('milestones', milestones);
  checkPositive('factor', factor);
  return {
    name: 'multiStepDecay',
    config: describeOptions('multiStepDecay', options),
    rate: (step, stepsPerEpoch) => {
      let reached = 0;
      for (const milestone of milestones) if (step >= toSteps(milestone, unit, stepsPerEpoch)) reached += 1;
      return learningRate * power(factor, reached);
    },
  };
}

/** The options of {@link piecewiseConstant}. */
export interface PiecewiseConstantOptions extends UnitOption {
  /** When the next of the rates begins: growing numbers. */
  readonly boundaries: readonly number[];
  /** One more than there are boundaries. */
  readonly learningRates: readonly number[];
}

/**
 * One rate until the first boundary, another from it on, and so forth: `learningRates[n]`, n being the number of boundaries
 * that t has reached. Error: `E_OPTION`. (Keras's PiecewiseConstantDecay still has the old rate at a boundary itself.)
 *
 * @example
 * piecewiseConstant({ boundaries: [10, 15], learningRates: [0.1, 0.01, 0.001] });
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const boundaries = [...options.boundaries];
  const learningRates = [...options.learningRates];
  const unit = toUnit(options.unit);
  checkGrowing('boundaries', boundaries);
  for (const learningRate of learningRates) checkPositive('every one of learningRates', learningRate);
  if (learningRates.length !== boundaries.length + 1) {
    throw new LaminetError(
      'E_OPTION',
      `learningRates must be one more than the ${boundaries.length} boundaries, found ${learningRates.length}`,
      { option: 'learningRates', found: learningRates.length, expected: boundaries.length + 1 },
    );
  }
  return {
    name: 'piecewiseConstant',
    config: describeOptions('piecewiseConstant', options),
    rate: (step, stepsPerEpoch) => {
      let reached = 0;
      for (const boundary of boundaries) if (step >= toSteps(boundary, unit, stepsPerEpoch)) reached += 1;
      return learningRates[reached] as number;
    },
  };
}
