import type { Program } from '../ops/program';
import type { FloatArray, Precision } from '../tensor/storage';

/** The backends by name. */
export type BackendName = 'native' | 'reference';

/** How a program is to be run. */
export interface PlanOptions {
  readonly precision: Precision;
  /** Threads that work on a step, the caller's own not counted unless the run is synchronous. */
  readonly threads: number;
}

/** Places in {@link RunRequest.control}. */
export const Control = {
  /** The caller sets it to 1 to have the run end after the step under way. */
  stop: 0,
  /** The backend counts finished steps here. */
  steps: 1,
} as const;

/** How a run ended. `diverged`: the loss of step `steps` was infinite or not a number, and its update was not made. */
export type RunStatus = 'done' | 'stopped' | 'diverged';

/** What a run did. */
export interface RunOutcome {
  readonly status: RunStatus;
  /** Finished steps. */
  readonly steps: number;
}

/**
 * One run: many steps over the samples that `order` names, `program.batchSize` at a time, the last step with what is left.
 * Everything is the model's or the loop's memory; nothing is written but what is said here.
 */
export interface RunRequest {
  /** The flat parameter buffer; a training program writes it. */
  readonly parameters: FloatArray;
  /** As long as `parameters`; a training program leaves the last step's gradients here. */
  readonly gradients: FloatArray;
  /** All samples of the data set, one after another. */
  readonly samples: Uint8Array | FloatArray;
  /** A class number a sample, or a row of numbers a sample; missing where the program takes none. */
  readonly targets?: Int32Array | FloatArray;
  /**
   * One for each entry of `order`: what its loss, and the gradient of it, is multiplied by in the sum that is its step's loss.
   * 0 leaves an entry out, whatever its numbers are. Missing where the program is not weighted: a step's loss is the mean of
   * its samples' then.
   */
  readonly weights?: FloatArray;
  /** The samples to take, in this order. */
  readonly order: Uint32Array;
  /** One an update: one in `program.stepsPerUpdate` steps, and for what is left of them. Missing where the program does not train. */
  readonly learningRates?: Float64Array;
  /**
   * What the optimizer keeps: the program's state slots one behind the other, each as long as `parameters`; a training
   * program writes it. Missing where there are none.
   */
  readonly state?: FloatArray;
  /** The program's step factors, for one update after the other. Missing where there are none. */
  readonly factors?: Float64Array;
  /** The key of the random numbers that layers draw, a whole number from 0 to 2^53 - 1. Default: 0. */
  readonly seed?: number;
  /**
   * Steps of training that were made before this run, from 0 to 2^53 - 1: the run's step i draws the random numbers of step
   * `stepsBefore + i`, so that one that goes on where another ended draws what the other would have drawn. Default: 0.
   */
  readonly stepsBefore?: number;
  /**
   * Epochs that came before, from 0 to 2^53 - 1: what changes from epoch to epoch (alternating flips) goes by it. Default: 0.
   */
  readonly epoch?: number;
  /** One a step: receives its loss. */
  readonly losses: Float64Array;
  /** One a step: receives the number of correctly classified samples. */
  readonly correct: Float64Array;
  /** One a step: receives the penalty on the weights. Missing where the program has none. */
  readonly penalties?: Float64Array;
  /** One for each of the program's results: receives a row for each entry of `order`. */
  readonly results: readonly FloatArray[];
  /**
   * Where the run adds up the seconds spent in each instruction, over all threads; then those in the update as a whole and
   * those of waiting for each other. Two longer than the program; leave it out where nobody asks.
   */
  readonly profile?: Float64Array;
  /**
   * A number above 0 that is another whenever the parameters are others: a backend may keep what it made of them for the
   * next run. Leave it out where that cannot be known.
   */
  readonly version?: number;
  /** Shared, of two numbers; see {@link Control}. */
  readonly control: Int32Array;
}

/** A program, ready to run. A plan runs one request at a time. */
export interface Plan {
  /** Runs off the event loop (native) or in turns with it (reference). `onProgress` hears of finished steps now and then. */
  run(request: RunRequest, onProgress?: (steps: number) => void): Promise<RunOutcome>;
  /** Runs on the calling thread and returns when all is done. */
  runSync(request: RunRequest): RunOutcome;
  /** Bytes of working memory, beyond parameters, gradients and data. */
  readonly workingBytes: number;
  dispose(): void;
}

/** Turns programs into plans. */
export interface Backend {
  readonly name: BackendName;
  /** A sentence about what runs: `native, avx512` or `reference`. */
  readonly description: string;
  plan(program: Program, options: PlanOptions): Plan;
}
