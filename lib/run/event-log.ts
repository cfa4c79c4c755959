import { AppendedFile } from '../files/appended-file';
import type { TrainingEvent } from '../model/events';

/** Keeps the events of a training as lines of JSON, `events.jsonl`: one event a line, each with the time when it came. */
export class EventLog {
  readonly #file = new AppendedFile();

  /** Takes in an event. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    this.#file.append(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
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
