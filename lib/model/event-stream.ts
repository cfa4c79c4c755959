import type { History, TrainingEvent, TrainingListener } from './events';

/** An event that waits for the consumer, and what to call when the consumer is done with it. */
interface Waiting {
  readonly event: TrainingEvent;
  readonly done: () => void;
}

const nothing = (): void => undefined;

/**
 * The events of a training, one after another, and its history as the generator's value.
 *
 * The training waits while the consumer works on any event but `progress`: nothing piles up. Of `progress` there is at most
 * one, the last. When the consumer leaves the loop the training is stopped, and has ended when that is done.
 * @param run starts the training; it tells its events to the listener and stops by the signal
 * @param signal the caller's own
 */
export async function* eventStream(
  run: (listener: TrainingListener, signal: AbortSignal) => Promise<History>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainingEvent, History, void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });

  const waiting: Waiting[] = [];
  let wake = nothing;
  let left = false;
  const listener: TrainingListener = (event) => {
    if (left) return undefined;
    if (event.type === 'progress') {
      if (waiting.at(-1)?.event.type === 'progress') waiting.pop();
      waiting.push({ event, done: nothing });
      wake();
      return undefined;
    }
    return new Promise<void>((done) => {
      waiting.push({ event, done });
      wake();
    });
  };

  let ended = false;
  const training = run(listener, stop.signal).finally(() => {
    ended = true;
    wake();
  });
  // Its error is thrown below; until then it is not one that nobody hears of.
  training.catch(nothing);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next) {
        try {
          yield next.event;
        } finally {
          next.done();
        }
      } else if (ended) return await training;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    left = true;
    abort();
    signal?.removeEventListener('abort', abort);
    for (const { done } of waiting.splice(0)) done();
    await training.catch(nothing);
  }
}
