import { appendFile } from 'node:fs/promises';
import { toFileError } from '../files/file-error';
import type { TrainingEvent } from '../model/events';

/**
 * Keeps the events of a training as lines of JSON, `events.jsonl`: one event a line, each with the time when it came.
 *
 * Events that come before there is a file wait for {@link open}; after that they are appended while training goes on, those
 * that come during a write together. A process that is killed leaves at most its last line cut off.
 */
export class EventLog {
  #path: string | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  /** Takes in an event. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting.push(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    this.#write();
  };

  /** Says where the events go from now on; those that waited are written, and where there are none, an empty file. */
  open(path: string): void {
    this.#path = path;
    this.#waiting.push('');
    this.#write();
  }

  /** Waits until all events are on the disk. Error: `E_FILE`. */
  async settle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(): void {
    const path = this.#path;
    if (path === undefined || this.#writing !== undefined || this.#waiting.length === 0) return;
    this.#writing = this.#append(path).finally(() => {
      this.#writing = undefined;
      if (this.#failure === undefined) this.#write();
    });
  }

  async #append(path: string): Promise<void> {
    const lines = this.#waiting.join('');
    this.#waiting = [];
    try {
      await appendFile(path, lines);
    } catch (cause) {
      this.#failure ??= toFileError('append to', path, cause);
    }
  }
}
