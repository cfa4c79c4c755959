import fc from 'fast-check';
import { distributionOf, QUANTILES } from '../../lib/model/distribution';

/** The numbers in order, without what is not finite. */
const sorted = (values: ArrayLike<number>): number[] =>
  Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);

test('the numbers 0 to 999, by hand', () => {
  const values = Float64Array.from({ length: 1000 }, (_, index) => index);
  expect(distributionOf(values)).toMatchObject({
    count: 1000,
    min: 0,
    max: 999,
    mean: 499.5,
    // The root of (1000^2 - 1) / 12.
    deviation: 288.675,
  });
  const { quantiles = [], counts = [] } = distributionOf(values) ?? {};
  for (const [index, share] of QUANTILES.entries()) {
    expect(Math.abs((quantiles[index] as number) - 1000 * share)).toBeLessThan(1);
  }
  // A bucket is 33.3 wide.
  expect(counts).toHaveLength(30);
  expect(counts.every((count) => count === 33 || count === 34)).toBe(true);
});

test('quantiles are exact within a bucket of 1,200, counts are those of 30 buckets, whatever the numbers', () => {
  const numbers = fc.oneof(
    fc.float({ min: -1000, max: 1000, noNaN: true }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 200 }), (list) => {
      const finite = sorted(list);
      const found = distributionOf(Float64Array.from(list));
      if (finite.length === 0) return found === undefined;
      if (!found) return false;
      const [min, max] = [finite[0] as number, finite.at(-1) as number];
      const rounding = 1e-5 * Math.max(-min, max, Number.MIN_VALUE);
      const slack = (max - min) / 1200 + rounding;
      expect(found.count).toBe(finite.length);
      expect(found.counts.reduce((sum, count) => sum + count)).toBe(finite.length);
      for (const [index, share] of QUANTILES.entries()) {
        const exact = finite[Math.max(0, Math.ceil(share * finite.length) - 1)] as number;
        expect(Math.abs((found.quantiles[index] as number) - exact)).toBeLessThanOrEqual(slack);
      }
      return true;
    }),
  );
});

test.each([
  ['equal numbers', Float32Array.of(0.5, 0.5, 0.5), 0.5],
  ['the smallest numbers of all', Float64Array.of(0, Number.MIN_VALUE), 0],
])('%s are one bucket', (_what, values, value) => {
  const found = distributionOf(values);
  expect(found?.counts).toEqual([values.length]);
  expect(found?.quantiles).toEqual(QUANTILES.map(() => value));
});

test('the deviation of numbers far from zero is not lost in their mean', () => {
  const found = distributionOf(Float64Array.of(1e9 - 1, 1e9 + 1));
  expect(found).toMatchObject({ mean: 1e9, deviation: 1 });
});

test('of no finite numbers there is none', () => {
  expect(distributionOf(Float32Array.of(Number.NaN))).toBeUndefined();
  expect(distributionOf(new Float32Array(0))).toBeUndefined();
});
