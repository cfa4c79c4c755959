import * as ops from '../ops/loss';
import type { Loss } from './contract';
import { checkNumber, checkShare, lossWith, ofSample, overOutputs } from './options';
import { type LogitsOptions, NOT_LOGITS, overClasses, overYesAndNo, SHARES, type SmoothingOptions } from './shares';

/** The options of {@link focalLoss}. */
export interface FocalOptions extends LogitsOptions, SmoothingOptions {
  /** How strongly what is nearly right is left out; with 0 it is the cross-entropy. Default: 2. */
  readonly gamma?: number;
  /** What each class's part is multiplied by. Default: 1 each. */
  readonly alpha?: ArrayLike<number>;
}

/**
 * The focal loss over classes, `-sum over k of alpha[k] t[k] (1 - p[k])^gamma log p[k]`, mean over the batch: a cross-entropy in
 * which samples that are nearly right count little. Takes class numbers, or the share of each class. Fused with a softmax at
 * the network's end.
 * Error: `E_OPTION` for a gamma or an alpha below 0, and, when a model is compiled, for another number of alphas than outputs.
 * Source: Lin, Goyal, Girshick, He, Dollar 2017, "Focal loss for dense object detection", equations 4 and 5.
 *
 * @example
 * focalLoss({ gamma: 2 });
 */
export function focalLoss(options: FocalOptions = {}): Loss {
  const { fromLogits = false, labelSmoothing = 0, gamma = 2, alpha } = options;
  checkNumber('gamma', gamma, { zero: true });
  const classes = overClasses(labelSmoothing, alpha, 'alpha');
  return lossWith(
    'focal',
    options,
    { fromLogits, labelSmoothing, gamma, alpha: classes.classWeights },
    {
      op: fromLogits ? ops.softmaxFocal : ops.focal,
      fused: fromLogits ? {} : { softmax: ops.softmaxFocal },
      unfit: fromLogits ? NOT_LOGITS : {},
      constants: { gamma },
      divisor: ofSample,
      targets: SHARES,
      ...classes,
    },
  );
}

/** The options of {@link binaryFocalLoss}. */
export interface BinaryFocalOptions extends LogitsOptions, SmoothingOptions {
  /** How strongly what is nearly right is left out; with 0 it is the binary cross-entropy. Default: 2. */
  readonly gamma?: number;
  /** What targets of 1 are multiplied by, from 0 to 1; those of 0 by 1 - alpha. Default: both by 1. */
  readonly alpha?: number;
}

/**
 * The focal loss of outputs that each stand for yes or no, mean over outputs and batch: the binary cross-entropy, of each
 * output times `q^gamma`, q = p (1 - t) + (1 - p) t being how far its probability is off. Takes class numbers, or a row of
 * values from 0 to 1. Fused with a sigmoid at the network's end.
 * Error: `E_OPTION` for a gamma below 0, or an alpha or smoothing outside 0 to 1.
 * Source: Lin, Goyal, Girshick, He, Dollar 2017, "Focal loss for dense object detection", equation 5.
 *
 * @example
 * binaryFocalLoss({ gamma: 2, alpha: 0.25 });
 */
export function binaryFocalLoss(options: BinaryFocalOptions = {}): Loss {
  const { fromLogits = false, labelSmoothing = 0, gamma = 2, alpha } = options;
  checkNumber('gamma', gamma, { zero: true });
  if (alpha !== undefined) checkShare('alpha', alpha);
  const sides = alpha === undefined ? { positive: 1, negative: 1 } : { positive: alpha, negative: 1 - alpha };
  return lossWith(
    'binaryFocal',
    options,
    { fromLogits, labelSmoothing, gamma, alpha },
    {
      op: fromLogits ? ops.sigmoidFocal : ops.binaryFocal,
      fused: fromLogits ? {} : { sigmoid: ops.sigmoidFocal },
      unfit: fromLogits ? NOT_LOGITS : {},
      constants: { gamma, ...sides },
      divisor: overOutputs(options),
      targets: SHARES,
      ...overYesAndNo(labelSmoothing),
    },
  );
}
