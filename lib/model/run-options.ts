import type { WeightsChoice } from '../optimizers/averaging';

/** The options of `save`, and of whatever else works with weights. */
export interface WeightsOptions {
  /** Default: `current`. Error: `E_STATE` where no average is kept, or nothing has been trained yet. */
  readonly weights?: WeightsChoice;
}

/** The options of `predict`. */
export interface RunOptions extends WeightsOptions {
  /** Samples a step, no more than there are; no result depends on it but the time. Default: 256. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/** The options of `evaluate`. */
export interface EvaluateOptions extends RunOptions {
  /** What each sample's loss is multiplied by, as in `fit`; accuracy heeds no weights. Default: those of the data set. */
  readonly sampleWeights?: ArrayLike<number>;
}
