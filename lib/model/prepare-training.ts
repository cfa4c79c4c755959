import { toAugmentation } from '../data/augment';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import { checkMixable } from '../losses/targets';
import { areWeighted } from '../losses/weights';
import type { Metric } from '../metrics/metric';
import type { Augmentation } from '../ops/gather-augmented';
import type { WeightsChoice } from '../optimizers/averaging';
import { toSchedule } from '../schedules/schedule';
import { pickDistinct, RandomStream } from '../tensor/philox';
import type { Precision } from '../tensor/storage';
import { encodeCheckpoint, resumeFrom } from './checkpoint';
import { CheckpointFolder, checkpointAt, newestCheckpoint } from './checkpoint-folder';
import { CheckpointKeeper, toInterval } from './checkpoint-keeper';
import { firstStoppingState, toStoppingRule } from './early-stopping';
import { epochLength } from './epoch-request';
import type { Evaluation } from './events';
import { checkAccumulation, checkEpochs, checkEvaluation, checkSeed, type FitOptions, splitForValidation } from './fit';
import { trainedCount } from './frozen';
import type { Graph } from './graph';
import { checkMeasured, measure } from './measure';
import { checkMonitored } from './monitor';
import type { OptimizerState } from './optimizer-state';
import type { ParameterStore } from './parameters';
import type { PlannedProgram } from './plan-cache';
import { checkBatchSize, checkMeasurable } from './runner';
import { checkStatistics, type Inspection } from './statistics';
import { train } from './train-loop';
import type { TrainingContext } from './training-context';
import type { TrainingRules } from './training-rules';
import { type TrainingSettings, trainingSettings } from './training-settings';
import { firstState, type TrainingState } from './training-state';

/** What a training step does beside what a model is compiled for. */
export interface StepParts {
  /** Default: 1. */
  readonly accumulate?: number;
  readonly augmentation?: Augmentation | undefined;
}

/** What is trained. */
export interface Trainee {
  readonly name: string;
  readonly graph: Graph;
  readonly frozen: ReadonlySet<string>;
  readonly seed: number;
  readonly store: ParameterStore;
  readonly optimizerState: OptimizerState;
  readonly rules: TrainingRules;
  readonly losses: readonly Loss[];
  readonly metrics: readonly Metric[];
  /** The options of `compile` as JSON, where they can be described. */
  readonly compile: string | undefined;
  readonly precision: Precision;
  /** What runs the steps. */
  readonly backend: string;
  /** The training program for some data, with its plan. */
  readonly planFor: (data: Dataset, batchSize: number, parts?: StepParts) => PlannedProgram;
  /** Evaluates a data set, or the samples of it that `order` names. */
  readonly evaluate: (data: Dataset, options: EvaluateParts) => Promise<Evaluation>;
  /** Gradients and activations of the samples that `order` names; undefined where their loss is no finite number. */
  readonly inspect: (data: Dataset, order: Uint32Array, seed: number) => Promise<Inspection | undefined>;
}

/** How a {@link Trainee} is evaluated. */
export interface EvaluateParts {
  readonly weights?: WeightsChoice;
  readonly signal?: AbortSignal;
  readonly order?: Uint32Array;
}

/** Who listens where nobody does. */
const ignoreEvent = (): void => undefined;

/** Throws where a model has nothing that training could change; returns how many numbers it can. */
export function checkTrained({ name, graph, frozen }: Pick<Trainee, 'name' | 'graph' | 'frozen'>): number {
  const parameters = trainedCount(graph, frozen);
  if (parameters > 0) return parameters;
  const why = frozen.size > 0 ? 'all layers that have parameters are frozen' : 'no layer has parameters';
  throw new LaminetError('E_STATE', `${name} has nothing to train: ${why}`);
}

/** A training with its options checked, ready to be run on its plan. */
export interface PreparedTraining {
  readonly planned: PlannedProgram;
  readonly run: () => ReturnType<typeof train>;
}

/** The samples that statistics are of. Those of evaluations are picked by numbers from 1. */
function inspected(samples: number, count: number, seed: number): Uint32Array {
  return pickDistinct(samples, count, seed, RandomStream.pick, 0);
}

/** Data and options as a loop wants them. Errors: those of `Model.fit`. */
export function prepareTraining(trainee: Trainee, whole: Dataset, options: FitOptions): PreparedTraining {
  const { name, graph, losses, metrics, rules } = trainee;
  const weighed = options.sampleWeights ? whole.withSampleWeights(options.sampleWeights) : whole;
  const { train: data, validation: validationData } = splitForValidation(weighed, options);
  const { epochs = 1, accumulate = 1, batchSize = Math.min(32, data.count), shuffle = true } = options;
  const { seed = trainee.seed, signal, validationWeights = 'current', checkpoint } = options;
  checkEpochs(epochs);
  checkSeed(seed);
  checkBatchSize(batchSize, data.count);
  for (const part of validationData ? [data, validationData] : [data]) {
    checkMeasurable(graph, losses, part, name);
    checkMeasured(metrics, graph, part);
  }
  checkAccumulation(accumulate, areWeighted(losses, data));
  const schedule = toSchedule(rules.optimizer.learningRate);
  if (schedule.feedback) checkMonitored(schedule.name, schedule.feedback.monitor, validationData !== undefined);
  const stopping = options.earlyStopping && toStoppingRule(options.earlyStopping, validationData !== undefined);
  const evaluation = options.evaluation && checkEvaluation(options.evaluation, data.count);
  const statistics = options.statistics && checkStatistics(options.statistics, graph, data.count);
  const keeping = checkpoint && toInterval(checkpoint);
  if (options.resume === true && !checkpoint) {
    throw new LaminetError('E_OPTION', 'resume must be a path where there is no checkpoint.folder, found true', {
      option: 'resume',
      found: true,
    });
  }
  const parameters = checkTrained(trainee);
  const augmentation = options.augment && toAugmentation(options.augment, data);
  if (augmentation && augmentation.mixup > 0) checkMixable(losses);
  const planned = trainee.planFor(data, batchSize, { accumulate, augmentation });
  const { program, plan } = planned;
  const aborting = signal ? { signal } : {};
  const base = {
    ...trainee,
    program,
    plan,
    data,
    epochs,
    batchSize,
    shuffle,
    seed,
    schedule,
    stopping,
    parameters,
    profile: options.profile ?? false,
    signal,
    pause: options.pause,
    onEvent: options.onEvent ?? ignoreEvent,
    measure: (request) => measure(metrics, graph, data, program, request),
    validate: validationData && (() => trainee.evaluate(validationData, { weights: validationWeights, ...aborting })),
    evaluation: evaluation && {
      every: evaluation.every,
      run: (number) => {
        const order = pickDistinct(evaluation.samples, data.count, seed, RandomStream.pick, number);
        return trainee.evaluate(data, { order, ...aborting });
      },
    },
    inspect: statistics && (() => trainee.inspect(data, inspected(statistics.samples, data.count, seed), seed)),
  } satisfies Omit<TrainingContext, 'checkpoints' | 'resumedFrom'>;
  const settings = (): TrainingSettings =>
    trainingSettings({
      ...base,
      metrics,
      validationData,
      validationWeights,
      optimizer: rules.optimizer.name,
      evaluation,
      augment: options.augment,
    });
  return { planned, run: () => runFrom(base, trainee, settings, options, keeping) };
}

/** Where the run begins: anew, or at a checkpoint. */
async function startOf(
  context: Omit<TrainingContext, 'checkpoints' | 'resumedFrom'>,
  trainee: Trainee,
  settings: TrainingSettings | undefined,
  path: string | undefined,
): Promise<TrainingState> {
  const { program, batchSize, schedule, stopping, epochs } = context;
  if (path === undefined || !settings) {
    return firstState(schedule.feedback?.initialState, stopping && firstStoppingState);
  }
  const state = await resumeFrom(
    path,
    { ...trainee, settings },
    {
      steps: epochLength(context).steps,
      stepsPerUpdate: program.stepsPerUpdate,
      samples: context.data.count,
      batchSize,
      penalized: program.penalty >= 0,
      resultSizes: program.results.map((id) => program.tensors[id]?.shape.reduce((size, side) => size * side, 1) ?? 0),
    },
  );
  const begun = state.step > 0 ? state.epoch : state.epoch - 1;
  if (begun <= epochs) return state;
  throw new LaminetError('E_OPTION', `epochs must be at least ${begun}, which ${path} has begun, found ${epochs}`, {
    option: 'epochs',
    found: epochs,
  });
}

async function runFrom(
  context: Omit<TrainingContext, 'checkpoints' | 'resumedFrom'>,
  trainee: Trainee,
  describe: () => TrainingSettings,
  { checkpoint, resume }: FitOptions,
  keeping: ReturnType<typeof toInterval> | undefined,
): ReturnType<typeof train> {
  const settings = checkpoint || resume !== undefined ? describe() : undefined;
  const folder = checkpoint && keeping && new CheckpointFolder(checkpoint.folder, keeping.kept);
  // With `resume: true` the folder need not be there yet.
  if (folder) await folder.open(resume === undefined);
  const source =
    resume === true ? folder && (await newestCheckpoint(folder.path)) : resume && (await checkpointAt(resume));
  const state = await startOf(context, trainee, settings, source);
  const write = async (current: TrainingState, steps: number, observed: Parameters<typeof encodeCheckpoint>[2]) =>
    (folder as CheckpointFolder).write(
      steps,
      encodeCheckpoint({ ...trainee, settings: settings as TrainingSettings }, current, observed),
    );
  const begin = (state.epoch - 1) * epochLength(context).steps + state.step;
  const checkpoints = keeping && new CheckpointKeeper(keeping.interval, write, begin);
  return train({ ...context, checkpoints, resumedFrom: source }, state);
}
