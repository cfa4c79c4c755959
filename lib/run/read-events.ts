import { readFileWhole } from '../files/read-whole';
import { refuseFormat } from '../formats/format-error';
import type { TrainingEvent } from '../model/events';

/** An event as `events.jsonl` keeps it. */
export type LoggedEvent = { /** When it came, ISO 8601. */ readonly time: string } & TrainingEvent;

const LARGEST_FILE = 2 ** 29;

/**
 * Reads the events of a run. What follows the last end of line is left out: it was cut off while it was written.
 * Errors: `E_FILE` for a file that is missing, `E_FORMAT` for a line that is no event.
 */
export async function readEvents(path: string): Promise<LoggedEvent[]> {
  const text = new TextDecoder().decode(await readFileWhole(path, LARGEST_FILE));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseEvent(line, path, `line ${index + 1}`));
}

/** A line of `events.jsonl`. Error: `E_FORMAT`. */
export function parseEvent(line: string, path: string, where: string): LoggedEvent {
  const expected = 'a JSON object with time and type';
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch (cause) {
    refuseFormat({ name: path, where, found: 'text that is not JSON', expected }, cause);
  }
  if (typeof content !== 'object' || content === null) {
    return refuseFormat({ name: path, where, found: 'JSON that is no object', expected });
  }
  const { time, type } = content as Record<string, unknown>;
  if (typeof time !== 'string' || typeof type !== 'string') {
    return refuseFormat({ name: path, where, found: 'an object without them', expected });
  }
  return content as LoggedEvent;
}
