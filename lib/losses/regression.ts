import * as ops from '../ops/loss';
import type { Loss } from './contract';
import { checkNumber, type LossOptions, lossWith, ofSample, overOutputs } from './options';

/**
 * Half the sum of squared errors, `sum over k of (y[k] - t[k])^2 / 2`, mean over the batch: the post's first error. Takes
 * rows of values, or class numbers.
 *
 * @example
 * sumOfSquaredErrors();
 */
export function sumOfSquaredErrors(options: LossOptions = {}): Loss {
  return lossWith('sse', options, {}, { op: ops.squaredError, fused: {}, divisor: ofSample });
}

/**
 * The mean squared error, `(y - t)^2`, mean over outputs and batch. Takes rows of values, or class numbers.
 *
 * @example
 * meanSquaredError();
 */
export function meanSquaredError(options: LossOptions = {}): Loss {
  // The op has half of each square.
  const divisor = overOutputs(options);
  return lossWith('mse', options, {}, { op: ops.squaredError, fused: {}, divisor: (outputs) => divisor(outputs) / 2 });
}

/**
 * The mean absolute error, `|y - t|`, mean over outputs and batch. Takes rows of values, or class numbers.
 *
 * @example
 * meanAbsoluteError();
 */
export function meanAbsoluteError(options: LossOptions = {}): Loss {
  return lossWith('mae', options, {}, { op: ops.absoluteError, fused: {}, divisor: overOutputs(options) });
}

/** The options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** From this distance on the loss grows in proportion to the error, not to its square. Default: 1. */
  readonly delta?: number;
}

/**
 * The Huber loss, `e^2 / 2` for errors e = y - t of at most `delta`, else `delta (|e| - delta / 2)`, mean over outputs and
 * batch: outliers pull no harder than `delta`. Takes rows of values, or class numbers.
 * Error: `E_OPTION` for a delta that is not above 0.
 * Source: Huber 1964, "Robust estimation of a location parameter", section 6.
 *
 * @example
 * huber({ delta: 2 });
 */
export function huber(options: HuberOptions = {}): Loss {
  const { delta = 1 } = options;
  checkNumber('delta', delta);
  const constants = { delta };
  return lossWith('huber', options, constants, {
    op: ops.huber,
    fused: {},
    constants,
    divisor: overOutputs(options),
  });
}
