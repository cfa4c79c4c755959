import * as ops from '../ops/loss';
import type { Loss } from './contract';
import { type LossOptions, lossWith, ofSample, overOutputs } from './options';
import { SHARES } from './shares';

/**
 * The hinge loss of outputs that each stand for yes or no, `max(0, 1 - s y)` with s = 1 for a target of 1 and s = -1 for one of
 * -1 or 0, mean over outputs and batch, as Keras has it. Takes class numbers, or rows of 1 and -1 (or 0).
 * Source: Cortes and Vapnik 1995, "Support-vector networks", section 3.
 *
 * @example
 * hinge();
 */
export function hinge(options: LossOptions = {}): Loss {
  return lossWith(
    'hinge',
    options,
    {},
    {
      op: ops.hinge,
      fused: {},
      divisor: overOutputs(options),
      targets: { only: [-1, 0, 1] },
    },
  );
}

/**
 * The hinge loss over classes, `max(0, 1 + max over k of (1 - t[k]) y[k] - sum over k of t[k] y[k])`, mean over the batch, as
 * Keras has it. Takes class numbers, or the share of each class.
 * Source: after Crammer and Singer 2001, "On the algorithmic implementation of multiclass kernel-based vector machines",
 * section 3.
 *
 * @example
 * categoricalHinge();
 */
export function categoricalHinge(options: LossOptions = {}): Loss {
  return lossWith(
    'categoricalHinge',
    options,
    {},
    {
      op: ops.categoricalHinge,
      fused: {},
      divisor: ofSample,
      targets: SHARES,
    },
  );
}
