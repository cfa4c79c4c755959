import { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import { toSchedule } from '../schedules/schedule';
import { sizeOf } from '../tensor/shape';
import type { Evaluation } from './events';
import type { Graph } from './graph';
import type { PlannedProgram } from './plan-cache';
import type { Trainee } from './prepare-training';
import { inOrder, makeRequest, summarize } from './runner';

/** The options of `trainOnBatch`. */
export interface BatchOptions {
  /** Default: the optimizer's own; of a schedule, that of the number of updates that were made since `compile`. */
  readonly learningRate?: number;
  /** How many batches an epoch is for a schedule that counts in epochs. Default: 1. */
  readonly stepsPerEpoch?: number;
}

/** What a batch came to before its update. */
export type BatchResult = Omit<Evaluation, 'metrics'>;

/** A batch as a data set: targets are class numbers where there is one a sample, and the network puts out more. */
export function toBatch(
  samples: Dataset | Uint8Array | Float32Array | Float64Array | readonly number[],
  targets: ArrayLike<number> | undefined,
  { inputShape: shape, outputShape }: Graph,
): Dataset {
  if (samples instanceof Dataset) {
    if (targets === undefined) return samples;
    throw new LaminetError('E_OPTION', 'a data set brings its own targets, found others beside it', {
      option: 'targets',
    });
  }
  if (targets === undefined) throw new LaminetError('E_DATA', 'the batch has samples, but no targets');
  const outputs = sizeOf(outputShape);
  const areClasses = outputs > 1 && targets.length * sizeOf(shape) === samples.length;
  const wanted = areClasses ? { labels: targets, classes: outputs } : { targets };
  return Dataset.from({ samples, shape, name: 'the batch', ...wanted });
}

function rateOf({ rules, optimizerState }: Trainee, { learningRate, stepsPerEpoch = 1 }: BatchOptions): number {
  if (!Number.isInteger(stepsPerEpoch) || stepsPerEpoch < 1) {
    const message = `stepsPerEpoch must be a whole number of at least 1, found ${String(stepsPerEpoch)}`;
    throw new LaminetError('E_OPTION', message, { option: 'stepsPerEpoch', found: stepsPerEpoch });
  }
  const schedule = toSchedule(rules.optimizer.learningRate);
  const rate = learningRate ?? schedule.rate(optimizerState.steps, stepsPerEpoch, schedule.feedback?.initialState);
  if (Number.isFinite(rate) && rate >= 0) return rate;
  throw new LaminetError('E_OPTION', `learningRate must be a finite number of at least 0, found ${String(rate)}`, {
    option: 'learningRate',
    found: rate,
  });
}

/** Makes one update from all samples of a batch. Errors: `E_OPTION`; `E_DIVERGED` for a loss that is no finite number. */
export async function trainOnBatch(
  trainee: Trainee,
  batch: Dataset,
  { program, plan }: PlannedProgram,
  options: BatchOptions,
): Promise<BatchResult> {
  const { precision, store, losses, optimizerState } = trainee;
  const rate = rateOf(trainee, options);
  const optimizer = optimizerState.memory(Float64Array.of(rate));
  const parts = { precision, store, losses, optimizer };
  const drawn = { seed: trainee.seed, stepsBefore: optimizerState.steps };
  const request = { ...makeRequest(program, batch, inOrder(batch.count), parts), ...drawn };
  const { status } = await plan.run(request);
  if (status === 'diverged') {
    throw new LaminetError(
      'E_DIVERGED',
      `the loss of the batch is not a finite number; its update was not made; look at the scale of the data, or take a learning rate below ${rate}`,
      { learningRate: rate },
    );
  }
  optimizerState.steps += 1;
  const { samples: count, ...means } = summarize(request, batch.count, 1);
  return { ...means, count };
}
