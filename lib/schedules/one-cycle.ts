import { cosineOfPi } from '../tensor/elementary';
import { checkFraction, checkName, checkPositive, describeOptions, toSteps, toUnit, type UnitOption } from './options';
import type { Schedule } from './schedule';

/** The options of {@link oneCycle}. */
export interface OneCycleOptions extends UnitOption {
  /** The highest rate. */
  readonly learningRate: number;
  /** Of the whole cycle; behind it the rate stays what it was at its last step. */
  readonly duration: number;
  /** The part of the duration in which the rate rises. Default: 0.3. */
  readonly riseFraction?: number;
  /** The first rate is the highest divided by this. Default: 25. */
  readonly startDivisor?: number;
  /** The last rate is the first divided by this. Default: 10,000. */
  readonly endDivisor?: number;
  /** How the rate goes from one to the other: along half a cosine or a line. Default: `cosine`. */
  readonly shape?: 'cosine' | 'linear';
}

/**
 * One rise from a low rate to a high one, and a fall to almost nothing. With T steps in all, the rise ends at step
 * `riseFraction * T - 1` and the fall at step T - 1; from a to b, at share p of the way, the rate is
 * `b + (a - b) * (1 + cos(pi * p)) / 2` or `a + (b - a) * p`. Error: `E_OPTION`.
 * Source: Smith and Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates", in
 * the two phases of PyTorch's OneCycleLR (there `max_lr`, `pct_start`, `div_factor`, `final_div_factor`).
 *
 * @example
 * oneCycle({ learningRate: 0.1, duration: 20 });
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { learningRate, duration, riseFraction = 0.3, startDivisor = 25, endDivisor = 1e4, shape = 'cosine' } = options;
  const unit = toUnit(options.unit);
  checkPositive('learningRate', learningRate);
  checkPositive('duration', duration);
  checkFraction('riseFraction', riseFraction);
  checkPositive('startDivisor', startDivisor);
  checkPositive('endDivisor', endDivisor);
  checkName('shape', shape, ['cosine', 'linear']);
  const first = learningRate / startDivisor;
  const last = first / endDivisor;
  const between = (from: number, to: number, share: number): number =>
    shape === 'cosine' ? to + ((from - to) * (1 + cosineOfPi(share))) / 2 : from + (to - from) * share;

  return {
    name: 'oneCycle',
    config: describeOptions('oneCycle', options),
    rate: (step, stepsPerEpoch) => {
      const steps = toSteps(duration, unit, stepsPerEpoch);
      const peak = riseFraction * steps - 1;
      if (step < peak) return between(first, learningRate, step / peak);
      return between(learningRate, last, Math.min(1, (step - peak) / (steps - 1 - peak)));
    },
  };
}
