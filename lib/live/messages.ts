import type { Evaluation } from '../model/events';
import type { LoggedEvent } from '../run/read-events';
import type { RunConfig, RunStatus } from '../run/run-record';

/** What the page may do with the training of its process. */
export type ControlState = 'training' | 'paused' | 'stopping' | 'idle';

/** What the server tells the live page, as JSON. */
export type LiveMessage =
  | {
      /** A run is there; where it was known already, it begins anew. */
      readonly type: 'run';
      readonly run: string;
      /** For a person. */
      readonly name: string;
      readonly config: RunConfig;
    }
  | { readonly type: 'event'; readonly run: string; readonly event: LoggedEvent }
  | {
      /** How a run stands, by its history. */
      readonly type: 'status';
      readonly run: string;
      readonly status: RunStatus;
      readonly test?: Evaluation;
      readonly failure?: string;
    }
  | { readonly type: 'controls'; readonly state: ControlState; readonly epochs: number }
  /** The process ends: nothing comes any more. */
  | { readonly type: 'bye' };

/** What the page asks for. */
export type ControlAction =
  | { readonly action: 'pause' | 'resume' | 'stop' }
  | {
      readonly action: 'train';
      readonly epochs: number;
      /** Whether with the weights of the run before; otherwise with first weights. */
      readonly goOn: boolean;
    };
