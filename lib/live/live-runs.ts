import { POINTS_PER_EPOCH } from '../run/curves';
import type { LoggedEvent } from '../run/read-events';
import type { RunConfig, RunHistory } from '../run/run-record';
import type { EventFeed, Keeping } from './event-feed';

/** Tells a feed of runs, and of their events no more than curves are made of. */
export class LiveRuns {
  readonly #feed: EventFeed;
  #count = 0;

  constructor(feed: EventFeed) {
    this.#feed = feed;
  }

  /** A run that the pages are to show. */
  add(name: string, config: RunConfig): LiveRun {
    this.#count += 1;
    return new LiveRun(this.#feed, String(this.#count), name, config);
  }
}

/** One run. */
export class LiveRun {
  readonly #feed: EventFeed;
  readonly #id: string;
  #samples = 0;
  /** Where the last `progress` was that stays. */
  #kept = 0;

  /** @internal Use {@link LiveRuns.add}. */
  constructor(feed: EventFeed, id: string, name: string, config: RunConfig) {
    this.#feed = feed;
    this.#id = id;
    this.#feed.publish({ type: 'run', run: id, name, config });
  }

  /** Of the many `progress` events one stays for each point of a curve, and the last. */
  tell(event: LoggedEvent): void {
    const message = { type: 'event', run: this.#id, event } as const;
    if (event.type === 'start') this.#samples = event.samples;
    if (event.type === 'epoch') this.#kept = 0;
    this.#feed.publish(message, event.type === 'progress' ? this.#keepingOf(event.samplesSeen) : {});
  }

  #keepingOf(samplesSeen: number): Keeping {
    if (samplesSeen - this.#kept < this.#samples / POINTS_PER_EPOCH) return { slot: `progress of ${this.#id}` };
    this.#kept = samplesSeen;
    return { spare: true };
  }

  /** How it stands. */
  stand({ status, test, failure }: Omit<RunHistory, 'epochs'>): void {
    const message = {
      type: 'status',
      run: this.#id,
      status,
      ...(test && { test }),
      ...(failure && { failure }),
    } as const;
    this.#feed.publish(message, { slot: `status of ${this.#id}` });
  }
}
