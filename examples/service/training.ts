// One training at a time, in the background of a service: what it is doing can be asked, and it can be stopped.
import { type DigitsSplit, type Evaluation, type Model, sgd } from 'laminet';

/** What a training is asked for. */
export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** How far the last training has come; numbers are those of the epoch under way. */
export interface TrainingStatus {
  readonly state: 'idle' | 'running' | 'done' | 'stopped' | 'failed';
  readonly epochs?: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly steps?: number;
  readonly loss?: number;
  readonly accuracy?: number;
  /** Of a training that is done: on images that it has not seen. */
  readonly test?: Pick<Evaluation, 'loss' | 'accuracy'>;
  /** Why it failed. */
  readonly error?: string;
}

export interface TrainingOptions {
  readonly data: DigitsSplit;
  readonly newModel: (seed: number) => Model;
  /** Of the model that is trained. Fewer than there are processors leave some to those who ask for predictions. */
  readonly threads: number;
  /** Takes over a model that is trained. */
  readonly onTrained: (model: Model) => void;
}

export class Training {
  readonly #options: TrainingOptions;
  #status: TrainingStatus = { state: 'idle' };
  #controller = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  get status(): TrainingStatus {
    return this.#status;
  }

  /** Starts a training and returns at once; false where one is running. */
  start(settings: TrainingSettings): boolean {
    if (this.#status.state === 'running') return false;
    this.#controller = new AbortController();
    this.#status = { state: 'running', epochs: settings.epochs };
    this.#ended = this.#run(settings);
    return true;
  }

  /** Ends the training after the step under way; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }

  async #run({ epochs, batchSize, learningRate, seed }: TrainingSettings): Promise<void> {
    const { data, newModel, threads, onTrained } = this.#options;
    const { signal } = this.#controller;
    const model = newModel(seed);
    try {
      model.compile({ optimizer: sgd({ learningRate }), loss: 'crossEntropy', threads });
      const { reason } = await model.fit(data.train, {
        epochs,
        batchSize,
        signal,
        onEvent: (event) => {
          if (event.type !== 'progress') return;
          const { epoch, step, steps, loss, accuracy } = event;
          this.#status = { state: 'running', epochs, epoch, step, steps, loss, accuracy };
        },
      });
      if (reason === 'aborted') {
        this.#status = { ...this.#status, state: 'stopped' };
        model.dispose();
        return;
      }
      const { loss, accuracy } = await model.evaluate(data.test, { signal });
      this.#status = { ...this.#status, state: 'done', test: { loss, accuracy } };
      onTrained(model);
    } catch (error) {
      model.dispose();
      const state = signal.aborted ? 'stopped' : 'failed';
      this.#status = { ...this.#status, state, error: error instanceof Error ? error.message : String(error) };
    }
  }
}
