import type { Plan } from '../backends/backend';
import type { Dataset } from '../data/dataset';
import type { Loss } from '../losses/contract';
import type { Program } from '../ops/program';
import { permutation, RandomStream } from '../tensor/philox';
import type { FloatArray, Precision } from '../tensor/storage';
import type { OptimizerState } from './optimizer-state';
import type { ParameterStore } from './parameters';
import { type DataRequest, inOrder, makeRequest } from './runner';
import type { ObservedSteps } from './training-state';

/** What the steps of a training run are made of. */
export interface StepContext {
  readonly program: Program;
  /** One for each output. */
  readonly losses: readonly Loss[];
  readonly plan: Plan;
  readonly precision: Precision;
  readonly store: ParameterStore;
  readonly optimizerState: OptimizerState;
  readonly data: Dataset;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
}

/** How many steps and updates an epoch has. */
export function epochLength({ data, batchSize, program }: StepContext): { steps: number; updates: number } {
  const steps = Math.ceil(data.count / batchSize);
  return { steps, updates: Math.ceil(steps / program.stepsPerUpdate) };
}

/** The order of an epoch's samples: a function of the seed and the epoch alone. */
function epochOrder({ data, shuffle, seed }: StepContext, epoch: number): Uint32Array {
  const order = inOrder(data.count);
  if (shuffle) order.set(permutation(data.count, seed, RandomStream.shuffle, epoch));
  return order;
}

/**
 * All steps of an epoch.
 * @param epoch counted from 1
 * @param rates one for each of its updates
 * @param updatesBefore what the optimizer has made before the epoch
 */
export function epochRequest(
  context: StepContext,
  epoch: number,
  rates: Float64Array,
  updatesBefore: number,
): DataRequest {
  const { program, precision, store, losses, data, optimizerState, seed } = context;
  const optimizer = optimizerState.memory(rates, updatesBefore);
  const request = makeRequest(program, data, epochOrder(context, epoch), { precision, store, losses, optimizer });
  // Counted so that no two steps of a model draw the same, in whichever run they are made.
  return { ...request, seed, epoch: epoch - 1, stepsBefore: updatesBefore * program.stepsPerUpdate };
}

/**
 * Some steps of a run, over the same memory: what they say is said at their place in the whole.
 * @param from the first step: the first of an update
 * @param to the step behind the last one: the first of an update, or the end
 */
export function partOf(request: DataRequest, program: Program, from: number, to: number): DataRequest {
  const { batchSize, stepsPerUpdate, stepFactors } = program;
  const { order, weights, learningRates, factors, losses, correct, penalties, divisors } = request;
  const [first, last] = [from * batchSize, Math.min(to * batchSize, order.length)];
  const [firstUpdate, lastUpdate] = [from / stepsPerUpdate, Math.ceil(to / stepsPerUpdate)];
  const rowsOf = (values: FloatArray): FloatArray => {
    const width = values.length / order.length;
    return values.subarray(first * width, last * width);
  };
  return {
    ...request,
    stepsBefore: (request.stepsBefore ?? 0) + from,
    order: order.subarray(first, last),
    ...(weights && { weights: weights.subarray(first, last) }),
    ...(learningRates && { learningRates: learningRates.subarray(firstUpdate, lastUpdate) }),
    ...(factors && { factors: factors.subarray(firstUpdate * stepFactors, lastUpdate * stepFactors) }),
    losses: losses.subarray(from, to),
    correct: correct.subarray(from, to),
    ...(penalties && { penalties: penalties.subarray(from, to) }),
    results: request.results.map(rowsOf),
    divisors: divisors.subarray(from, to),
    control: new Int32Array(2),
  };
}

/** What the first steps of a run have said, over its memory. */
export function observedOf(request: DataRequest, program: Program, steps: number): ObservedSteps {
  const { losses, correct, penalties, results } = partOf(request, program, 0, steps);
  return { losses, correct, ...(penalties && { penalties }), results };
}

/** Puts what the first steps have said into a run's memory. */
export function putObserved(request: DataRequest, { losses, correct, penalties, results }: ObservedSteps): void {
  request.losses.set(losses);
  request.correct.set(correct);
  if (penalties) request.penalties?.set(penalties);
  for (const [index, rows] of results.entries()) request.results[index]?.set(rows);
}
