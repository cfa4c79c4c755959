import { exponential, logarithm } from './elementary';

// Looked up once, as in philox.ts.
const { abs, min } = Math;

/** Newton's method needs a handful of steps; a bound keeps it from going round in the last bit. */
const MOST_STEPS = 40;

/**
 * The sum of the power series `sum over k of (1 - alpha)_k x^k / (k! (alpha + k))`, whose terms fall about as fast as powers
 * of x. Times x^alpha it is the integral of `t^(alpha - 1) (1 - t)^(alpha - 1)` from 0 to x: the incomplete beta function.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.7 and 15.2.1.
 */
function seriesOf(x: number, alpha: number): number {
  let factor = 1;
  let sum = 1 / alpha;
  for (let k = 1; k < 1000; k++) {
    factor *= ((k - alpha) * x) / k;
    const term = factor / (alpha + k);
    sum += term;
    if (abs(term) <= abs(sum) * 2 ** -60) break;
  }
  return sum;
}

/**
 * Quantiles of the larger of a number from Beta(alpha, alpha) and what it lacks to 1: those of the shares 0, 1/intervals, ...,
 * 1. They go from 1/2 to 1. The same bits on every machine. For an alpha of up to 10: beyond, the terms of the series cancel out.
 *
 * The smaller one, x, is below a quantile with a probability that is the incomplete beta function there, by that at 1/2. It is
 * solved for ln x by Newton's method on the function's logarithm, which is nearly straight.
 */
export function largerShareQuantiles(alpha: number, intervals: number): readonly number[] {
  const most = logarithm(0.5);
  const whole = alpha * most + logarithm(seriesOf(0.5, alpha));
  const quantiles = [0.5];
  let y = most;
  for (let index = 1; index < intervals; index++) {
    const wanted = whole + logarithm(1 - index / intervals);
    for (let step = 0; step < MOST_STEPS; step++) {
      const x = exponential(y);
      const series = seriesOf(x, alpha);
      const slope = exponential((alpha - 1) * logarithm(1 - x)) / series;
      const change = (alpha * y + logarithm(series) - wanted) / slope;
      y = min(y - change, most);
      if (abs(change) <= 2 ** -50) break;
    }
    quantiles.push(1 - exponential(y));
  }
  return [...quantiles, 1];
}
