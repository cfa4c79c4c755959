import type { Setting } from './protocol';

/** What bounds the trials before a measurement, and the measurement itself. */
export interface Limits {
  /** A trial runs for about so long, */
  readonly trialSeconds: number;
  /** a counted round for no longer than this, or for one unit where that takes longer; */
  readonly roundSeconds: number;
  /** and what needs longer than this for a single unit is left out. */
  readonly unitSeconds: number;
}

/** Work that comes in whole units: training steps of `size` images, or calls (size 1). */
export interface Work {
  readonly settings: readonly Setting[];
  /** Images or calls in the smallest piece. */
  readonly size: number;
  /** Images or calls of a whole run. */
  readonly most: number;
  /** The seconds that an amount takes. */
  run(amount: number, setting: Setting): Promise<number>;
}

/** The fastest setting, and as much work as a round has time for. */
export interface Tuned {
  readonly setting: Setting;
  readonly amount: number;
  /** By the trial: seconds an image or call. */
  readonly seconds: number;
}

/** A setting whose first run takes so many times the best one's time so far is tried no further. */
const HOPELESS = 4;

/** The largest amount of whole pieces that takes no longer than `seconds`: at least one piece, at most the whole run. */
export function amountFor({ size, most }: Pick<Work, 'size' | 'most'>, perItem: number, seconds: number): number {
  const pieces = Math.max(1, Math.floor(seconds / perItem / size));
  return Math.min(pieces * size, Math.max(most, size));
}

/**
 * Tries every setting for a moment and takes the fastest.
 * @param expected seconds an image or call, if known from a smaller batch; Error: where one piece would take too long
 */
export async function tune(work: Work, limits: Limits, expected = 0): Promise<Tuned> {
  const [first] = work.settings;
  if (!first) throw new Error('there is no setting to try');
  const piece = expected * work.size;
  if (piece > limits.unitSeconds) {
    throw new Error(`one step would take about ${piece.toFixed(0)} s, more than ${limits.unitSeconds} s`);
  }
  let best = { setting: first, seconds: Number.POSITIVE_INFINITY };
  for (const setting of work.settings) {
    // The first run pays for memory and caches; it only tells how long the others may be.
    const cold = await work.run(work.size, setting);
    if (cold / work.size > HOPELESS * best.seconds) continue;
    const amount = amountFor(work, cold / work.size, limits.trialSeconds);
    const trials = cold > limits.trialSeconds ? 1 : 3;
    for (let trial = 0; trial < trials; trial++) {
      const seconds = (await work.run(amount, setting)) / amount;
      if (seconds < best.seconds) best = { setting, seconds };
    }
  }
  return { ...best, amount: amountFor(work, best.seconds, limits.roundSeconds) };
}
