import { cosineOfPi } from '../tensor/elementary';
import { checkAtLeast, checkPositive, describeOptions, toSteps, toUnit, type UnitOption } from './options';
import type { Schedule } from './schedule';

/** From 1 to 0 along half a cosine, while `share` goes from 0 to 1. */
const halfCosine = (share: number): number => (1 + cosineOfPi(share)) / 2;

/** The options of {@link cosineDecay}. */
export interface CosineDecayOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** When `minimum` is reached. */
  readonly duration: number;
  /** Default: 0. */
  readonly minimum?: number;
  /** Whether the rate rises again behind `duration`, and falls, and rises. Default: false, it stays at `minimum`. */
  readonly oscillate?: boolean;
}

/**
 * `minimum + (learningRate - minimum) * (1 + cos(pi * t / duration)) / 2`. Error: `E_OPTION`.
 * Source: Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", equation 5. As Keras's
 * CosineDecay; with `oscillate`, as PyTorch's CosineAnnealingLR (there `T_max`, `eta_min`).
 *
 * @example
 * cosineDecay({ learningRate: 0.1, duration: 20 });
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { learningRate, duration, minimum = 0, oscillate = false } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('duration', duration);
  checkAtLeast('minimum', minimum, 0);
  return {
    name: 'cosineDecay',
    config: describeOptions('cosineDecay', options),
    rate: (step, stepsPerEpoch) => {
      const share = step / toSteps(duration, unit, stepsPerEpoch);
      return minimum + (learningRate - minimum) * halfCosine(oscillate ? share : Math.min(1, share));
    },
  };
}

/** The options of {@link cosineRestarts}. */
export interface CosineRestartsOptions extends UnitOption {
  /** The first rate. */
  readonly learningRate: number;
  /** Of the first cycle. */
  readonly duration: number;
  /** How many times as long as the one before it each cycle is. At least 1. Default: 1. */
  readonly durationFactor?: number;
  /** Each cycle begins with this times the rate that the one before it began with. Default: 1. */
  readonly peakFactor?: number;
  /** What each cycle falls to. Default: 0. */
  readonly minimum?: number;
}

/**
 * {@link cosineDecay} in cycles: at the end of each the rate jumps up and a longer cycle begins. In cycle n,
 * `minimum + (learningRate * peakFactor^n - minimum) * (1 + cos(pi * t / (duration * durationFactor^n))) / 2`, t being
 * counted from the cycle's begin. Error: `E_OPTION`.
 * Source: Loshchilov and Hutter 2017, section 3. As PyTorch's CosineAnnealingWarmRestarts (there `T_0`, `T_mult`,
 * `eta_min`) and Keras's CosineDecayRestarts (`first_decay_steps`, `t_mul`, `m_mul`).
 *
 * @example
 * cosineRestarts({ learningRate: 0.1, duration: 5, durationFactor: 2 });
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const { learningRate, duration, durationFactor = 1, peakFactor = 1, minimum = 0 } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('duration', duration);
  checkAtLeast('durationFactor', durationFactor, 1);
  checkPositive('peakFactor', peakFactor);
  checkAtLeast('minimum', minimum, 0);
  return {
    name: 'cosineRestarts',
    config: describeOptions('cosineRestarts', options),
    rate: (step, stepsPerEpoch) => {
      let length = toSteps(duration, unit, stepsPerEpoch);
      let time = step;
      let peak = learningRate;
      for (; time >= length; length *= durationFactor) {
        time -= length;
        peak *= peakFactor;
      }
      return minimum + (peak - minimum) * halfCosine(time / length);
    },
  };
}
