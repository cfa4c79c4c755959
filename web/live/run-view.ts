import type { LiveMessage } from '../../lib/live/messages';
import { type Curve, curvesOf } from '../../lib/run/curves';

type RunMessage = Extract<LiveMessage, { readonly run: string }>;
type LoggedEvent = Extract<LiveMessage, { readonly type: 'event' }>['event'];
type Started = Extract<LoggedEvent, { readonly type: 'start' }>;
type Told = { readonly loss: number; readonly accuracy: number };

/** What the page knows of a run. */
export class RunView {
  readonly id: string;
  readonly name: string;
  readonly config: Extract<RunMessage, { readonly type: 'run' }>['config'];
  #events: LoggedEvent[] = [];
  #start: Started | undefined;
  #last: LoggedEvent | undefined;
  #standing: Extract<RunMessage, { readonly type: 'status' }> | undefined;
  #latest: (Told & { readonly epoch: number; readonly seen: number; readonly rate: number }) | undefined;

  constructor({ run, name, config }: Extract<RunMessage, { readonly type: 'run' }>) {
    this.id = run;
    this.name = name;
    this.config = config;
  }

  hear(message: RunMessage): void {
    if (message.type === 'status') this.#standing = message;
    if (message.type !== 'event') return;
    const { event } = message;
    this.#last = event;
    if (event.type === 'start') this.#start = event;
    const samples = this.#start?.samples ?? 0;
    if (event.type === 'progress' || event.type === 'epoch') {
      const { epoch, loss, accuracy, samplesPerSecond: rate } = event;
      const ofEpoch = event.type === 'epoch' ? samples : event.samplesSeen;
      this.#latest = { epoch, loss, accuracy, rate, seen: (epoch - 1) * samples + ofEpoch };
    }
    this.#events.push(event);
  }

  get curves(): readonly Curve[] {
    return curvesOf(this.#events, this.#standing?.test);
  }

  get failure(): string | undefined {
    return this.#standing?.failure;
  }

  /** Of the epoch under way, or of the last one. */
  get latest(): Told | undefined {
    return this.#latest;
  }

  get test(): Told | undefined {
    return this.#standing?.test;
  }

  get epochs(): number {
    return this.#start?.epochs ?? this.config.epochs;
  }

  get epoch(): number {
    return this.#latest?.epoch ?? 0;
  }

  get imagesPerSecond(): number | undefined {
    return this.#latest?.rate;
  }

  /** From 0 to 1. */
  get done(): number {
    const all = this.epochs * (this.#start?.samples ?? 0);
    return all > 0 ? Math.min(1, (this.#latest?.seen ?? 0) / all) : 0;
  }

  get isOver(): boolean {
    return this.#last?.type === 'end' || (this.#standing !== undefined && this.#standing.status !== 'running');
  }

  /** Undefined where the run is over, or nothing is known of its pace. */
  get secondsLeft(): number | undefined {
    if (this.isOver || !this.#latest) return undefined;
    return (this.epochs * (this.#start?.samples ?? 0) - this.#latest.seen) / this.#latest.rate;
  }

  get state(): string {
    const status = this.#standing?.status ?? 'running';
    if (status !== 'running')
      return { done: 'done', stoppedEarly: 'stopped early', aborted: 'stopped', diverged: 'diverged' }[status];
    if (this.#last?.type === 'pause') return 'paused';
    if (this.#last?.type === 'end') return 'measuring the test set';
    return this.#last ? 'training' : 'beginning';
  }
}
