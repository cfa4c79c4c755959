import type { ScheduleState } from '../schedules/schedule';
import type { FloatArray } from '../tensor/storage';
import type { StoppingState } from './early-stopping';
import type { EpochRecord, EvaluationRecord } from './events';
import type { Snapshot } from './snapshot';

/** What the steps of an epoch have said so far. */
export interface ObservedSteps {
  readonly losses: Float64Array;
  readonly correct: Float64Array;
  readonly penalties?: Float64Array;
  /** For each of the program's results, the rows of the samples so far. */
  readonly results: readonly FloatArray[];
}

/**
 * Where a run is, and everything that the rest of it depends on beside its settings, its data, the parameters and what the
 * optimizer keeps. Nothing else in the loop lives longer than a call of a plan: what goes into a checkpoint is this.
 */
export interface TrainingState {
  /** The epoch under way, or the next one. Counted from 1. */
  epoch: number;
  /** Batches of it that are done; they make whole updates. Random numbers and the order of samples are functions of both. */
  step: number;
  /** Spent on the steps of it. */
  seconds: number;
  /** What its steps have said, where it was begun by a run that ended. */
  observed?: ObservedSteps;
  schedule: ScheduleState | undefined;
  stopping: StoppingState | undefined;
  /** As after the best epoch; kept where it is to be restored. */
  best: Snapshot | undefined;
  readonly epochs: EpochRecord[];
  readonly evaluations: EvaluationRecord[];
}

/** The state of a run that has not begun. */
export function firstState(schedule: ScheduleState | undefined, stopping: StoppingState | undefined): TrainingState {
  return { epoch: 1, step: 0, seconds: 0, schedule, stopping, best: undefined, epochs: [], evaluations: [] };
}
