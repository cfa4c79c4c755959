import { AppendedFile } from '../files/appended-file';
import type { TrainingEvent } from '../model/events';

/** Keeps the events of a training as lines of JSON, `events.jsonl`: one event a line, each with the time when it came. */
export class EventLog {
  readonly #file = new AppendedFile();
  readonly #onLine: ((line: string) => void) | undefined;

  /** @param onLine hears each line, too, without its end */
  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes in an event. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    const line = JSON.stringify({ time: new Date().toISOString(), ...event });
    this.#file.append(`${line}\n`);
    this.#onLine?.(line);
  };

  /** Says where the events go from now on. */
  open(path: string): void {
    this.#file.open(path);
  }

  /** Waits until all events are on the disk. Error: `E_FILE`. */
  settle(): Promise<void> {
    return this.#file.settle();
  }
}
