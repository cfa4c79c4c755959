import { fieldOf, type Program } from '../../lib/ops/program';

/**
 * How far two results may be apart: the largest absolute difference, divided by the largest expected magnitude or 1,
 * whichever is larger. Infinities and NaN must stand in the same places.
 */
export interface Tolerance {
  readonly name: string;
  readonly relative: number;
}

const FLOAT32_EPSILON = 2 ** -23;
const FLOAT64_EPSILON = 2 ** -52;

/** Bits are equal; 0 and -0 count as equal. */
export const exact: Tolerance = { name: 'exact', relative: 0 };

/** Double precision against PyTorch's: sums in another order over at most some ten thousand terms, or 20 training steps. */
export const float64Fixture: Tolerance = { name: 'float64 fixture', relative: 1e-10 };

/**
 * Double precision against double precision, for one formula that is evaluated in another order, or term by term over 40
 * steps: half a unit for each rounding, and an angle's rounding to 3 units.
 */
export const float64Rounding: Tolerance = { name: 'float64 rounding', relative: 32 * FLOAT64_EPSILON };

/** A derivative against central differences in double precision, of functions whose third derivative is not large. */
export const centralDifference: Tolerance = { name: 'central difference', relative: 1e-7 };

/**
 * Single precision against a wider one, for functions of single elements: the input's rounding, a polynomial or two, the
 * result's rounding.
 */
export const float32Elementwise: Tolerance = { name: 'float32 elementwise', relative: 8 * FLOAT32_EPSILON };

/**
 * Single precision against a wider one, for sums of `length` products of rounded numbers. Roundings of either sign add up
 * as a random walk does: with the square root of the length; 4 units for each step of the walk cover its tails.
 */
export function float32Reduction(length: number): Tolerance {
  return { name: `float32 reduction of ${length}`, relative: (8 + 4 * Math.sqrt(length)) * FLOAT32_EPSILON };
}

/**
 * Single precision against a wider one, for a gradient that grows with the reciprocal of a probability or of 1 minus it:
 * a relative error of one unit in a probability near 1 is as many units in its complement as the complement is small.
 */
export function float32Quotient(smallestDivisor: number): Tolerance {
  return { name: `float32 quotient by ${smallestDivisor}`, relative: (8 * FLOAT32_EPSILON) / smallestDivisor };
}

/**
 * Single precision against a wider one, after `steps` updates whose gradients are sums of up to `length` products: each
 * step starts from the last one's error, and at these rates neither damps nor multiplies it.
 */
export function float32Training(steps: number, length: number): Tolerance {
  return { name: `float32 training, ${steps} steps`, relative: steps * float32Reduction(length).relative };
}

/**
 * Single precision against a wider one, after `rounds` of the iteration that makes matrices orthogonal. A round multiplies what
 * lies along the smallest singular values by up to 3.4445, errors, too, and five rounds by 485; in the mean over all
 * directions it is a fraction of that, and 64 units a round cover the tails.
 */
export function float32Newton(rounds: number): Tolerance {
  return { name: `float32 orthogonalization, ${rounds} rounds`, relative: 64 * rounds * FLOAT32_EPSILON };
}

/** The most terms that any sum of a program has, over a batch of `count`. */
export function longestReduction(program: Program, count: number): number {
  let longest = 1;
  for (const { op, geometry } of program.instructions) {
    const size = (field: string): number => fieldOf(geometry, field, 1);
    if (op.startsWith('conv2d') || op.startsWith('partialConv2d')) {
      const taps = size('kernelHeight') * size('kernelWidth');
      const channels = Math.max(size('inChannels'), size('outChannels')) / size('groups');
      longest = Math.max(longest, taps * channels, count * size('outHeight') * size('outWidth'));
    } else if (op.startsWith('dense')) {
      longest = Math.max(longest, size('inputs'), size('outputs'), count);
    } else if (op.startsWith('groupNorm')) {
      const own = size('channels') * size('pixels');
      longest = Math.max(longest, own / size('groups'), count * size('pixels'));
    } else if (op === 'biasGrad' || op.startsWith('batch')) {
      longest = Math.max(longest, count * size('pixels'));
    } else if (op.startsWith('maxPool2d') || op.startsWith('averagePool2d')) {
      longest = Math.max(longest, size('kernelHeight') * size('kernelWidth'));
    } else {
      longest = Math.max(longest, size('channels'), size('classes'));
    }
  }
  return longest;
}

/** The worst disagreement of two results, in words; undefined where they agree. */
export function disagreement(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`;
  let scale = 1;
  for (const value of Array.from(expected)) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  let worst = -1;
  let worstError = tolerance.relative;
  for (let index = 0; index < expected.length; index++) {
    const a = actual[index] as number;
    const b = expected[index] as number;
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const finite = Number.isFinite(a) && Number.isFinite(b);
    const error = finite ? Math.abs(a - b) / scale : Number.POSITIVE_INFINITY;
    if (error > worstError) {
      worst = index;
      worstError = error;
    }
  }
  if (worst < 0) return undefined;
  return `at ${worst}: ${actual[worst]} instead of ${expected[worst]}, error ${worstError} (${tolerance.name}: ${tolerance.relative})`;
}

/** Fails the test where two results are further apart than `tolerance` allows; `what` is in the message. */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): void {
  expect({ what, disagreement: disagreement(actual, expected, tolerance) }).toEqual({ what, disagreement: undefined });
}
