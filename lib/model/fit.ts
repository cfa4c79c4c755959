import type { Plan } from '../backends/backend';
import type { AugmentOptions } from '../data/augment';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import type { Program } from '../ops/program';
import type { WeightsChoice } from '../optimizers/averaging';
import { epochRates, type MonitoredValue, type Schedule, type ScheduleState } from '../schedules/schedule';
import { permutation, RandomStream } from '../tensor/philox';
import type { Precision } from '../tensor/storage';
import { divergenceError } from './divergence';
import type { EpochRecord, Evaluation, History, TrainingEvent } from './events';
import type { Measured } from './measure';
import type { OptimizerState } from './optimizer-state';
import type { ParameterStore } from './parameters';
import { profileRows } from './profile';
import { type DataRequest, inOrder, makeRequest, runWithSignal, summarize } from './runner';

/** The options of `fit`. */
export interface FitOptions {
  /** How often to go through the data. Default: 1. */
  readonly epochs?: number;
  /** Samples a step. The last step of an epoch takes what is left. Default: 32, or all of fewer samples. */
  readonly batchSize?: number;
  /**
   * Makes an update of so many batches' mean gradient over all of their samples, as a batch of them all would; an epoch's last
   * update takes what is left. Schedules count updates. It cannot be more than 1 with sample weights, with class weights that
   * the mean is divided by, or with losses that are summed: what the batches of an update have together is not known of one
   * alone. Default: 1.
   */
  readonly accumulate?: number;
  /**
   * What each sample's loss, and the gradient of it, is multiplied by; 0 leaves a sample out. They do not count in what the
   * sum is divided by to be a mean. Default: those of the data set.
   */
  readonly sampleWeights?: ArrayLike<number>;
  /** Changes images at random as they are used. Default: not. */
  readonly augment?: AugmentOptions;
  /** Evaluated after each epoch, with its own sample weights. */
  readonly validationData?: Dataset;
  /** The weights that validation data are evaluated with. Default: `current`. */
  readonly validationWeights?: WeightsChoice;
  /** Whether each epoch goes through the data in a new random order. Default: true. */
  readonly shuffle?: boolean;
  /** Of the orders, and of what is drawn in training (`dropout`, `augment`). Default: the model's seed. */
  readonly seed?: number;
  /** Stops after the step under way; the model stays usable, and `fit` returns what is finished. */
  readonly signal?: AbortSignal;
  /** Whether to measure where the time goes, instruction by instruction: see `History.profile`. Default: false. */
  readonly profile?: boolean;
  /** Hears of everything while it happens. What it throws ends the run. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** What a training loop works with. */
export interface TrainingContext {
  readonly program: Program;
  /** One for each output. */
  readonly losses: readonly Loss[];
  readonly plan: Plan;
  readonly precision: Precision;
  readonly store: ParameterStore;
  readonly optimizerState: OptimizerState;
  readonly data: Dataset;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly schedule: Schedule;
  readonly backend: string;
  readonly parameters: number;
  readonly profile: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TrainingEvent) => void;
  /** The metrics of an epoch that has been run. */
  readonly measure: (request: DataRequest) => Measured;
  readonly validate: (() => Promise<Evaluation>) | undefined;
}

/** The order of an epoch's samples: a function of the seed and the epoch alone. */
function epochOrder({ data, shuffle, seed }: TrainingContext, epoch: number): Uint32Array {
  const order = inOrder(data.count);
  if (shuffle) order.set(permutation(data.count, seed, RandomStream.shuffle, epoch));
  return order;
}

/** A run that goes on where the training stands, in an epoch counted from 1, or `ahead` steps later. */
function epochRequest(
  context: TrainingContext,
  epoch: number,
  order: Uint32Array,
  rates: Float64Array,
  ahead = 0,
): DataRequest {
  const { program, precision, store, losses, data, optimizerState, seed } = context;
  const optimizer = optimizerState.memory(rates, ahead);
  return { ...makeRequest(program, data, order, { precision, store, losses, optimizer }), seed, epoch: epoch - 1 };
}

/**
 * Sets the parameters, and the optimizer's state, to those that a step begins with, which had a finite loss: from a copy made
 * before, the updates up to there are made again, and since a run's numbers depend on nothing but its input, they come out the
 * same.
 */
async function replay(context: TrainingContext, start: Start, step: number): Promise<void> {
  const { optimizerState } = context;
  const { stepsPerUpdate } = context.program;
  const updates = Math.floor(step / stepsPerUpdate);
  context.store.values.set(start.values);
  optimizerState.values.set(start.state);
  optimizerState.steps = start.steps;
  optimizerState.batches = start.batches;
  if (updates === 0) return;
  const order = epochOrder(context, start.epoch).slice(0, updates * stepsPerUpdate * context.batchSize);
  await context.plan.run(epochRequest(context, start.epoch, order, start.rates.slice(0, updates)));
  optimizerState.steps += updates;
  optimizerState.batches += updates * stepsPerUpdate;
}

/** The parameters and the optimizer's state at the start of an epoch, the rates of its updates, and the losses that its steps then had. */
interface Start {
  readonly epoch: number;
  readonly values: TrainingContext['store']['values'];
  readonly state: OptimizerState['values'];
  /** That the optimizer had made, and of how many batches. */
  readonly steps: number;
  readonly batches: number;
  readonly rates: Float64Array;
  losses: number[];
}

async function failDiverged(
  context: TrainingContext,
  starts: readonly Start[],
  request: DataRequest,
  step: number,
): Promise<never> {
  const { batchSize } = context;
  const updates = Math.floor(step / context.program.stepsPerUpdate);
  const current = starts.at(-1) as Start;
  const before = starts.at(-2);
  const order = request.order.slice(step * batchSize, (step + 1) * batchSize);
  const failing = epochRequest(context, current.epoch, order, current.rates.slice(updates, updates + 1), step);
  const lossesBefore = step > 0 ? [...request.losses.subarray(0, step)] : (before?.losses ?? []);
  // The loss is that of the weights which the update before has made.
  const learningRate =
    (updates > 0 ? current.rates[updates - 1] : before?.rates.at(-1)) ?? (current.rates[0] as number);
  const divergence = { epoch: current.epoch, step: step + 1, lossesBefore, learningRate };
  const error = divergenceError(context.program, context.precision, failing, context.data, divergence);
  if (step > 0) await replay(context, current, step - 1);
  else if (before) await replay(context, before, before.losses.length - 1);
  throw error;
}

/** Throws where a schedule watches what the epochs of this run do not tell. */
function checkMonitored({ schedule, validate }: TrainingContext): void {
  const { monitor } = schedule.feedback ?? {};
  if (validate || (monitor !== 'validationLoss' && monitor !== 'validationAccuracy')) return;
  throw new LaminetError('E_OPTION', `${schedule.name} watches ${monitor}, which needs validationData`, {
    schedule: schedule.name,
    monitor,
  });
}

/** The value of an epoch that a schedule watches. */
function monitoredValue({ loss, accuracy, validation }: EpochRecord, monitor: MonitoredValue): number {
  if (monitor === 'loss') return loss;
  if (monitor === 'accuracy') return accuracy;
  const value = monitor === 'validationLoss' ? validation?.loss : validation?.accuracy;
  return value ?? Number.NaN;
}

/** The training loop: epochs of steps on a plan, told of as events. */
export async function train(context: TrainingContext): Promise<History> {
  const { data, epochs, batchSize, plan, schedule, signal, onEvent, store, optimizerState } = context;
  const { stepsPerUpdate } = context.program;
  checkMonitored(context);
  const stepsPerEpoch = Math.ceil(data.count / batchSize);
  const updatesPerEpoch = Math.ceil(stepsPerEpoch / stepsPerUpdate);
  const began = performance.now();
  const records: EpochRecord[] = [];
  let starts: Start[] = [];
  let scheduleState: ScheduleState | undefined = schedule.feedback?.initialState;
  let trained = 0;
  const profile = context.profile ? new Float64Array(context.program.instructions.length + 2) : undefined;
  const { backend, parameters } = context;
  onEvent({ type: 'start', epochs, batchSize, samples: data.count, stepsPerEpoch, parameters, backend });

  for (let epoch = 1; epoch <= epochs && !signal?.aborted; epoch++) {
    const rates = epochRates(schedule, epoch, updatesPerEpoch, scheduleState);
    const { values: state, steps, batches } = optimizerState;
    const start = { epoch, values: store.values.slice(), state: state.slice(), steps, batches, rates, losses: [] };
    starts = [...starts.slice(-1), start];
    const request = {
      ...epochRequest(context, epoch, epochOrder(context, epoch), rates),
      ...(profile ? { profile } : {}),
    };
    const epochBegan = performance.now();
    let failure: unknown;
    const outcome = await runWithSignal(plan, request, signal, (step) => {
      const { samples, ...means } = summarize(request, batchSize, step);
      const samplesPerSecond = samples / ((performance.now() - epochBegan) / 1000);
      try {
        onEvent({
          type: 'progress',
          epoch,
          step,
          steps: stepsPerEpoch,
          samplesSeen: samples,
          samplesPerSecond,
          ...means,
        });
      } catch (error) {
        failure ??= error;
        Atomics.store(request.control, 0, 1);
      }
    });
    if (failure !== undefined) throw failure;
    if (outcome.status === 'diverged') await failDiverged(context, starts, request, outcome.steps);
    // A run that was stopped has not made the update of the steps that it had begun to gather.
    const updates = outcome.status === 'done' ? updatesPerEpoch : Math.floor(outcome.steps / stepsPerUpdate);
    optimizerState.steps += updates;
    optimizerState.batches += outcome.status === 'done' ? stepsPerEpoch : updates * stepsPerUpdate;
    trained += Math.min(outcome.steps * batchSize, data.count);
    if (outcome.status === 'stopped') break;
    (starts.at(-1) as Start).losses = [...request.losses];
    const seconds = (performance.now() - epochBegan) / 1000;
    const { samples: _, ...means } = summarize(request, batchSize, stepsPerEpoch);
    const validation = await context.validate?.();
    const record: EpochRecord = {
      epoch,
      ...means,
      seconds,
      samplesPerSecond: data.count / seconds,
      learningRate: rates[updatesPerEpoch - 1] as number,
      ...context.measure(request),
      ...(validation ? { validation } : {}),
    };
    records.push(record);
    if (schedule.feedback && scheduleState) {
      scheduleState = schedule.feedback.next(scheduleState, monitoredValue(record, schedule.feedback.monitor));
    }
    onEvent({ type: 'epoch', ...record });
  }

  const reason = signal?.aborted && records.length < epochs ? 'aborted' : 'done';
  onEvent({ type: 'end', reason, epochs: records.length, seconds: (performance.now() - began) / 1000 });
  return { epochs: records, reason, ...(profile ? { profile: profileRows(context.program, profile, trained) } : {}) };
}

/** Throws unless a seed can be the key of random numbers. */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new LaminetError('E_OPTION', `seed must be a whole number from 0 to 2^53 - 1, found ${String(seed)}`, { seed });
}

/** Throws unless updates can be made of so many steps; `weighted`: whether samples have shares of their own in their step's loss. */
export function checkAccumulation(accumulate: number, weighted: boolean): void {
  const details = { option: 'accumulate', found: accumulate };
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    const message = `accumulate must be a whole number of at least 1, found ${String(accumulate)}`;
    throw new LaminetError('E_OPTION', message, details);
  }
  if (accumulate > 1 && weighted) {
    const message = `accumulate must be 1 with sample weights, class weights or losses that are summed, found ${accumulate}`;
    throw new LaminetError('E_OPTION', message, details);
  }
}

/** Throws unless a number of epochs can be run. */
export function checkEpochs(epochs: number): void {
  if (!Number.isInteger(epochs) || epochs < 1) {
    throw new LaminetError('E_OPTION', `epochs must be a whole number of at least 1, found ${String(epochs)}`, {
      option: 'epochs',
      found: epochs,
    });
  }
}
