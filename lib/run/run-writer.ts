import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileErrorCode, toFileError } from '../files/file-error';
import { writeWhole } from '../files/write-whole';
import type { EpochRecord, Evaluation, TrainingEvent } from '../model/events';
import { EventLog } from './event-log';
import { RUN_FILES, type RunConfig, type RunHistory, type RunStatus, toJson } from './run-record';
import { SummaryLog, summaryFileName, type WatchedModel } from './summary-log';

/** What a {@link RunWriter} is made of. */
export interface RunWriterOptions {
  /** The folder that run folders are made in. */
  readonly folder: string;
  readonly config: RunConfig;
  /** Writes the model's weights as they are when it is called, whole or not at all: `model.save`. */
  readonly saveWeights: (path: string) => Promise<void>;
  /** Whose weights TensorBoard is to show after each epoch. Default: none. */
  readonly model?: WatchedModel;
}

/** How a run ended, for {@link RunWriter.finish}. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly test?: Evaluation;
  readonly failure?: string;
}

/**
 * Keeps a training run on the disk: `<folder>/<date-time>-<network>/` with `config.json`, `history.json` and
 * `model.safetensors`, each written whole or not at all, and `events.jsonl` and a file for
 * TensorBoard, which grow.
 *
 * It only listens. The folder is made when there is something to keep: after the first epoch, or when the run is finished
 * before that. After each epoch history and weights are written while training goes on.
 */
export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #epochs: EpochRecord[] = [];
  readonly #events = new EventLog();
  readonly #summaries: SummaryLog;
  #path: string | undefined;
  /** Writes of config and history, one after another, so that the last one wins. */
  #writing: Promise<void> = Promise.resolve();
  #savingWeights: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: RunWriterOptions) {
    this.#options = options;
    this.#summaries = new SummaryLog(options.model);
  }

  /** The run folder, once there is one. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Takes in an event. What went wrong in an earlier write is thrown here, which ends the training. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    if (this.#failure !== undefined) throw this.#failure;
    this.#events.listen(event);
    this.#summaries.listen(event);
    if (event.type !== 'epoch') return;
    const { type: _type, ...record } = event;
    this.#epochs.push(record);
    this.#open();
    this.#writeHistory({ status: 'running' });
    // An epoch can be shorter than a write. Weights that come meanwhile are passed over: the last ones are written in the end.
    if (this.#savingWeights === undefined) {
      const saving = this.#options.saveWeights(this.#fileOf('weights'));
      this.#savingWeights = this.#note(saving).finally(() => {
        this.#savingWeights = undefined;
      });
    }
  };

  /** Writes the last state of everything and returns the run folder's path. Error: `E_FILE`. */
  async finish(end: RunEnd): Promise<string> {
    const path = this.#open();
    await this.#savingWeights;
    this.#writeHistory(end);
    await this.#writing;
    if (end.test) this.#summaries.finish(end.test);
    await this.#events.settle();
    await this.#summaries.settle();
    if (this.#failure !== undefined) throw this.#failure;
    await this.#options.saveWeights(this.#fileOf('weights'));
    return path;
  }

  /** Waits until nothing is being written any more, for a run that ends in an error. */
  async settle(): Promise<void> {
    await this.#savingWeights;
    await this.#writing;
    await this.#note(this.#events.settle());
    await this.#note(this.#summaries.settle());
  }

  #fileOf(file: keyof typeof RUN_FILES): string {
    return join(this.#path ?? '', RUN_FILES[file]);
  }

  /** Makes the folder, if it is not there yet. Synchronous, so that weights can be read between two epochs. */
  #open(): string {
    if (this.#path === undefined) {
      this.#path = makeRunFolder(this.#options.folder, this.#options.config);
      this.#write('config', toJson(this.#options.config));
      this.#events.open(this.#fileOf('events'));
      this.#summaries.open(join(this.#path, summaryFileName(this.#options.config.startedAt)));
    }
    return this.#path;
  }

  #writeHistory(end: RunEnd): void {
    const history: RunHistory = { ...end, epochs: [...this.#epochs] };
    this.#write('history', toJson(history));
  }

  #write(file: 'config' | 'history', text: string): void {
    const path = this.#fileOf(file);
    this.#writing = this.#note(this.#writing.then(() => writeWhole(path, text)));
  }

  /** Keeps the first error for the next call, so that no promise is left to reject alone. */
  #note(writing: Promise<void>): Promise<void> {
    return writing.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}

/** `2026-03-05-14-07-09-lenet5`, the time as it is on the spot; with a number behind where that folder exists already. */
function makeRunFolder(folder: string, { startedAt, network }: RunConfig): string {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw toFileError('make the folder', folder, cause);
  }
  const base = join(folder, `${timeStamp(new Date(startedAt))}-${network}`);
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    try {
      mkdirSync(path);
      return path;
    } catch (cause) {
      if (fileErrorCode(cause) !== 'EEXIST') throw toFileError('make the folder', path, cause);
    }
  }
}

function timeStamp(time: Date): string {
  const parts = [
    time.getFullYear(),
    time.getMonth() + 1,
    time.getDate(),
    time.getHours(),
    time.getMinutes(),
    time.getSeconds(),
  ];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
