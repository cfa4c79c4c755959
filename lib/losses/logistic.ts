import * as ops from '../ops/loss';
import type { Loss } from './contract';
import { lossWith, ofSample, overOutputs } from './options';
import { type LogitsOptions, NOT_LOGITS, overYesAndNo, SHARES, type SmoothingOptions } from './shares';

/** The options of {@link logisticError} and {@link binaryCrossEntropy}. */
export interface LogisticOptions extends LogitsOptions, SmoothingOptions {}

function logistic(name: string, options: LogisticOptions, divisor: Loss['divisor']): Loss {
  const { fromLogits = false, labelSmoothing = 0 } = options;
  return lossWith(
    name,
    options,
    { fromLogits, labelSmoothing },
    {
      op: fromLogits ? ops.sigmoidLogisticError : ops.logisticError,
      fused: fromLogits ? {} : { sigmoid: ops.sigmoidLogisticError, softmax: ops.softmaxLogisticError },
      unfit: fromLogits ? NOT_LOGITS : {},
      divisor,
      targets: SHARES,
      ...overYesAndNo(labelSmoothing),
    },
  );
}

/**
 * The logistic error of the post, `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])`, summed over the outputs, mean
 * over the batch. Takes class numbers, or a row of values from 0 to 1. Fused with a sigmoid or softmax at the network's end.
 * Error: `E_OPTION` for a smoothing outside 0 to 1.
 *
 * @example
 * logisticError();
 */
export function logisticError(options: LogisticOptions = {}): Loss {
  return logistic('logistic', options, ofSample);
}

/**
 * The {@link logisticError} as Keras and PyTorch have it: the mean over outputs and batch.
 *
 * @example
 * binaryCrossEntropy({ fromLogits: true });
 */
export function binaryCrossEntropy(options: LogisticOptions = {}): Loss {
  return logistic('binaryCrossEntropy', options, overOutputs(options));
}
