import type { AugmentOptions } from '../data/augment';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { WeightsChoice } from '../optimizers/averaging';
import type { CheckpointOptions } from './checkpoint-keeper';
import type { EarlyStopping } from './early-stopping';
import type { TrainingListener } from './events';
import type { PauseController } from './pause';
import type { StatisticsOptions } from './statistics';

/** A look at training samples while an epoch is under way; the numbers come as `evaluation` events and in the history. */
export interface EvaluationOptions {
  /** Training samples from one to the next, counted over all epochs; it comes at the end of an update. */
  readonly every: number;
  /** How many samples are picked at random each time, by the run's seed. Default: 100, or all of fewer. */
  readonly samples?: number;
}

/** The options of `fit`. */
export interface FitOptions {
  /** How often to go through the data. Default: 1. */
  readonly epochs?: number;
  /** Samples a step. The last step of an epoch takes what is left. Default: 32, or all of fewer samples. */
  readonly batchSize?: number;
  /**
   * Makes an update of so many batches' mean gradient over all of their samples, as a batch of them all would; an epoch's last
   * update takes what is left. Schedules count updates. It cannot be more than 1 with sample weights, with class weights that
   * the mean is divided by, or with losses that are summed: what the batches of an update have together is not known of one
   * alone. Default: 1.
   */
  readonly accumulate?: number;
  /**
   * What each sample's loss, and the gradient of it, is multiplied by; 0 leaves a sample out. They do not count in what the
   * sum is divided by to be a mean. Default: those of the data set.
   */
  readonly sampleWeights?: ArrayLike<number>;
  /** Changes images at random as they are used. Default: not. */
  readonly augment?: AugmentOptions;
  /** Evaluated after each epoch, with its own sample weights. */
  readonly validationData?: Dataset;
  /**
   * The part of the data, above 0 and below 1, that is kept for validation instead: the last ones, before anything is
   * shuffled. Default: none.
   */
  readonly validationSplit?: number;
  /** The weights that validation data are evaluated with. Default: `current`. */
  readonly validationWeights?: WeightsChoice;
  /** Whether each epoch goes through the data in a new random order. Default: true. */
  readonly shuffle?: boolean;
  /** Of the orders, and of what is drawn in training (`dropout`, `augment`). Default: the model's seed. */
  readonly seed?: number;
  /** Looks at training samples picked at random while an epoch is under way. Default: never. */
  readonly evaluation?: EvaluationOptions;
  /**
   * Looks at weights, gradients and activations after epochs 1 to 100, each tenth to 1,000, each hundredth after that, and so
   * on; the numbers come as `statistics` events. Default: never.
   */
  readonly statistics?: StatisticsOptions;
  /** Stops when nothing gets better any more, and keeps the best weights. Default: goes through all epochs. */
  readonly earlyStopping?: EarlyStopping;
  /** Writes checkpoints, from which an interrupted run goes on. Default: none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Goes on from a checkpoint, with the same data and options: a file, a folder, of which the newest is taken, or `true` for
   * the folder of `checkpoint`; that may be empty, and the run begins anew. The model is then as if the run had never been
   * interrupted, bit for bit. `epochs` may be others. Default: begins anew.
   */
  readonly resume?: string | true;
  /** Stops after the step under way; the model stays usable, and `fit` returns what is finished. */
  readonly signal?: AbortSignal;
  /** Holds the run between two steps while it is paused. The signal stops a run that is held, too. Default: nothing does. */
  readonly pause?: PauseController;
  /** Whether to measure where the time goes, instruction by instruction: see `History.profile`. Default: false. */
  readonly profile?: boolean;
  /** Hears of everything while it happens. What it throws ends the run. */
  readonly onEvent?: TrainingListener;
}

/** Throws unless a seed can be the key of random numbers. */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new LaminetError('E_OPTION', `seed must be a whole number from 0 to 2^53 - 1, found ${String(seed)}`, { seed });
}

/** Throws unless updates can be made of so many steps; `weighted`: whether samples have shares of their own in their step's loss. */
export function checkAccumulation(accumulate: number, weighted: boolean): void {
  const details = { option: 'accumulate', found: accumulate };
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    const message = `accumulate must be a whole number of at least 1, found ${String(accumulate)}`;
    throw new LaminetError('E_OPTION', message, details);
  }
  if (accumulate > 1 && weighted) {
    const message = `accumulate must be 1 with sample weights, class weights or losses that are summed, found ${accumulate}`;
    throw new LaminetError('E_OPTION', message, details);
  }
}

/** Throws unless a number of epochs can be run. */
export function checkEpochs(epochs: number): void {
  if (!Number.isInteger(epochs) || epochs < 1) {
    throw new LaminetError('E_OPTION', `epochs must be a whole number of at least 1, found ${String(epochs)}`, {
      option: 'epochs',
      found: epochs,
    });
  }
}

/** Evaluation options with their defaults. Error: `E_OPTION`. */
export function checkEvaluation(options: EvaluationOptions, count: number): Required<EvaluationOptions> {
  const { every, samples = Math.min(100, count) } = options;
  const refuse = (option: string, expected: string, found: unknown): never => {
    throw new LaminetError(
      'E_OPTION',
      `evaluation.${option} must be a whole number ${expected}, found ${String(found)}`,
      {
        option: `evaluation.${option}`,
        found,
      },
    );
  };
  if (!Number.isSafeInteger(every) || every < 1) refuse('every', 'of at least 1', every);
  if (!Number.isInteger(samples) || samples < 1 || samples > count) {
    refuse('samples', `from 1 to ${count}, the training samples`, samples);
  }
  return { every, samples };
}

/** What a data set is trained on and what it is validated on. Error: `E_OPTION`. */
export function splitForValidation(
  data: Dataset,
  { validationData, validationSplit }: FitOptions,
): { train: Dataset; validation: Dataset | undefined } {
  if (validationSplit === undefined) return { train: data, validation: validationData };
  const refuse = (message: string): never => {
    throw new LaminetError('E_OPTION', message, { option: 'validationSplit', found: validationSplit });
  };
  if (validationData) refuse('validationSplit must be left out with validationData, found both');
  if (!(validationSplit > 0 && validationSplit < 1)) {
    refuse(`validationSplit must be a number above 0 and below 1, found ${String(validationSplit)}`);
  }
  const kept = Math.round(data.count * (1 - validationSplit));
  if (kept === 0 || kept === data.count) {
    refuse(`validationSplit must leave samples on both sides, found ${validationSplit} of ${data.count} samples`);
  }
  return { train: data.slice(0, kept), validation: data.slice(kept) };
}
