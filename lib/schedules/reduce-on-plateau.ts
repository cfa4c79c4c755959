import { LaminetError } from '../errors';
import { checkAtLeast, checkFraction, checkName, checkPositive, checkWhole, describeOptions } from './options';
import type { MonitoredValue, Schedule, ScheduleState } from './schedule';

/** The options of {@link reduceOnPlateau}. */
export interface ReduceOnPlateauOptions {
  /** The first rate. */
  readonly learningRate: number;
  /** What has to get better: a loss lower, an accuracy higher. Default: `validationLoss`, which needs `validationData`. */
  readonly monitor?: MonitoredValue;
  /** What the rate is multiplied by. Default: 0.1. */
  readonly factor?: number;
  /** How many epochs in a row without a better value are borne; the next one reduces the rate. Default: 10. */
  readonly patience?: number;
  /** How much better than the best a value must be to count. Default: 0.0001. */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best value or a difference from it. Default: `relative`. */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** For how many epochs after a reduction none is counted. Default: 0. */
  readonly cooldown?: number;
  /** The rate is never reduced below this. Default: 0. */
  readonly minimum?: number;
}

interface PlateauState extends ScheduleState {
  readonly rate: number;
  /** Null before the first epoch. */
  readonly best: number | null;
  /** Epochs in a row without a better value. */
  readonly badEpochs: number;
  /** Epochs for which none is counted yet. */
  readonly coolingEpochs: number;
}

/** A state that may come from a file. */
function readState(state: ScheduleState | undefined): PlateauState {
  const { rate, best, badEpochs, coolingEpochs } = state ?? {};
  if (
    typeof rate !== 'number' ||
    (typeof best !== 'number' && best !== null) ||
    typeof badEpochs !== 'number' ||
    typeof coolingEpochs !== 'number'
  ) {
    throw new LaminetError(
      'E_FORMAT',
      `the state of reduceOnPlateau must hold the numbers rate, best, badEpochs and coolingEpochs, found ${JSON.stringify(state)}`,
      { state },
    );
  }
  return { rate, best, badEpochs, coolingEpochs };
}

/**
 * A rate that is multiplied by `factor` where the monitored value has stopped getting better: after more than `patience`
 * epochs in a row none of which was better than the best by `threshold` (for a loss, below `best * (1 - threshold)` or
 * `best - threshold`; for an accuracy, above `best * (1 + threshold)` or `best + threshold`). A value that is not a number
 * is never better. Errors: `E_OPTION`; `E_FORMAT` for a state that is not its own.
 *
 * As PyTorch's ReduceLROnPlateau, rule for rule, but that a reduction may be as small as it likes (there `eps`).
 *
 * @example
 * reduceOnPlateau({ learningRate: 0.1, patience: 3 });
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): Schedule {
  const {
    learningRate,
    monitor = 'validationLoss',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    thresholdMode = 'relative',
    cooldown = 0,
    minimum = 0,
  } = options;
  checkPositive('learningRate', learningRate);
  checkName('monitor', monitor, ['loss', 'accuracy', 'validationLoss', 'validationAccuracy']);
  checkFraction('factor', factor);
  checkWhole('patience', patience);
  checkAtLeast('threshold', threshold, 0);
  checkName('thresholdMode', thresholdMode, ['relative', 'absolute']);
  checkWhole('cooldown', cooldown);
  checkAtLeast('minimum', minimum, 0);
  const sign = monitor === 'accuracy' || monitor === 'validationAccuracy' ? 1 : -1;

  const isBetter = (value: number, best: number | null): boolean => {
    if (best === null) return !Number.isNaN(value);
    const needed = thresholdMode === 'relative' ? best * (1 + sign * threshold) : best + sign * threshold;
    return sign > 0 ? value > needed : value < needed;
  };

  const next = (previous: ScheduleState, value: number): PlateauState => {
    const { rate, best, badEpochs, coolingEpochs } = readState(previous);
    const better = isBetter(value, best);
    const cooling = coolingEpochs > 0;
    const bad = better || cooling ? 0 : badEpochs + 1;
    const known = { best: better ? value : best, coolingEpochs: Math.max(0, coolingEpochs - 1) };
    if (bad <= patience) return { ...known, rate, badEpochs: bad };
    // A first rate below the minimum stays what it is.
    const reduced = Math.min(rate, Math.max(rate * factor, minimum));
    return { ...known, rate: reduced, badEpochs: 0, coolingEpochs: cooldown };
  };

  return {
    name: 'reduceOnPlateau',
    config: describeOptions('reduceOnPlateau', options),
    rate: (_step, _stepsPerEpoch, state) => readState(state).rate,
    feedback: {
      monitor,
      initialState: { rate: learningRate, best: null, badEpochs: 0, coolingEpochs: 0 } satisfies PlateauState,
      next,
    },
  };
}
