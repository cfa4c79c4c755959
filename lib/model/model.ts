import type { BackendName } from '../backends/backend';
import { selectBackend, selectThreads } from '../backends/select';
import { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import type { LossLike } from '../losses/loss';
import { toLosses } from '../losses/several';
import { areWeighted } from '../losses/weights';
import type { Metric } from '../metrics/metric';
import { type MetricName, toMetrics } from '../metrics/metrics';
import type { Program, Purpose } from '../ops/program';
import type { FloatArray, Precision } from '../tensor/storage';
import { type CompileOptions, compileProgram, type InputFormat } from './compile';
import { describeCompile } from './compile-settings';
import { eventStream } from './event-stream';
import type { Evaluation, History, TrainingEvent, TrainingListener } from './events';
import { checkSeed, type FitOptions } from './fit';
import { frozenAtFirst, layersFitting } from './frozen';
import type { Graph } from './graph';
import { checkMeasured, checkMetrics, measure, observationsOf } from './measure';
import { OptimizerState } from './optimizer-state';
import { ParameterStore } from './parameters';
import { penalizedParameters, penaltyOf } from './penalty';
import { PlanCache, type PlannedProgram } from './plan-cache';
import { type Prediction, predictionBatch, type Samples, toPrediction } from './prediction';
import { checkTrained, prepareTraining, type Trainee } from './prepare-training';
import type { EvaluateOptions, RunOptions, WeightsOptions } from './run-options';
import {
  checkBatchSize,
  checkFit,
  checkMeasurable,
  type DataRequest,
  inOrder,
  inputFormat,
  makeRequest,
  outputSizes,
  runWithSignal,
  summarize,
} from './runner';
import { inspect } from './statistics';
import { assignParameters, readWeights, saveModel } from './store';
import { summarizeGraph } from './summary';
import { type BatchOptions, type BatchResult, toBatch, trainOnBatch } from './train-on-batch';
import { type TrainingOptions, type TrainingRules, toTrainingRules } from './training-rules';

/** How a model is to be trained and run. */
export interface ModelOptions extends TrainingOptions {
  /** A loss or its name. With several outputs, a list of one for each; a single loss then stands for all. */
  readonly loss: LossLike | readonly LossLike[];
  /** What the loss on each output is multiplied by before they are added up. Default: 1 for each. */
  readonly lossWeights?: readonly number[];
  /**
   * What `fit` and `evaluate` measure beside loss and accuracy, by name or with options: `['confusionMatrix', topK({ k: 3 })]`.
   * All are exact over the samples of an epoch. Default: nothing.
   */
  readonly metrics?: readonly (MetricName | Metric)[];
  /** Default: `LAMINET_BACKEND`, else native, else (with a warning) the reference. */
  readonly backend?: BackendName;
  /**
   * From 1 to 64. Default: `LAMINET_THREADS`, else one a processor that this process may run on and that its control group
   * leaves it time for. The results do not depend on it.
   */
  readonly threads?: number;
  /** Default: `float32`. `float64` runs on the reference backend. */
  readonly precision?: Precision;
}

/** What a program is compiled for beside its purpose and data. */
type ProgramParts = Omit<CompileOptions, 'purpose' | 'batchSize' | 'input' | 'targets' | 'weighted' | 'loss'> & {
  readonly loss?: readonly Loss[];
};

interface Compiled {
  readonly rules: TrainingRules;
  readonly optimizerState: OptimizerState;
  readonly loss: readonly Loss[];
  readonly metrics: readonly Metric[];
  readonly precision: Precision;
  readonly plans: PlanCache;
  /** The options as JSON, where they can be described. */
  readonly description: string | undefined;
}

/** A network with its parameters: what `sequential` returns. */
export class Model {
  readonly name: string;
  readonly graph: Graph;
  readonly seed: number;
  #store: ParameterStore;
  #frozen: ReadonlySet<string>;
  #compiled: Compiled | undefined;
  /** Of the training under way; aborting it ends that after its step. */
  #training: AbortController | undefined;
  #disposed = false;

  /** @internal Use `sequential`. */
  constructor(
    name: string,
    graph: Graph,
    seed: number,
    options: { initialize?: boolean; frozen?: ReadonlySet<string> } = {},
  ) {
    checkSeed(seed);
    this.name = name;
    this.graph = graph;
    this.seed = seed;
    this.#store = new ParameterStore(graph, 'float32');
    if (options.initialize ?? true) this.#store.initialize(seed);
    this.#frozen = options.frozen ?? frozenAtFirst(graph);
  }

  /**
   * Says how to train and run the model. Parameters keep their values, except that another precision starts anew. What an
   * optimizer keeps from step to step begins with zeros, and goes on from one `fit` to the next.
   */
  compile(options: ModelOptions): this {
    this.#checkUsable();
    const { precision = 'float32' } = options;
    const rules = toTrainingRules(options);
    const loss = toLosses(options.loss, options.lossWeights, outputSizes(this.graph));
    const metrics = toMetrics(options.metrics ?? []);
    checkMetrics(metrics, this.graph, this.name);
    const threads = selectThreads(options.threads);
    const backend = selectBackend(options.backend, precision);
    if ((precision === 'float64') !== (this.#store.values.BYTES_PER_ELEMENT === 8)) {
      const store = new ParameterStore(this.graph, precision);
      store.initialize(this.seed);
      this.#store = store;
    }
    const optimizerState = new OptimizerState(rules, this.graph, precision);
    this.#compiled?.plans.dispose();
    this.#compiled = {
      rules,
      optimizerState,
      loss,
      metrics,
      precision,
      plans: new PlanCache(backend, { precision, threads }),
      description: describeCompile(options),
    };
    return this;
  }

  /** What runs the steps: `native, avx512, 2 threads`. */
  get backendDescription(): string {
    return this.#requireCompiled().plans.description;
  }

  /** The numbers of one parameter (`conv2d_1.weight`), as a view: writing to it changes the model. Error: `E_UNKNOWN`. */
  parameter(name: string): FloatArray {
    return this.#store.view(name);
  }

  /**
   * Has the parameters of some layers stay as they are from the next `fit` on; their gradients are not computed. A frozen
   * batch normalization normalizes with its running statistics and keeps them. `save` remembers which layers are frozen, and
   * an optimizer's memory of their parameters waits for `unfreeze`. Nothing has to be compiled again.
   * @param names of layers, or patterns in which `*` stands for any characters: `model.freeze('conv*')`
   * Errors: `E_UNKNOWN` for a name that no layer with trained parameters has, `E_OPTION` for no names.
   */
  freeze(...names: readonly string[]): this {
    this.#checkUsable();
    this.#frozen = new Set([...this.#frozen, ...layersFitting(this.graph, names)]);
    return this;
  }

  /** Has layers trained again from the next `fit` on: see {@link freeze}. */
  unfreeze(...names: readonly string[]): this {
    this.#checkUsable();
    const thawed = new Set(layersFitting(this.graph, names));
    this.#frozen = new Set([...this.#frozen].filter((name) => !thawed.has(name)));
    return this;
  }

  /** The names of the layers that are frozen: by `trainable: false` or by {@link freeze}. */
  get frozen(): readonly string[] {
    return [...this.#frozen];
  }

  /** The model's layers with their shapes, parameters, work and memory, as a table. */
  summary(): string {
    return summarizeGraph(this.name, this.graph, this.#frozen);
  }

  /** The program that the model compiles to, for reading. */
  program(purpose: Purpose, options: { batchSize?: number; input?: InputFormat } = {}): Program {
    const { loss, metrics, rules } = this.#requireCompiled();
    const input = options.input ?? {
      source: { kind: 'float', shape: this.graph.inputShape },
      padding: [0, 0, 0, 0],
      scale: 1,
    };
    const { batchSize = 32 } = options;
    const targets = this.graph.outputs.length === 1 ? 'classes' : 'values';
    const frozen = this.#frozen;
    const observe = observationsOf(metrics);
    return compileProgram(this.graph, { purpose, batchSize, input, targets, loss, ...rules, frozen, observe });
  }

  /**
   * Trains the model on a data set.
   *
   * The steps run on threads of their own; the event loop stays free. With `augment`, images are changed at random as they are
   * used: the loss and accuracy of an epoch are those of the changed images. Errors: `E_SHAPE` and `E_DATA` where the data do not
   * fit the network, `E_OPTION` for an option out of range, `E_STATE` while another `fit` runs, `E_DIVERGED` where the
   * loss becomes infinite or not a number: the parameters are then those of the last step with a finite loss.
   */
  async fit(data: Dataset, options: FitOptions = {}): Promise<History> {
    const { plans } = this.#requireCompiled();
    return this.#whileTraining(options.signal, (signal) => {
      const { planned, run } = prepareTraining(this.#trainee(), data, { ...options, signal });
      return plans.exclusively(planned.plan, run);
    });
  }

  /**
   * {@link fit} as a loop over its events:
   *
   *     for await (const event of model.train(data, { epochs: 10 })) {
   *       if (event.type === 'epoch' && event.accuracy > 0.99) break;
   *     }
   *
   * It begins with the first event that is asked for. While the loop's body works on an event, the training waits, so that
   * the weights are those of that moment; but `progress` only tells how far it has come meanwhile. Leaving the loop stops the
   * training as a signal does: the model stays usable. The generator's value is the history.
   * Errors: those of `fit`, thrown in the loop.
   */
  train(data: Dataset, options: FitOptions = {}): AsyncGenerator<TrainingEvent, History, void> {
    const { onEvent } = options;
    const run = (listener: TrainingListener, signal: AbortSignal): Promise<History> => {
      const both: TrainingListener = async (event) => {
        await onEvent?.(event);
        await listener(event);
      };
      return this.fit(data, { ...options, signal, onEvent: onEvent ? both : listener });
    };
    return eventStream(run, options.signal);
  }

  /**
   * Makes one update from one batch, for loops of your own.
   * @param samples a data set, or rows of the network's input shape
   * @param targets a class number a sample, or a row of as many numbers as the network puts out; left out with a data set
   * @returns loss, penalty and accuracy of the batch before the update
   * Errors: those of `fit`; where the loss is no finite number (`E_DIVERGED`) the weights stay what they were.
   */
  async trainOnBatch(samples: Samples, targets?: ArrayLike<number>, options: BatchOptions = {}): Promise<BatchResult> {
    const { loss, plans } = this.#requireCompiled();
    const trainee = this.#trainee();
    const batch = toBatch(samples, targets, this.graph);
    checkMeasurable(this.graph, loss, batch, this.name);
    checkTrained(trainee);
    const planned = trainee.planFor(batch, batch.count);
    return this.#whileTraining(undefined, () =>
      plans.exclusively(planned.plan, () => trainOnBatch(trainee, batch, planned, options)),
    );
  }

  /**
   * The mean loss over a data set and the share of samples that are classified correctly; with several outputs, the sum of
   * their losses, and the share of the first output; and the penalty on the weights, where some are regularized. Beside
   * them, the metrics that the model was compiled with. The loss is that of all samples together, whatever the batch size.
   * Errors: those of `fit`; `E_DATA` for data that a metric cannot be computed of.
   */
  async evaluate(data: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { loss, metrics } = this.#requireCompiled();
    const { sampleWeights } = options;
    checkMeasurable(this.graph, loss, data, this.name);
    checkMeasured(metrics, this.graph, data);
    return this.#evaluate(sampleWeights ? data.withSampleWeights(sampleWeights) : data, options);
  }

  /** Data that have been checked, or those of them that `order` names: then without metrics, which few samples may not have. */
  async #evaluate(data: Dataset, options: RunOptions, order?: Uint32Array): Promise<Evaluation> {
    const { loss, metrics, rules } = this.#requireCompiled();
    const observe = observationsOf(metrics);
    const { request, program } = await this.#runAll('evaluate', data, options, { loss, observe }, order);
    const { loss: mean, accuracy, samples } = summarize(request, program.batchSize, request.losses.length);
    const penalized = penalizedParameters(this.graph, rules.regularizer, this.#frozen);
    const penalty = penalized.length > 0 ? { penalty: penaltyOf(penalized, request.parameters) } : {};
    const measured = order ? {} : measure(metrics, this.graph, data, program, request);
    return { loss: mean, ...penalty, accuracy, count: samples, ...measured };
  }

  /**
   * The network's output for each sample.
   * @param samples a data set, or rows of the network's input shape one after another; they are copied first
   */
  async predict(samples: Samples, options: RunOptions = {}): Promise<Prediction> {
    const data = this.#toSamples(samples);
    const { request } = await this.#runAll('predict', data, options, {});
    return toPrediction(this.graph, request);
  }

  /**
   * {@link predict} on the calling thread, for a few samples at a time: a small network takes microseconds for one, less
   * than a promise costs. The event loop stands still meanwhile.
   */
  predictSync(samples: Samples, options: WeightsOptions = {}): Prediction {
    const { precision } = this.#requireCompiled();
    const data = this.#toSamples(samples);
    // A plan of its own: one that runs already cannot be waited for here.
    const { program, plan } = this.#planFor('predict', data, predictionBatch(data.count), {}, 'sync');
    const request = this.#request(program, precision, data, [], options);
    plan.runSync(request);
    return toPrediction(this.graph, request);
  }

  /**
   * Writes the network, its parameters and the options of `compile` to a safetensors file, whole or not at all. Options with
   * functions of your own (an optimizer, schedule, loss or metric) are not kept, and the model is to be compiled again then.
   * Error: `E_FILE`.
   */
  async save(path: string, options: WeightsOptions = {}): Promise<void> {
    this.#checkUsable();
    const { description } = this.#compiled ?? {};
    await saveModel(path, this.name, this.graph, this.#frozen, this.#weights(options), description);
  }

  /**
   * Reads the parameters from a safetensors file. Nothing changes unless all names and shapes match.
   * Errors: `E_FILE`, `E_FORMAT` for a malformed file, `E_SHAPE` where the file does not fit the network, `E_STATE` while the
   * model is trained.
   */
  async load(path: string): Promise<this> {
    this.#checkUsable();
    const file = await readWeights(path);
    if (this.#training) {
      throw new LaminetError(
        'E_STATE',
        `${this.name} is being trained and cannot load ${path}; end the training first`,
      );
    }
    assignParameters(path, file, this.name, this.#store);
    return this;
  }

  /**
   * Frees the native memory; the model cannot be used after. Predictions and evaluations under way are finished first; a
   * training ends after its step, and `fit` returns as if its signal had been aborted. Forgetting to call it leaks nothing.
   */
  dispose(): void {
    this.#disposed = true;
    this.#training?.abort();
    this.#compiled?.plans.dispose();
    this.#compiled = undefined;
  }

  /** {@link dispose}, for `using model = ...`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkUsable(): void {
    if (this.#disposed) throw new LaminetError('E_STATE', `${this.name} was disposed of and cannot be used any more`);
  }

  #requireCompiled(): Compiled {
    this.#checkUsable();
    if (!this.#compiled) {
      throw new LaminetError('E_STATE', `${this.name} must be compiled first: model.compile({ loss: 'crossEntropy' })`);
    }
    return this.#compiled;
  }

  /**
   * Runs `work`, during which the parameters are others at every moment. It is to stop by the signal it is given, which
   * follows the caller's, and `dispose`. Error: `E_STATE` while another training runs.
   */
  async #whileTraining<T>(outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#training) throw new LaminetError('E_STATE', `${this.name} is being trained already`);
    const training = new AbortController();
    const stop = (): void => training.abort();
    if (outer?.aborted) stop();
    outer?.addEventListener('abort', stop, { once: true });
    this.#training = training;
    this.#store.noteChange();
    try {
      return await work(training.signal);
    } finally {
      outer?.removeEventListener('abort', stop);
      this.#store.noteChange();
      this.#training = undefined;
    }
  }

  #trainee(): Trainee {
    const { loss, metrics, rules, optimizerState, precision, plans, description } = this.#requireCompiled();
    const { name, graph, seed } = this;
    const frozen = this.#frozen;
    const observe = observationsOf(metrics);
    return {
      name,
      graph,
      frozen,
      seed,
      store: this.#store,
      optimizerState,
      rules,
      losses: loss,
      metrics,
      compile: description,
      precision,
      backend: plans.description,
      planFor: (data, batchSize, { accumulate: stepsPerUpdate = 1, augmentation } = {}) => {
        const extra = { loss, ...rules, stepsPerUpdate, frozen, observe, augmentation };
        const use = `${stepsPerUpdate} ${this.frozen} ${JSON.stringify(augmentation)}`;
        return this.#planFor('train', data, batchSize, extra, use);
      },
      evaluate: (data, { order, ...options }) => this.#evaluate(data, options, order),
      inspect: (data, order, drawn) => {
        const { regularizer } = rules;
        const extra = { loss, ...(regularizer && { regularizer }), frozen, layerResults: true };
        const planned = this.#planFor('train', data, order.length, extra, `inspect ${this.frozen}`);
        const parts = { store: this.#store, precision, losses: loss, data, order, seed: drawn };
        return plans.exclusively(planned.plan, () => inspect(planned, parts));
      },
    };
  }

  #toSamples(samples: Samples): Dataset {
    const { inputShape: shape } = this.graph;
    const data = samples instanceof Dataset ? samples : Dataset.from({ samples, shape, name: 'samples' });
    checkFit(this.graph, data, this.name);
    return data;
  }

  /** A run over samples: all in their order, if nothing else is said. While the model is trained, its parameters are others at every moment. */
  #request(
    program: Program,
    precision: Precision,
    data: Dataset,
    losses: readonly Loss[],
    options: WeightsOptions,
    order: Uint32Array = inOrder(data.count),
  ): DataRequest {
    const parts = { precision, store: this.#store, losses };
    const { version, ...request } = makeRequest(program, data, order, parts);
    const parameters = this.#weights(options);
    const known = version !== undefined && !this.#training && parameters === this.#store.values;
    return { ...request, parameters, ...(known && { version }) };
  }

  /** The flat parameter buffer, or a copy with the averages. */
  #weights({ weights = 'current' }: WeightsOptions): FloatArray {
    if (weights === 'current') return this.#store.values;
    if (weights !== 'average') {
      throw new LaminetError('E_OPTION', `weights must be 'current' or 'average', found ${JSON.stringify(weights)}`, {
        option: 'weights',
        found: weights,
      });
    }
    const averaged = this.#requireCompiled().optimizerState.averaged(this.#store.values);
    if (averaged) return averaged;
    const why = this.#compiled?.rules.averaging
      ? 'nothing was trained since compile'
      : 'compile({ averaging }) keeps one';
    throw new LaminetError('E_STATE', `${this.name} has no average of its weights yet: ${why}`);
  }

  /** The program for a purpose and a kind of data, with its plan. Loss and optimizer are those of the compiled model. */
  #planFor(purpose: Purpose, data: Dataset, batchSize: number, extra: ProgramParts, use = ''): PlannedProgram {
    const { source, padding, scale } = data;
    const targets = purpose === 'predict' ? 'none' : data.labels ? 'classes' : data.targets ? 'values' : 'none';
    const weighted = extra.loss !== undefined && areWeighted(extra.loss, data);
    const key = `${purpose} ${batchSize} ${source.kind} ${source.shape} ${padding} ${scale} ${targets} ${weighted} ${use}`;
    return this.#requireCompiled().plans.get(key, () =>
      compileProgram(this.graph, { purpose, batchSize, input: inputFormat(data), targets, weighted, ...extra }),
    );
  }

  async #runAll(
    purpose: 'evaluate' | 'predict',
    data: Dataset,
    options: RunOptions,
    extra: ProgramParts,
    order?: Uint32Array,
  ): Promise<{ request: DataRequest; program: Program }> {
    const { precision, plans } = this.#requireCompiled();
    const { batchSize = predictionBatch(order?.length ?? data.count) } = options;
    if (options.batchSize !== undefined) checkBatchSize(batchSize, data.count);
    const { program, plan } = this.#planFor(purpose, data, batchSize, extra);
    const request = this.#request(program, precision, data, extra.loss ?? [], options, order);
    const outcome = await plans.exclusively(plan, () => runWithSignal(plan, request, options.signal));
    if (outcome.status === 'stopped') {
      throw new LaminetError(
        'E_ABORTED',
        `${purpose} was stopped after ${outcome.steps} of ${request.losses.length} steps`,
      );
    }
    return { request, program };
  }
}
