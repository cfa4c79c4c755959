/**
 * The normal distribution, right to within 24 units in the last place, however small its tails are.
 *
 * Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.2.11 (the series) and 26.2.14 (Laplace's
 * continued fraction).
 */

/** Up to here the series is used. Below 0 it is subtracted from 1/2, which leaves a 22nd of that at worst. */
const SERIES_REACHES = 2;
const SERIES_TERMS = 30;
/** Levels of the fraction: they give all digits at {@link SERIES_REACHES}, and further out fewer would. */
const FRACTION_LEVELS = 100;
/** Beyond, the density is below the smallest number. */
const FURTHEST = 39;

/** `exp(-x^2 / 2) / sqrt(2 pi)`. */
export function normalDensity(x: number): number {
  if (Math.abs(x) > FURTHEST) return 0;
  // x^2 = s^2 + (x - s)(x + s), s being x with half its digits, whose square is exact: the exponential of a rounded
  // square would have lost as many digits as the square has before its point.
  const s = Math.fround(x);
  const exponential = Math.exp((-s * s) / 2) * Math.exp((-(x - s) * (x + s)) / 2);
  return exponential / Math.sqrt(2 * Math.PI);
}

/** The probability of a normal number below x: `(1 + erf(x / sqrt(2))) / 2`. NaN stays NaN. */
export function cumulativeNormal(x: number): number {
  if (Math.abs(x) > SERIES_REACHES) {
    const tail = upperTail(Math.abs(x));
    return x < 0 ? tail : 1 - tail;
  }
  // 1/2 + p(x) (x + x^3 / 3 + x^5 / (3 * 5) + ...): all terms have one sign.
  let term = x;
  let sum = x;
  for (let k = 1; k <= SERIES_TERMS; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** The probability of a normal number above x: p(x) / (x + 1 / (x + 2 / (x + 3 / (x + ...)))). */
function upperTail(x: number): number {
  const density = normalDensity(x);
  if (density === 0) return 0;
  let rest = x;
  for (let k = FRACTION_LEVELS; k >= 1; k--) rest = x + k / rest;
  return density / rest;
}
