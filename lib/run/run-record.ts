import type { EpochRecord, Evaluation } from '../model/events';
import type { Machine } from './machine';

/** Everything that repeats a run: `config.json`. */
export interface RunConfig {
  /** The version of the library. */
  readonly laminet: string;
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
  readonly network: string;
  /** The run folder whose weights it began with; missing where it began with first weights. */
  readonly startedFrom?: string;
  readonly data: RunData;
  readonly loss: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seed: number;
  /** The share of the training set, its last images, that is kept for validation; missing where there is none. */
  readonly validation?: number;
  /** How often some images of the training set are picked and measured while an epoch is under way, and how many. */
  readonly evaluation?: { readonly every: number; readonly samples: number };
  /** After so many epochs without a better loss the run was to stop, and to take the best weights. */
  readonly patience?: number;
  /** What ran the steps: `native, avx512, 2 threads`. The results do not depend on it within a backend. */
  readonly backend: string;
  /** What it ran on; runs of older versions do not say. */
  readonly machine?: Machine;
}

/** What a run was trained on. */
export interface RunData {
  /** The folder of the data, or null for the digits that come with the library. */
  readonly folder: string | null;
  readonly train: DataSummary;
  readonly test: DataSummary;
}

/** A data set in a line. */
export interface DataSummary {
  readonly name: string;
  readonly count: number;
}

/** How a run ended; `running` where it was cut off, `stoppedEarly` where nothing got better any more. */
export type RunStatus = 'running' | 'done' | 'stoppedEarly' | 'aborted' | 'diverged';

/** What happened in a run: `history.json`. */
export interface RunHistory {
  readonly status: RunStatus;
  /** One record an epoch. */
  readonly epochs: readonly EpochRecord[];
  /** Loss and accuracy on the test set at the end. */
  readonly test?: Evaluation;
  /** The best epoch, whose weights the run was left with, and its loss; where the run had a `patience`. */
  readonly best?: { readonly epoch: number; readonly value: number };
  /** Why the run diverged, in a sentence. */
  readonly failure?: string;
}

/** The files of a run folder; `checkpoints` is a folder. */
export const RUN_FILES = {
  config: 'config.json',
  history: 'history.json',
  events: 'events.jsonl',
  checkpoints: 'checkpoints',
  weights: 'model.safetensors',
  curves: 'curves.svg',
  curvesImage: 'curves.png',
  report: 'report.html',
} as const;

/** A value as the text of a JSON file. */
export function toJson(value: RunConfig | RunHistory): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
