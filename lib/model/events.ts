import type { MetricValue } from '../metrics/metric';
import type { ProfileRow } from './profile';

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

/**
 * What a training loop says while it runs: plain objects, in this order: one `start`, for each epoch some `progress` and
 * one `epoch`, one `end`.
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
  | ({ readonly type: 'epoch' } & EpochRecord)
  | {
      readonly type: 'end';
      readonly reason: 'done' | 'aborted';
      /** Finished epochs. */
      readonly epochs: number;
      readonly seconds: number;
    };

/** What `fit` returns. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  readonly reason: 'done' | 'aborted';
  /** Where the time of all steps went, where `fit` was asked to find out. */
  readonly profile?: readonly ProfileRow[];
}
