import { LaminetError } from '../errors';
import type { ObservedSteps, TrainingState } from './training-state';

/** Where and how often `fit` writes checkpoints, from which an interrupted run goes on. One of the three intervals. */
export interface CheckpointOptions {
  /** The checkpoints' own folder; made where it is not there. One run at a time may write to it. */
  readonly folder: string;
  /** So many batches from one to the next; with `accumulate`, the first end of an update from there on. */
  readonly everySteps?: number;
  /** So many epochs from one to the next. Default: 1, where no other interval is given. */
  readonly everyEpochs?: number;
  /** About so many seconds from one to the next. */
  readonly everySeconds?: number;
  /** How many checkpoints stay; older ones are removed. Default: 3. */
  readonly keep?: number;
}

/** From one checkpoint to the next. */
export interface CheckpointInterval {
  readonly unit: 'steps' | 'epochs' | 'seconds';
  readonly length: number;
}

function refuse(option: string, expected: string, found: unknown): never {
  throw new LaminetError('E_OPTION', `checkpoint.${option} must be ${expected}, found ${JSON.stringify(found)}`, {
    option: `checkpoint.${option}`,
    found,
  });
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

/** The interval and the number of files that options mean. Error: `E_OPTION`. */
export function toInterval(options: CheckpointOptions): { interval: CheckpointInterval; kept: number } {
  const { folder, everySteps, everyEpochs, everySeconds, keep = 3 } = options;
  if (typeof folder !== 'string' || folder === '') refuse('folder', 'the path of a folder', folder);
  if (!isWhole(keep)) refuse('keep', 'a whole number of at least 1', keep);
  const given = Object.entries({ everySteps, everyEpochs, everySeconds }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name);
    throw new LaminetError('E_OPTION', `checkpoint takes one interval, found ${names.join(' and ')}`, {
      option: 'checkpoint',
      found: names,
    });
  }
  if (everySteps !== undefined && !isWhole(everySteps))
    refuse('everySteps', 'a whole number of at least 1', everySteps);
  if (everyEpochs !== undefined && !isWhole(everyEpochs)) {
    refuse('everyEpochs', 'a whole number of at least 1', everyEpochs);
  }
  if (everySeconds !== undefined && !(Number.isFinite(everySeconds) && everySeconds > 0)) {
    refuse('everySeconds', 'a finite number above 0', everySeconds);
  }
  if (everySteps !== undefined) return { interval: { unit: 'steps', length: everySteps }, kept: keep };
  if (everySeconds !== undefined) return { interval: { unit: 'seconds', length: everySeconds }, kept: keep };
  return { interval: { unit: 'epochs', length: everyEpochs ?? 1 }, kept: keep };
}

/** Writes a checkpoint. */
export type CheckpointWriter = (
  state: TrainingState,
  steps: number,
  observed: ObservedSteps | undefined,
) => Promise<string>;

/** Says when a checkpoint is due, and has it written. Steps are those since the run's first epoch. */
export class CheckpointKeeper {
  readonly #interval: CheckpointInterval;
  readonly #write: CheckpointWriter;
  readonly #now: () => number;
  /** The steps and the time of the last checkpoint. */
  #last: { readonly steps: number; readonly seconds: number };
  #pace: number | undefined;

  /**
   * @param steps where the run begins: 0, or where the checkpoint was made that it goes on from
   * @param now seconds, from any moment on
   */
  constructor(
    interval: CheckpointInterval,
    write: CheckpointWriter,
    steps: number,
    now: () => number = () => performance.now() / 1000,
  ) {
    this.#interval = interval;
    this.#write = write;
    this.#now = now;
    this.#last = { steps, seconds: now() };
  }

  /** How many steps may be made before the loop has to ask again. By the clock, as many as the pace so far makes it. */
  stepsToGo(steps: number): number {
    const { unit, length } = this.#interval;
    if (unit === 'steps') return this.#last.steps + length - steps;
    if (unit === 'epochs') return Number.POSITIVE_INFINITY;
    const passed = this.#now() - this.#last.seconds;
    const made = steps - this.#last.steps;
    if (made > 0 && passed > 0) this.#pace = made / passed;
    // Where nothing is known of the pace, one step tells.
    return Math.max(1, Math.floor((this.#pace ?? 0) * (length - passed)));
  }

  /** @param epoch the one that has just ended, if one has */
  isDue(steps: number, epoch: number | undefined): boolean {
    const { unit, length } = this.#interval;
    if (unit === 'steps') return steps - this.#last.steps >= length;
    if (unit === 'seconds') return this.#now() - this.#last.seconds >= length;
    return epoch !== undefined && epoch % length === 0;
  }

  /**
   * Writes a checkpoint and returns its path.
   * @param observed what the steps of the epoch under way have said
   * Error: `E_FILE`.
   */
  async keep(state: TrainingState, steps: number, observed?: ObservedSteps): Promise<string> {
    const path = await this.#write(state, steps, observed);
    this.#last = { steps, seconds: this.#now() };
    return path;
  }
}
