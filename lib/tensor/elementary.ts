/**
 * Logarithm, exponential, power and cosine, from additions, multiplications, divisions and whole-number scaling alone.
 *
 * IEEE 754 fixes the bits of those, so these functions give the same bits everywhere. Those of `Math` need not: the
 * language leaves them to the engine, and V8 has changed the ones it has. The results are within a few units in the last
 * place of the true ones (test/tensor/elementary.test.ts).
 */

// Looked up once, as in philox.ts. The constants are the same numbers everywhere: the doubles nearest to pi and sqrt(2).
const { floor, round, PI, SQRT2 } = Math;

/** ln 2 in two parts: the first has 32 zero bits at its end, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const bits = new DataView(new ArrayBuffer(8));
const EXPONENT_BIAS = 1023;
const SMALLEST_NORMAL = 2 ** -1022;

/** Terms of the series `atanh(s) / s = sum over k of s^2k / (2k + 1)`; |s| is at most 0.172, so the next is below 2^-62. */
const ATANH_TERMS = 12;
/** Terms of the series of exp; |r| is at most ln(2) / 2, so the next is below 2^-63. */
const EXP_TERMS = 15;
/** Terms of the series of sine and cosine; the angle is at most pi / 4, so the next is below 2^-60. */
const ANGLE_TERMS = 9;

/** The natural logarithm. Below 0: NaN. */
export function logarithm(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  if (x < SMALLEST_NORMAL) return logarithm(x * 2 ** 54) - 54 * (LN2_HIGH + LN2_LOW);
  // x = 2^exponent * mantissa, the mantissa from 1 / sqrt(2) to sqrt(2).
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - EXPONENT_BIAS;
  bits.setUint32(0, (high & 0xfffff) | (EXPONENT_BIAS << 20));
  let mantissa = bits.getFloat64(0);
  if (mantissa > SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln(m) = 2 atanh(s) with s = f / (2 + f) and f = m - 1. That f leads and the rest corrects it keeps what s rounds off.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const square = s * s;
  let series = 0;
  for (let k = ATANH_TERMS; k >= 1; k--) series = square * (1 / (2 * k + 1) + series);
  const half = 0.5 * f * f;
  const mantissaLog = f - (half - s * (half + 2 * series));
  return exponent * LN2_HIGH + (mantissaLog + exponent * LN2_LOW);
}

/** e to the power of x. Beyond what a number holds: 0 or infinity. */
export function exponential(x: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  if (Number.isNaN(x)) return x;
  // x = exponent * ln(2) + r.
  const exponent = round(x / (LN2_HIGH + LN2_LOW));
  const r = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let series = 0;
  for (let k = EXP_TERMS; k >= 1; k--) series = (r / k) * (1 + series);
  // In two factors, neither of which leaves the range of numbers.
  const first = floor(exponent / 2);
  return (1 + series) * wholePower(2, first) * wholePower(2, exponent - first);
}

/** By squaring; exact where the result and all its factors are. */
function wholePower(base: number, exponent: number): number {
  let rest = exponent < 0 ? -exponent : exponent;
  let result = 1;
  for (let factor = base; rest > 0; rest = floor(rest / 2)) {
    if (rest % 2 === 1) result *= factor;
    factor *= factor;
  }
  return exponent < 0 ? 1 / result : result;
}

/** A base of at least 0 to a finite power: by multiplications alone where the power is a whole number. */
export function power(base: number, exponent: number): number {
  if (Number.isInteger(exponent)) return wholePower(base, exponent);
  if (base === 0) return exponent > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exponential(exponent * logarithm(base));
}

/** The cosine of an angle of at most pi / 4. */
function smallCosine(angle: number): number {
  const square = angle * angle;
  let series = 0;
  for (let k = ANGLE_TERMS; k >= 1; k--) series = (-square / ((2 * k - 1) * (2 * k))) * (1 + series);
  return 1 + series;
}

/** The sine of an angle of at most pi / 4. */
function smallSine(angle: number): number {
  const square = angle * angle;
  let series = 0;
  for (let k = ANGLE_TERMS; k >= 1; k--) series = (-square / (2 * k * (2 * k + 1))) * (1 + series);
  return angle + angle * series;
}

/** The cosine of pi times x. Angles are folded before they meet pi: it is exact at every multiple of 1 / 2. */
export function cosineOfPi(x: number): number {
  const turn = x - 2 * floor(x / 2);
  const half = turn > 1 ? 2 - turn : turn;
  const quarter = half > 0.5 ? 1 - half : half;
  const value = quarter > 0.25 ? smallSine(PI * (0.5 - quarter)) : smallCosine(PI * quarter);
  return half > 0.5 ? -value : value;
}
