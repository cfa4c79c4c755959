import { createHash } from 'node:crypto';
import { cosineOfPi, exponential, logarithm, power } from '../../lib/tensor/elementary';
import { RandomSequence, RandomStream } from '../../lib/tensor/philox';

const random = new RandomSequence(2017, RandomStream.check);
const between = (low: number, high: number): number => low + (high - low) * random.nextUniform();
const drawn = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

/** Units in the last place of a double. */
const UNIT = 2 ** -52;

/** The largest error in units of the last place of what is expected, which must not be 0. */
function worst(inputs: readonly number[], actual: (x: number) => number, expected: (x: number) => number): number {
  return Math.max(...inputs.map((x) => Math.abs(actual(x) / expected(x) - 1) / UNIT));
}

// Engines differ by a unit or two among each other: what they agree on is what Math is asked for here.
describe('the elementary functions', () => {
  it('logarithm is that of Math within 2 units', () => {
    const inputs = [...drawn(5000, () => between(0, 1)), ...drawn(5000, () => 2 ** between(-1074, 1023)), 2 ** -53, 3];
    expect(worst(inputs, logarithm, Math.log)).toBeLessThanOrEqual(2);
    expect([logarithm(1), logarithm(0), logarithm(Number.POSITIVE_INFINITY)]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([logarithm(-1), logarithm(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('logarithm keeps its digits beside 1', () => {
    const inputs = drawn(2000, () => 1 + between(-1e-3, 1e-3)).filter((x) => x !== 1);
    expect(worst(inputs, logarithm, Math.log)).toBeLessThanOrEqual(2);
  });

  it('exponential is that of Math within 2 units', () => {
    expect(
      worst(
        drawn(5000, () => between(-700, 700)),
        exponential,
        Math.exp,
      ),
    ).toBeLessThanOrEqual(2);
    expect([exponential(0), exponential(711), exponential(-800), exponential(Number.NaN)]).toEqual([
      1,
      Number.POSITIVE_INFINITY,
      0,
      Number.NaN,
    ]);
    expect(exponential(-740)).toBeGreaterThan(0);
  });

  it('power multiplies for whole exponents and goes by logarithms for others', () => {
    expect([power(2, 10), power(2, -3), power(0.5, 2), power(7, 0), power(0, 2), power(0, 0.5)]).toEqual([
      1024, 0.125, 0.25, 1, 0, 0,
    ]);
    expect(power(0, -0.5)).toBe(Number.POSITIVE_INFINITY);
    // The rounding of the logarithm is multiplied by the exponent: up to 10 * ln(10) here.
    const exponents = drawn(2000, () => between(-10, 10));
    expect(
      worst(
        exponents,
        (x) => power(0.1, x),
        (x) => 0.1 ** x,
      ),
    ).toBeLessThanOrEqual(32);
  });

  it('cosineOfPi is the cosine, and exact where that is a whole number', () => {
    expect([0, 0.5, 1, 1.5, 2, -0.5, -1, 7].map((x) => cosineOfPi(x) + 0)).toEqual([1, 0, -1, 0, 1, 0, -1, -1]);
    const inputs = drawn(5000, () => between(0, 2));
    const error = inputs.map((x) => Math.abs(cosineOfPi(x) - Math.cos(Math.PI * x)) / UNIT);
    // Math meets an angle of up to 2 pi that is rounded already: half a unit of 4.
    expect(Math.max(...error)).toBeLessThanOrEqual(4);
    expect(inputs.every((x) => Math.abs(cosineOfPi(x)) <= 1)).toBe(true);
  });

  it('have these bits on every machine', () => {
    const inputs = Array.from({ length: 1000 }, (_, index) => (index + 0.5) / 500);
    const values = inputs.flatMap((x) => [logarithm(x), exponential(8 * x - 8), power(x, 1.5), cosineOfPi(x)]);
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    for (const [index, value] of values.entries()) bytes.setFloat64(8 * index, value, true);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '29313478290255c59c4c471c931f17c1c1ac8c9b172fe3bb9a3e454a79afbb2f',
    );
  });
});
