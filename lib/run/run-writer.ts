import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileErrorCode, toFileError } from '../files/file-error';
import { writeWhole } from '../files/write-whole';
import type { EpochRecord, TrainingEvent } from '../model/events';
import { EventLog } from './event-log';
import { toldBefore } from './rewind';
import { RUN_FILES, type RunConfig, type RunHistory, toJson } from './run-record';
import { SummaryLog, summaryFileName, type WatchedModel } from './summary-log';

/** What a {@link RunWriter} is made of. */
export interface RunWriterOptions {
  /** The folder that run folders are made in; with `goesOn`, the run's own. */
  readonly folder: string;
  /** Whether the run was begun before, and goes on in its folder. Default: false. */
  readonly goesOn?: boolean;
  readonly config: RunConfig;
  /** Writes the model's weights as they are when it is called, whole or not at all: `model.save`. */
  readonly saveWeights: (path: string) => Promise<void>;
  /** Whose weights TensorBoard is to show after each epoch. Default: none. */
  readonly model?: WatchedModel;
  /** Hears each line of `events.jsonl` that is added. */
  readonly onLine?: (line: string) => void;
}

/** How a run ended, for {@link RunWriter.finish}. */
export type RunEnd = Omit<RunHistory, 'epochs'>;

/**
 * Keeps a training run on the disk: `<folder>/<date-time>-<network>/` with `config.json`, `history.json` and
 * `model.safetensors`, each written whole or not at all, and `events.jsonl` and a file for
 * TensorBoard, which grow.
 *
 * It only listens. The folder is made when training starts, or before by {@link begin}. After each epoch history and weights are
 * written while training goes on. A run that goes on takes up what it has told up to its checkpoint.
 */
export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #epochs: EpochRecord[] = [];
  readonly #events: EventLog;
  readonly #summaries: SummaryLog;
  #path: string | undefined;
  /** Writes of config and history, one after another, so that the last one wins. */
  #writing: Promise<void> = Promise.resolve();
  #savingWeights: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: RunWriterOptions) {
    this.#options = options;
    this.#events = new EventLog(options.onLine);
    this.#summaries = new SummaryLog(options.model);
  }

  /** The run folder, once there is one. */
  get path(): string | undefined {
    return this.#path;
  }

  /**
   * Takes in an event. What went wrong in an earlier write is thrown here, which ends the training. The promise of a run that
   * goes on must be waited for. Errors: `E_FILE`; `E_FORMAT` where the events of before are malformed.
   */
  readonly listen = (event: TrainingEvent): Promise<void> | undefined => {
    if (this.#failure !== undefined) throw this.#failure;
    if (event.type === 'start' && this.#options.goesOn) return this.#takeUp(event);
    if (event.type === 'start' || event.type === 'epoch') this.#open();
    this.#keep(event);
    return undefined;
  };

  /**
   * Makes the run folder and returns its path when its configuration and history are on the disk, so that a run that is killed
   * right after can be taken up. Error: `E_FILE`.
   */
  async begin(): Promise<string> {
    const path = this.#open();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    return path;
  }

  /** Makes the run folder, if it is not there yet. Synchronous, so that weights can be read between two epochs. */
  #open(): string {
    if (this.#path !== undefined) return this.#path;
    const { folder, config, goesOn } = this.#options;
    if (goesOn) this.#path = folder;
    else {
      this.#path = makeRunFolder(folder, config);
      this.#write('config', toJson(config));
      this.#writeHistory({ status: 'running' });
      this.#openLogs(config.startedAt);
    }
    return this.#path;
  }

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

  /** Takes the files of a run that goes on back to where its checkpoint is, and adds to them from there. */
  async #takeUp(event: Extract<TrainingEvent, { type: 'start' }>): Promise<void> {
    this.#open();
    const { events, epochs } = await toldBefore(this.#fileOf('events'), event.resumed);
    this.#epochs.push(...epochs);
    await writeWhole(this.#fileOf('events'), events.map((told) => `${JSON.stringify(told)}\n`).join(''));
    this.#write('config', toJson(this.#options.config));
    this.#writeHistory({ status: 'running' });
    // TensorBoard reads all event files of a folder.
    this.#openLogs(new Date().toISOString());
    this.#keep(event);
  }

  #openLogs(since: string): void {
    this.#events.open(this.#fileOf('events'));
    this.#summaries.open(join(this.#path ?? '', summaryFileName(since)));
  }

  #keep(event: TrainingEvent): void {
    this.#events.listen(event);
    this.#summaries.listen(event);
    if (event.type !== 'epoch') return;
    const { type: _type, ...record } = event;
    this.#epochs.push(record);
    this.#writeHistory({ status: 'running' });
    // An epoch can be shorter than a write. Weights that come meanwhile are passed over: the last ones are written in the end.
    if (this.#savingWeights === undefined) {
      const saving = this.#options.saveWeights(this.#fileOf('weights'));
      this.#savingWeights = this.#note(saving).finally(() => {
        this.#savingWeights = undefined;
      });
    }
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
