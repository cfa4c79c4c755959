import type { Difference } from './gradient-probe';

/** One element: what the program says, and what was measured. */
export interface Measurement extends Difference {
  readonly index: number;
  readonly analytic: number;
}

/** Whether a tensor's gradient is right; `checkGradients` says what each word means. */
export type Verdict = 'right' | 'wrong' | 'constant' | 'untested';

/** What was found for one tensor's gradient. */
export interface TensorVerdict {
  readonly verdict: Verdict;
  /** Over the elements that were compared, what rounding may explain taken off; Infinity where a gradient is not a number. */
  readonly largestError: number;
  /** The same as it was measured: what rounding added is in it. */
  readonly observedError: number;
  /** The element with the largest error: the first of the measured ones where none has any. */
  readonly worst: { readonly index: number; readonly analytic: number; readonly numeric: number };
  /** Elements that were compared. */
  readonly checked: number;
  /** Elements left out because they lie at a kink. */
  readonly skipped: number;
}

/** The largest relative error of a gradient that counts as right. */
const LARGEST_ERROR = 1e-6;

/** Gradients below this part of the tensor's largest are compared by their absolute error: rounding hides the rest. */
const SMALL_PART = 1e-3;

/** The largest part of a tensor's elements that may lie at a kink. */
const LARGEST_SKIPPED_PART = 0.1;

/** The relative error of one element, so much of the difference taken off. */
function relativeError({ analytic, central }: Measurement, noise: number, floor: number): number {
  const difference = Math.abs(analytic - central);
  if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
  const beyondNoise = Math.max(0, difference - noise);
  return beyondNoise === 0 ? 0 : beyondNoise / Math.max(Math.abs(analytic), Math.abs(central), floor);
}

/** Whether a kink between the two sides explains the error: the mean of two slopes is off by half their difference. */
function isAtKink({ analytic, central, kink, noise }: Measurement): boolean {
  return kink - 2 * noise >= Math.abs(analytic - central);
}

/**
 * Judges the gradient of one tensor by its measured elements, of which there is at least one.
 * @param ignored whether the outputs do not depend on the tensor at all; asked only where every gradient is zero
 */
export function judge(measured: readonly Measurement[], ignored: () => boolean): TensorVerdict {
  const largest = measured.reduce((most, { central }) => Math.max(most, Math.abs(central)), 0);
  let worst = measured[0] as Measurement;
  let largestError = 0;
  let observedError = 0;
  let skipped = 0;
  for (const measurement of measured) {
    const floor = SMALL_PART * largest;
    const error = relativeError(measurement, measurement.noise, floor);
    if (error > LARGEST_ERROR && isAtKink(measurement)) {
      skipped += 1;
      continue;
    }
    observedError = Math.max(observedError, relativeError(measurement, 0, floor));
    if (error > largestError) {
      largestError = error;
      worst = measurement;
    }
  }
  const zero = measured.every(({ analytic, central, noise }) => analytic === 0 && Math.abs(central) <= noise);
  const tooManySkipped = skipped > LARGEST_SKIPPED_PART * measured.length;
  let verdict: Verdict = 'right';
  if (largestError > LARGEST_ERROR) verdict = 'wrong';
  else if (zero) verdict = ignored() ? 'constant' : 'untested';
  else if (tooManySkipped) verdict = 'untested';
  return {
    verdict,
    largestError,
    observedError,
    worst: { index: worst.index, analytic: worst.analytic, numeric: worst.central },
    checked: measured.length - skipped,
    skipped,
  };
}
