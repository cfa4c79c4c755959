import { LaminetError } from '../errors';
import { checkPositive, describeOptions, toSteps, toUnit, type UnitOption } from './options';
import { checkLearningRate, describeRate, type LearningRate, type Schedule, toSchedule } from './schedule';

/** The options of {@link linearWarmup}. */
export interface LinearWarmupOptions extends UnitOption {
  /** What comes after: a constant rate, or a schedule, which then begins with its own step 0. */
  readonly learningRate: LearningRate;
  /** How long the rate rises. */
  readonly duration: number;
  /** The part of the first full rate at which the rise begins, from 0 to 1. Default: 0. */
  readonly startFactor?: number;
}

/**
 * A rise in front of a rate or of any other schedule:
 * `first * (startFactor + (1 - startFactor) * t / duration)` for t below `duration`, `first` being the rate with which what
 * comes after begins. Error: `E_OPTION`.
 *
 *     linearWarmup({ duration: 1, learningRate: cosineDecay({ learningRate: 0.1, duration: 9 }) })
 *
 * Source: Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.2 (gradual warmup). With a number, as PyTorch's
 * LinearLR (there `start_factor`, `total_iters`). With a `startFactor` of 0, the very first step changes nothing.
 *
 * @example
 * linearWarmup({ learningRate: cosineDecay({ learningRate: 0.1, duration: 20 }), duration: 2 });
 */
export function linearWarmup(options: LinearWarmupOptions): Schedule {
  const { learningRate, duration, startFactor = 0 } = options;
  const unit = toUnit(options.unit);
  checkLearningRate(learningRate);
  checkPositive('duration', duration);
  if (!(startFactor >= 0 && startFactor <= 1)) {
    throw new LaminetError('E_OPTION', `startFactor must be a number from 0 to 1, found ${String(startFactor)}`, {
      option: 'startFactor',
      found: startFactor,
    });
  }
  const after = toSchedule(learningRate);
  const described = describeRate(learningRate);
  return {
    name: 'linearWarmup',
    ...(described !== undefined && {
      config: describeOptions('linearWarmup', { ...options, learningRate: described }),
    }),
    rate: (step, stepsPerEpoch, state) => {
      const rise = toSteps(duration, unit, stepsPerEpoch);
      if (step >= rise) return after.rate(step - rise, stepsPerEpoch, state);
      return after.rate(0, stepsPerEpoch, state) * (startFactor + ((1 - startFactor) * step) / rise);
    },
    ...(after.feedback && { feedback: after.feedback }),
  };
}
