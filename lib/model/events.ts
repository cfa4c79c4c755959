import type { MetricValue } from '../metrics/metric';
import type { ProfileRow } from './profile';
import type { StatisticsRecord } from './statistics';

/** A data set's mean loss and share of correctly classified samples. */
export interface Evaluation {
  /** Of the data alone. */
  readonly loss: number;
  /** On the weights, where some are regularized: what training makes small is `loss + penalty`. */
  readonly penalty?: number;
  /**
   * From 0 to 1; for targets that are no classes, the share of samples whose largest output is the largest target. A single
   * output is a probability, and right where it and its target are both above 0.5, or both not.
   */
  readonly accuracy: number;
  readonly count: number;
  /** By their names, where the model was compiled with metrics. */
  readonly metrics?: Readonly<Record<string, MetricValue>>;
}

/** One finished epoch. Loss, penalty and accuracy are means over the epoch's samples, each measured before the step it belongs to. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  /** Where some weights are regularized; the loss does not hold it. */
  readonly penalty?: number;
  readonly accuracy: number;
  /** Spent on training steps, validation left out. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /** Of the epoch's last update. */
  readonly learningRate: number;
  /** By their names, where the model was compiled with metrics: of all samples, each measured before its step, as the loss. */
  readonly metrics?: Readonly<Record<string, MetricValue>>;
  readonly validation?: Evaluation;
}

/** A look at some samples of the training set, picked at random, in the middle of training: see `FitOptions.evaluation`. */
export interface EvaluationRecord extends Omit<Evaluation, 'metrics'> {
  /** Counted from 1. */
  readonly epoch: number;
  /** Finished steps of the epoch. */
  readonly step: number;
  /** Since the first epoch, each as often as it was seen. */
  readonly samplesSeen: number;
}

/** How a run came to its end: by its last epoch, by its signal, or because nothing got better. */
export type EndReason = 'done' | 'aborted' | 'stoppedEarly';

/**
 * What a training loop says while it runs: plain objects that can be written as JSON, in this order: one `start`; for each
 * epoch some `progress` and `evaluation`, one `epoch`, and `statistics` where they were asked for; a `checkpoint` after each that
 * was written; a `pause` where the run is held, and a `resume` where it goes on; one `end`.
 */
export type TrainingEvent =
  | {
      readonly type: 'start';
      readonly epochs: number;
      readonly batchSize: number;
      readonly samples: number;
      readonly stepsPerEpoch: number;
      readonly parameters: number;
      /** What runs the steps: `native, avx512, 2 threads`. */
      readonly backend: string;
      /** Where the run goes on from a checkpoint: the file, and where it was then. */
      readonly resumed?: { readonly path: string; readonly epoch: number; readonly step: number };
    }
  | {
      readonly type: 'progress';
      readonly epoch: number;
      /** Finished steps of this epoch. */
      readonly step: number;
      readonly steps: number;
      readonly samplesSeen: number;
      readonly samplesPerSecond: number;
      /** Means over the epoch so far. */
      readonly loss: number;
      readonly penalty?: number;
      readonly accuracy: number;
    }
  | ({ readonly type: 'evaluation' } & EvaluationRecord)
  | ({ readonly type: 'epoch' } & EpochRecord)
  | ({ readonly type: 'statistics' } & StatisticsRecord)
  | {
      readonly type: 'checkpoint';
      readonly path: string;
      /** Where a run that takes it up goes on: in this epoch, after so many of its steps. */
      readonly epoch: number;
      readonly step: number;
    }
  | {
      readonly type: 'pause' | 'resume';
      /** Counted from 1. */
      readonly epoch: number;
      /** Finished steps of it. */
      readonly step: number;
    }
  | {
      readonly type: 'end';
      readonly reason: EndReason;
      /** Finished epochs. */
      readonly epochs: number;
      readonly seconds: number;
    };

/** Hears of what happens. A promise that it returns is waited for before training goes on, but for `progress`. */
export type TrainingListener = (event: TrainingEvent) => unknown;

/** What `fit` returns. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  readonly reason: EndReason;
  /** Where `fit` was asked for evaluations. */
  readonly evaluations?: readonly EvaluationRecord[];
  /** The best epoch and its value of what was watched, with `earlyStopping`; missing where no value was a number. */
  readonly best?: { readonly epoch: number; readonly value: number };
  /** Where the time of all steps went, where `fit` was asked to find out. */
  readonly profile?: readonly ProfileRow[];
}
