import type { BackendName } from '../backends/backend';
import type { Dataset } from '../data/dataset';
import type { DigitsSplit } from '../data/digits';
import { LaminetError } from '../errors';
import { input } from '../layers/input';
import type { Layer } from '../layers/layer';
import type { EpochRecord, Evaluation } from '../model/events';
import type { FitOptions } from '../model/fit';
import type { Model, ModelOptions } from '../model/model';
import { sequential } from '../model/sequential';
import { lenet5FirstLayers, lenet5Layers } from '../networks/lenet5';
import type { NetworkParts } from '../networks/parts';
import { oneConvLayers, twoLayerLayers } from '../networks/plain';
import { type Curve, curvesOf } from '../run/curves';
import type { LoggedEvent } from '../run/read-events';
import { percent } from './markdown';

const LAYERS = {
  'two-layer': twoLayerLayers,
  'one-conv': oneConvLayers,
  'lenet5-first': lenet5FirstLayers,
  lenet5: lenet5Layers,
} as const satisfies Record<string, (parts?: NetworkParts) => Layer[]>;

/** The networks of the post. */
export type PostNetworkName = keyof typeof LAYERS;

/** The data sets of the post. */
export type DataName = 'mnist' | 'cifar10';

/** A training that is to be made. */
export interface Trial {
  /** What it is, for a person. */
  readonly title: string;
  readonly network: PostNetworkName;
  readonly parts?: NetworkParts;
  /** Default: `mnist`. */
  readonly data?: DataName;
  /** Only the first images of the training set. Default: all. */
  readonly images?: number;
  readonly training: ModelOptions;
  readonly fit: FitOptions;
  /** Sees the model before its first step and after its last. */
  readonly watch?: (model: Model, moment: 'before' | 'after') => void;
}

/** What came of a training. */
export interface Outcome {
  readonly epochs: readonly EpochRecord[];
  /** Spent on training steps. */
  readonly seconds: number;
  readonly curves: readonly Curve[];
  /** On the test set after the last epoch; undefined where the error exploded. */
  readonly test: Evaluation | undefined;
  /** Why the error exploded, in the library's words. */
  readonly failure?: string;
}

/** What experiments are made with. */
export interface LaboratoryOptions {
  readonly mnist: DigitsSplit;
  readonly cifar10?: DigitsSplit;
  readonly seed: number;
  readonly threads?: number;
  readonly backend?: BackendName;
  readonly signal?: AbortSignal;
  /** Hears a line of each thing that is done. */
  readonly onProgress: (line: string) => void;
}

/** So many looks at random picks of the training images, over all epochs. */
const LOOKS = 40;

/** How many images of so many a look is at. */
export function picksOf(images: number): number {
  return Math.min(500, Math.ceil(images / 10));
}

/** The curves whose points do not depend on how fast the machine is, as those of the progress do. */
function fixedCurves(events: readonly LoggedEvent[], images: number): Curve[] {
  const titles: Partial<Record<Curve['name'], string>> = {
    evaluation: `${picksOf(images)} random training images`,
    validation: 'test set',
  };
  return curvesOf(events).flatMap((curve) => {
    const title = titles[curve.name];
    return title === undefined ? [] : [{ ...curve, title }];
  });
}

/** Trains networks of the post and keeps what came of it: everything follows from the data and the seed, but for the times. */
export class Laboratory {
  readonly #options: LaboratoryOptions;

  constructor(options: LaboratoryOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  get seed(): number {
    return this.#options.seed;
  }

  /** What runs the steps: `native, avx512, 2 threads`. */
  get backend(): string {
    const model = this.model('two-layer').compile(this.compiled({ loss: 'sse' }));
    const { backendDescription } = model;
    model.dispose();
    return backendDescription;
  }

  /** Whether there are data of that name. */
  has(data: DataName): boolean {
    return this.#options[data] !== undefined;
  }

  data(name: DataName): DigitsSplit {
    const data = this.#options[name];
    if (data) return data;
    throw new LaminetError('E_STATE', `there are no data ${name} to train on`, { data: name });
  }

  /** A network for images like those of a data set. */
  model(network: PostNetworkName, parts: NetworkParts = {}, data: DataName = 'mnist'): Model {
    const inputs = input(this.data(data).train.sampleShape);
    return sequential([inputs, ...LAYERS[network](parts)], { name: network, seed: this.seed });
  }

  /** The layers of a network for images of MNIST up to one of this kind, without it, with the numbers that they have in `model`. */
  front(model: Model, network: PostNetworkName, parts: NetworkParts, kind: string): Model {
    const layers = LAYERS[network](parts);
    const end = layers.findIndex((layer) => layer.kind === kind);
    const front = sequential([input(this.data('mnist').train.sampleShape), ...layers.slice(0, end)], { name: network });
    for (const { name } of front.graph.parameters) front.parameter(name).set(model.parameter(name));
    return front;
  }

  /** {@link ModelOptions} with the threads and the backend that were asked for. */
  compiled(training: ModelOptions): ModelOptions {
    const { threads, backend } = this.#options;
    return {
      ...(threads === undefined ? {} : { threads }),
      ...(backend === undefined ? {} : { backend }),
      ...training,
    };
  }

  /** Says what is done, and stops where that was asked for. Error: `E_ABORTED`. */
  report(line: string): void {
    this.checkGoing();
    this.#options.onProgress(line);
  }

  /** Error: `E_ABORTED` once the signal is. */
  checkGoing(): void {
    if (this.#options.signal?.aborted) throw new LaminetError('E_ABORTED', 'the reproduction was stopped');
  }

  /** Trains, and measures the test set after each epoch. An error that explodes is an outcome, not an error. */
  async train(trial: Trial): Promise<Outcome> {
    const { network, parts, data = 'mnist', training, watch } = trial;
    const { train, test } = this.data(data);
    const images = trial.images === undefined ? train : train.take(Math.min(trial.images, train.count));
    const model = this.model(network, parts, data).compile(this.compiled(training));
    try {
      watch?.(model, 'before');
      const outcome = await this.#fit(model, images, test, trial.fit);
      watch?.(model, 'after');
      const end = outcome.test ? percent(outcome.test.accuracy) : 'the error exploded';
      this.report(`${trial.title}: ${end}, ${outcome.seconds.toFixed(1)} s`);
      return outcome;
    } finally {
      model.dispose();
    }
  }

  async #fit(model: Model, train: Dataset, test: Dataset, fit: FitOptions): Promise<Outcome> {
    const events: LoggedEvent[] = [];
    const epochs: EpochRecord[] = [];
    const began = performance.now();
    let failure: string | undefined;
    try {
      const { signal } = this.#options;
      await model.fit(train, {
        ...fit,
        batchSize: Math.min(fit.batchSize ?? 1, train.count),
        validationData: test,
        evaluation: {
          every: Math.max(1, Math.floor((train.count * (fit.epochs ?? 1)) / LOOKS)),
          samples: picksOf(train.count),
        },
        ...(signal ? { signal } : {}),
        onEvent: (event) => {
          events.push({ time: '', ...event });
          if (event.type === 'epoch') epochs.push(event);
        },
      });
    } catch (error) {
      if (!(error instanceof LaminetError && error.code === 'E_DIVERGED')) throw error;
      failure = error.message;
    }
    this.checkGoing();
    const measured = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      epochs,
      seconds: failure === undefined ? measured : (performance.now() - began) / 1000,
      curves: fixedCurves(events, train.count),
      test: failure === undefined ? epochs.at(-1)?.validation : undefined,
      ...(failure === undefined ? {} : { failure }),
    };
  }
}
