import type { Schedule } from '../schedules/schedule';
import type { CheckpointKeeper } from './checkpoint-keeper';
import type { StoppingRule } from './early-stopping';
import type { StepContext } from './epoch-request';
import type { Evaluation, TrainingListener } from './events';
import type { Graph } from './graph';
import type { Measured } from './measure';
import type { PauseController } from './pause';
import type { DataRequest } from './runner';
import type { Inspection } from './statistics';

/** What a training loop works with. */
export interface TrainingContext extends StepContext {
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly stopping: StoppingRule | undefined;
  readonly backend: string;
  readonly parameters: number;
  readonly profile: boolean;
  readonly signal: AbortSignal | undefined;
  readonly pause: PauseController | undefined;
  readonly onEvent: TrainingListener;
  /** The metrics of an epoch that has been run. */
  readonly measure: (request: DataRequest) => Measured;
  readonly validate: (() => Promise<Evaluation>) | undefined;
  readonly evaluation: PickedEvaluation | undefined;
  /** What statistics are made of. */
  readonly inspect: (() => Promise<Inspection | undefined>) | undefined;
  readonly graph: Graph;
  readonly frozen: ReadonlySet<string>;
  readonly checkpoints: CheckpointKeeper | undefined;
  /** The checkpoint that the run goes on from. */
  readonly resumedFrom: string | undefined;
}

/** The evaluation of picked samples while training goes on. */
export interface PickedEvaluation {
  /** Training samples from one to the next. */
  readonly every: number;
  /**
   * @param number which one it is, counted from 1: the samples are picked by it
   */
  readonly run: (number: number) => Promise<Evaluation>;
}
