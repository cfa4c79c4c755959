import { LaminetError } from '../errors';
import {
  crossEntropy as crossEntropyOp,
  type LossAttributes,
  type LossGeometry,
  logisticError as logisticErrorOp,
  sigmoidLogisticError,
  softmaxCrossEntropy,
  softmaxLogisticError,
  squaredError as squaredErrorOp,
} from '../ops/loss';
import type { Op } from '../ops/op';
import type { OpName } from '../ops/registry';

type LossOp = Op<LossAttributes, LossGeometry>;

/**
 * What a network is trained to make small. Where the network ends in an activation that the loss can be fused with, the
 * loss takes what goes into that activation, which is exact where the activation's own value rounds to 0 or 1.
 */
export interface Loss {
  readonly name: string;
  /** The op on the network's output. */
  readonly op: LossOp;
  /** By the network's last op: the op on that op's input which means the same. */
  readonly fused: Readonly<Partial<Record<OpName, LossOp>>>;
  /** By what a sample's loss is divided, given the number of outputs. */
  divisor(outputs: number): number;
}

/** The options of losses on probabilities. */
export interface LogitsOptions {
  /** Whether the network puts out logits, without an activation of its own at the end. Default: false. */
  readonly fromLogits?: boolean;
}

/**
 * Half the sum of squared errors, `sum over k of (y[k] - t[k])^2 / 2`, mean over the batch: the post's first error.
 *
 * @example
 * sumOfSquaredErrors();
 */
export function sumOfSquaredErrors(): Loss {
  return { name: 'sse', op: squaredErrorOp, fused: {}, divisor: () => 1 };
}

/**
 * Cross-entropy, `-sum over k of t[k] log p[k]`, mean over the batch. Takes class numbers, or target probabilities. Fused
 * with a softmax at the network's end.
 *
 * @example
 * crossEntropy();
 */
export function crossEntropy(options: LogitsOptions = {}): Loss {
  return {
    name: 'crossEntropy',
    op: options.fromLogits ? softmaxCrossEntropy : crossEntropyOp,
    fused: options.fromLogits ? {} : { softmax: softmaxCrossEntropy },
    divisor: () => 1,
  };
}

const logistic = (name: string, options: LogitsOptions, divisor: Loss['divisor']): Loss => ({
  name,
  op: options.fromLogits ? sigmoidLogisticError : logisticErrorOp,
  fused: options.fromLogits ? {} : { sigmoid: sigmoidLogisticError, softmax: softmaxLogisticError },
  divisor,
});

/**
 * The logistic error of the post, `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])`, summed over the outputs, mean
 * over the batch. Fused with a sigmoid or softmax at the network's end.
 *
 * @example
 * logisticError();
 */
export function logisticError(options: LogitsOptions = {}): Loss {
  return logistic('logistic', options, () => 1);
}

/**
 * The {@link logisticError} as Keras and PyTorch have it: the mean over outputs and batch.
 *
 * @example
 * binaryCrossEntropy();
 */
export function binaryCrossEntropy(options: LogitsOptions = {}): Loss {
  return logistic('binaryCrossEntropy', options, (outputs) => outputs);
}

const LOSSES = {
  sse: sumOfSquaredErrors,
  crossEntropy,
  logistic: logisticError,
  binaryCrossEntropy,
} as const;

/** The losses by name, with their default options. */
export type LossName = keyof typeof LOSSES;

/** The names of {@link LossName}, for help and errors. */
export const LOSS_NAMES = Object.keys(LOSSES) as readonly LossName[];

/** The loss of that name. Error: `E_UNKNOWN`. */
export function toLoss(loss: LossName | Loss): Loss {
  if (typeof loss !== 'string') return loss;
  if (!Object.hasOwn(LOSSES, loss)) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no loss ${JSON.stringify(loss)}; there are ${LOSS_NAMES.join(', ')}`,
      {
        loss,
      },
    );
  }
  return LOSSES[loss]();
}
