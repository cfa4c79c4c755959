import type { TrainingEvent } from '../model/events';
import { PauseController } from '../model/pause';
import type { RunConfig } from '../run/run-record';
import type { RunEnd } from '../run/run-writer';
import type { EventFeed } from './event-feed';
import type { LiveRun, LiveRuns } from './live-runs';
import { type Action, sayPlainly } from './local-server';
import type { ControlAction, ControlState } from './messages';

/** What a page has asked to be trained. */
export interface TrainingOrder {
  readonly epochs: number;
  /** The folder of the run whose weights it begins with; undefined for first weights. */
  readonly from: string | undefined;
}

const LARGEST_BODY = 1024;
const MOST_EPOCHS = 1_000_000;

/** The trainings of this process, one after another, as a page steers them. It listens to each as any other sink. */
export class TrainingSession {
  /** Holds the training under way. */
  readonly pause = new PauseController();
  readonly #feed: EventFeed;
  readonly #runs: LiveRuns;
  #state: ControlState = 'idle';
  #run: LiveRun | undefined;
  #count = 0;
  #epochs = 1;
  /** The run that has ended last. */
  #folder: string | undefined;
  #stop = new AbortController();
  /** Takes what is asked for next, while nothing is trained. */
  #take: ((order: TrainingOrder | undefined) => void) | undefined;

  constructor(feed: EventFeed, runs: LiveRuns) {
    this.#feed = feed;
    this.#runs = runs;
  }

  /** Whether a run has begun. */
  get hasBegun(): boolean {
    return this.#run !== undefined;
  }

  /** A run begins. */
  begin(config: RunConfig): void {
    this.#count += 1;
    this.#epochs = config.epochs;
    this.#run = this.#runs.add(this.#count === 1 ? config.network : `${config.network}, run ${this.#count}`, config);
    this.#run.stand({ status: 'running' });
    this.#change(this.#state);
  }

  readonly listen = (event: TrainingEvent): void => {
    this.#run?.tell({ time: new Date().toISOString(), ...event });
    if (event.type === 'pause') this.#change('paused');
    if (event.type === 'resume') this.#change('training');
  };

  /** A run has ended, and is kept in a folder. */
  end(end: RunEnd, folder: string): void {
    this.#folder = folder;
    this.#run?.stand(end);
  }

  /**
   * Does something under a signal that follows the caller's and the page's stop button; then waits for the page to ask for
   * more. Undefined where the caller's signal is aborted.
   */
  async train(
    work: (signal: AbortSignal) => Promise<void>,
    outer: AbortSignal | undefined,
  ): Promise<TrainingOrder | undefined> {
    const stop = new AbortController();
    const abort = (): void => {
      stop.abort();
      this.#take?.(undefined);
    };
    if (outer?.aborted) stop.abort();
    outer?.addEventListener('abort', abort);
    this.#stop = stop;
    this.pause.resume();
    this.#change('training');
    try {
      await work(stop.signal);
      this.#change('idle');
      if (outer?.aborted) return undefined;
      return await new Promise((resolve) => {
        this.#take = resolve;
      });
    } finally {
      this.#take = undefined;
      outer?.removeEventListener('abort', abort);
    }
  }

  /** What the page's buttons ask for. */
  get action(): Action {
    return {
      type: 'application/json',
      limit: LARGEST_BODY,
      run: (body) => {
        const asked = toControlAction(body.toString());
        if (!asked)
          return sayPlainly(400, 'expected {"action": "pause", "resume" or "stop"}, or "train" with epochs and goOn');
        return this.#act(asked) ? { status: 204 } : sayPlainly(409, `${asked.action} is not for now: ${this.#state}`);
      },
    };
  }

  /** False where it cannot be done now. */
  #act(asked: ControlAction): boolean {
    if (asked.action === 'train') {
      if (!this.#take || (asked.goOn && this.#folder === undefined)) return false;
      this.#take({ epochs: asked.epochs, from: asked.goOn ? this.#folder : undefined });
      this.#take = undefined;
      return true;
    }
    const running = this.#state === 'training' || this.#state === 'paused';
    if (!running) return false;
    if (asked.action === 'pause') this.pause.pause();
    else if (asked.action === 'resume') this.pause.resume();
    else {
      this.#change('stopping');
      this.#stop.abort();
    }
    return true;
  }

  #change(state: ControlState): void {
    this.#state = state;
    this.#feed.publish({ type: 'controls', state, epochs: this.#epochs }, { slot: 'controls' });
  }
}

/** What the body of a request asks for; undefined where it is nothing that can be asked for. */
function toControlAction(text: string): ControlAction | undefined {
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof asked !== 'object' || asked === null) return undefined;
  const { action, epochs, goOn } = asked as Record<string, unknown>;
  if (action === 'pause' || action === 'resume' || action === 'stop') return { action };
  if (action !== 'train' || typeof goOn !== 'boolean') return undefined;
  if (!Number.isInteger(epochs) || (epochs as number) < 1 || (epochs as number) > MOST_EPOCHS) return undefined;
  return { action, epochs: epochs as number, goOn };
}
