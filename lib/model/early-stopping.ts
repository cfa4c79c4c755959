import { LaminetError } from '../errors';
import { checkAtLeast, checkName } from '../schedules/options';
import type { MonitoredValue } from '../schedules/schedule';
import { checkMonitored } from './monitor';

/** When `fit` stops by itself, before its last epoch. */
export interface EarlyStopping {
  /**
   * What has to get better: a loss lower, an accuracy higher. Default: `validationLoss`; without validation data there is
   * none, and it is `loss`.
   */
  readonly monitor?: MonitoredValue;
  /** After so many epochs in a row without a better value training stops: at least 1. Default: 3. */
  readonly patience?: number;
  /** By how much a value must differ from the best to be better. Default: 0. */
  readonly minDelta?: number;
  /**
   * Whether the model is left as it was after the best epoch, the optimizer's memory included, when `fit` has come to its
   * end, by itself or by the last epoch. A run that its signal stops stays as it is. Default: false.
   */
  readonly restoreBest?: boolean;
}

/** What early stopping remembers between epochs: plain JSON. */
export interface StoppingState {
  /** Null before the first epoch. */
  readonly best: number | null;
  /** 0 before the first epoch. */
  readonly bestEpoch: number;
  /** Epochs in a row without a better value. */
  readonly badEpochs: number;
}

/** The options with their defaults. */
export type StoppingRule = Required<EarlyStopping>;

/** Before the first epoch. */
export const firstStoppingState: StoppingState = { best: null, bestEpoch: 0, badEpochs: 0 };

/**
 * The rule that options mean.
 * @param validates whether epochs are validated
 * Error: `E_OPTION`.
 */
export function toStoppingRule(options: EarlyStopping, validates: boolean): StoppingRule {
  const { monitor = validates ? 'validationLoss' : 'loss', patience = 3, minDelta = 0, restoreBest = false } = options;
  checkName('earlyStopping.monitor', monitor, ['loss', 'accuracy', 'validationLoss', 'validationAccuracy']);
  checkMonitored('earlyStopping', monitor, validates);
  if (!Number.isInteger(patience) || patience < 1) {
    throw new LaminetError(
      'E_OPTION',
      `earlyStopping.patience must be a whole number of at least 1, found ${String(patience)}`,
      { option: 'earlyStopping.patience', found: patience },
    );
  }
  checkAtLeast('earlyStopping.minDelta', minDelta, 0);
  return { monitor, patience, minDelta, restoreBest };
}

/** The state after an epoch with that value of what is watched. A value that is not a number is never better. */
export function nextStoppingState(
  { monitor, minDelta }: StoppingRule,
  { best, bestEpoch, badEpochs }: StoppingState,
  epoch: number,
  value: number,
): StoppingState {
  const gain = monitor === 'accuracy' || monitor === 'validationAccuracy' ? 1 : -1;
  const better = best === null ? !Number.isNaN(value) : gain * (value - best) > minDelta;
  return better ? { best: value, bestEpoch: epoch, badEpochs: 0 } : { best, bestEpoch, badEpochs: badEpochs + 1 };
}
