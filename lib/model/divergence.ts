import type { RunRequest } from '../backends/backend';
import { firstNonFinite } from '../backends/select';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Program } from '../ops/program';
import type { Precision } from '../tensor/storage';

/** Where and how a run came to a loss that is no finite number. */
export interface Divergence {
  /** Both counted from 1. */
  readonly epoch: number;
  readonly step: number;
  /** The losses of the epoch's steps up to the last finite one, and of the epoch before if this is the first step. */
  readonly lossesBefore: readonly number[];
  readonly learningRate: number;
}

/** Over so many steps a rising loss is looked for. */
const STEPS_LOOKED_BACK = 20;

/** Where the samples of the failing batch, or targets, hold something that is no finite number. */
function badSample(request: RunRequest, data: Dataset): number | undefined {
  const size = data.samples.length / data.count;
  for (const index of request.order) {
    for (let element = index * size; element < (index + 1) * size; element++) {
      if (!Number.isFinite(data.samples[element])) return index;
    }
  }
  return undefined;
}

function likelyReason(divergence: Divergence, bad: number | undefined): string {
  if (bad !== undefined) return `sample ${bad} of the data holds a value that is not a finite number`;
  const recent = divergence.lossesBefore.slice(-STEPS_LOOKED_BACK);
  const lowest = Math.min(...recent);
  const last = recent.at(-1);
  const rate = `the learning rate of ${divergence.learningRate} is too high for this network and loss (try a tenth of it)`;
  if (last === undefined)
    return 'it is so from the first step on: look at the scale of the data and of the first weights';
  if (last > 2 * lowest) {
    return `the loss grew from ${lowest.toPrecision(3)} to ${last.toPrecision(3)} in the ${recent.length} steps before: ${rate}`;
  }
  return `the step before had a loss of ${last.toPrecision(3)}: ${rate}`;
}

/**
 * The error for a loss that became infinite or not a number: says in which step, in which layer it began and what the
 * likely reason is.
 *
 * @param request the failing step alone: its samples as `order`, the parameters as they were in it
 */
export function divergenceError(
  program: Program,
  precision: Precision,
  request: RunRequest,
  data: Dataset,
  divergence: Divergence,
): LaminetError {
  const { epoch, step, learningRate } = divergence;
  const found = firstNonFinite(program, precision, request);
  const bad = badSample(request, data);
  const layer = found?.instruction.layer ?? 'loss';
  const where = found
    ? `it began in ${layer}, in the result of ${found.instruction.op}`
    : 'it began in the sum over the batch';
  const reason = likelyReason(divergence, bad);
  return new LaminetError(
    'E_DIVERGED',
    `the loss of step ${step} in epoch ${epoch} is not a finite number; ${where}; ${reason}; the weights are those of the last step with a finite loss`,
    { epoch, step, layer, op: found?.instruction.op, learningRate, reason },
  );
}
