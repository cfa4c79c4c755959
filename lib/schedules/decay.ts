import { power } from '../tensor/elementary';
import { checkAtLeast, checkPositive, describeOptions, toSteps, toUnit, type UnitOption } from './options';
import type { Schedule } from './schedule';

/** The options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** What the rate is multiplied by over one `duration`. */
  readonly factor: number;
  /** Default: 1. */
  readonly duration?: number;
  /** Whether the rate stays the same within each duration. Default: false. */
  readonly staircase?: boolean;
}

/**
 * `learningRate * factor^(t / duration)`; with `staircase`, the exponent is rounded down. Error: `E_OPTION`.
 * As Keras's ExponentialDecay (there `decay_rate`, `decay_steps`) and, at whole epochs, PyTorch's ExponentialLR (`gamma`).
 *
 * @example
 * exponentialDecay({ learningRate: 0.1, factor: 0.9 });
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { learningRate, factor, duration = 1, staircase = false } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('factor', factor);
  checkPositive('duration', duration);
  return {
    name: 'exponentialDecay',
    config: describeOptions('exponentialDecay', options),
    rate: (step, stepsPerEpoch) => {
      const exponent = step / toSteps(duration, unit, stepsPerEpoch);
      return learningRate * power(factor, staircase ? Math.floor(exponent) : exponent);
    },
  };
}

/** The options of {@link inverseTimeDecay}. */
export interface InverseTimeDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** How much is added to the divisor over one `duration`. */
  readonly decay: number;
  /** Default: 1. */
  readonly duration?: number;
  /** Whether the rate stays the same within each duration. Default: false. */
  readonly staircase?: boolean;
}

/**
 * `learningRate / (1 + decay * t / duration)`; with `staircase`, t / duration is rounded down. Error: `E_OPTION`.
 * As Keras's InverseTimeDecay (there `decay_rate`, `decay_steps`). The sums of such rates grow without bound and those of
 * their squares do not, which is what Robbins and Monro 1951, "A stochastic approximation method", ask for.
 *
 * @example
 * inverseTimeDecay({ learningRate: 0.1, decay: 0.5 });
 */
export function inverseTimeDecay(options: InverseTimeDecayOptions): Schedule {
  const { learningRate, decay, duration = 1, staircase = false } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('decay', decay);
  checkPositive('duration', duration);
  return {
    name: 'inverseTimeDecay',
    config: describeOptions('inverseTimeDecay', options),
    rate: (step, stepsPerEpoch) => {
      const time = step / toSteps(duration, unit, stepsPerEpoch);
      return learningRate / (1 + decay * (staircase ? Math.floor(time) : time));
    },
  };
}

/** The options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** When `minimum` is reached; the rate stays there. */
  readonly duration: number;
  /** 1 is a straight line. Default: 1. */
  readonly power?: number;
  /** Default: 0. */
  readonly minimum?: number;
}

/**
 * `minimum + (learningRate - minimum) * (1 - min(t, duration) / duration)^power`. Error: `E_OPTION`.
 * As Keras's PolynomialDecay (there `end_learning_rate`, `decay_steps`) and PyTorch's PolynomialLR (`total_iters`).
 *
 * @example
 * polynomialDecay({ learningRate: 0.1, duration: 20 });
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const { learningRate, duration, power: exponent = 1, minimum = 0 } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('duration', duration);
  checkPositive('power', exponent);
  checkAtLeast('minimum', minimum, 0);
  return {
    name: 'polynomialDecay',
    config: describeOptions('polynomialDecay', options),
    rate: (step, stepsPerEpoch) => {
      const left = Math.max(0, 1 - step / toSteps(duration, unit, stepsPerEpoch));
      return minimum + (learningRate - minimum) * power(left, exponent);
    },
  };
}
