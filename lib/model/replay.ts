import { divergenceError } from './divergence';
import { partOf, type StepContext } from './epoch-request';
import type { DataRequest } from './runner';
import { restoreSnapshot, type Snapshot } from './snapshot';

/** Some steps that were run in one call, and what they began with. */
export interface StepsBegun {
  readonly epoch: number;
  /** The epoch's. */
  readonly request: DataRequest;
  /** The first step, counted from 0 within the epoch, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly snapshot: Snapshot;
}

/**
 * Sets the parameters, and the optimizer's state, to those that a step begins with, which had a finite loss: from a copy made
 * before, the updates up to there are made again, and since a run's numbers depend on nothing but its input, they come out the
 * same.
 * @param step counted from the first of those that were begun
 */
export async function replay(
  context: StepContext,
  { request, from, snapshot }: StepsBegun,
  step: number,
): Promise<void> {
  const { program, store, optimizerState, plan } = context;
  const updates = Math.floor(step / program.stepsPerUpdate);
  restoreSnapshot(snapshot, store, optimizerState);
  if (updates === 0) return;
  await plan.run(partOf(request, program, from, from + updates * program.stepsPerUpdate));
  optimizerState.steps += updates;
}

/**
 * Takes the model back to the last step with a finite loss, and throws `E_DIVERGED`.
 * @param begun the last calls, of which the last one came to a loss that is no finite number
 * @param finished its steps before that
 */
export async function failDiverged(
  context: StepContext,
  begun: readonly StepsBegun[],
  finished: number,
): Promise<never> {
  const { program, batchSize } = context;
  const current = begun.at(-1) as StepsBegun;
  const before = begun.at(-2);
  const { request, epoch } = current;
  const step = current.from + finished;
  const update = Math.floor(step / program.stepsPerUpdate);
  const failing = {
    ...request,
    stepsBefore: (request.stepsBefore ?? 0) + step,
    order: request.order.slice(step * batchSize, (step + 1) * batchSize),
    ...(request.weights && { weights: request.weights.slice(step * batchSize, (step + 1) * batchSize) }),
  };
  const lossesBefore = [...(step > 0 ? request.losses.subarray(0, step) : (before?.request.losses ?? []))];
  // The loss is that of the weights which the update before has made.
  const [rates, ratesBefore] = [request.learningRates, before?.request.learningRates];
  const learningRate = (update > 0 ? rates?.[update - 1] : ratesBefore?.at(-1)) ?? rates?.[0] ?? 0;
  const divergence = { epoch, step: step + 1, lossesBefore, learningRate };
  const error = divergenceError(program, context.precision, failing, context.data, divergence);
  if (finished > 0) await replay(context, current, finished - 1);
  else if (before) await replay(context, before, before.to - before.from - 1);
  throw error;
}
