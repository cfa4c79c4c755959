/**
 * Holds a training between two of its steps and lets it go on: `fit(data, { pause })`. What is trained comes out the same, bit
 * for bit. One controller may hold several trainings.
 *
 *     const pause = new PauseController();
 *     const training = model.fit(data, { epochs: 10, pause });
 *     pause.pause();
 *     pause.resume();
 */
export class PauseController {
  #paused = false;
  readonly #listeners = new Set<() => void>();

  /** Whether trainings are held. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Holds trainings after the step under way; one that has not begun waits before its first. */
  pause(): void {
    this.#change(true);
  }

  /** Lets trainings go on. */
  resume(): void {
    this.#change(false);
  }

  /** @internal Calls a function at each change, until what is returned is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #change(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Waits until trainings may go on, or until the signal is aborted. */
export function untilResumed(pause: PauseController, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (pause.paused && !signal?.aborted) return;
      forget();
      signal?.removeEventListener('abort', look);
      resolve();
    };
    const forget = pause.onChange(look);
    signal?.addEventListener('abort', look);
    look();
  });
}
