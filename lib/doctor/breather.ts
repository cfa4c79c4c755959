import { setImmediate as nextTurn } from 'node:timers/promises';
import { LaminetError } from '../errors';

/** How long work may hold the event loop before others get their turn, in milliseconds. */
const LONGEST_TURN = 10;

/**
 * A function to await now and then in long work: it lets the event loop have a turn whenever the last one is some time ago.
 * Error of that function: `E_ABORTED` when `signal` says so; `what` is in the sentence.
 */
export function breather(what: string, signal: AbortSignal | undefined): () => Promise<void> {
  let turnEnds = performance.now() + LONGEST_TURN;
  return async () => {
    if (performance.now() >= turnEnds) {
      await nextTurn();
      turnEnds = performance.now() + LONGEST_TURN;
    }
    if (signal?.aborted) throw new LaminetError('E_ABORTED', `${what} was stopped`, {}, { cause: signal.reason });
  };
}
