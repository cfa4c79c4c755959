import { largerShareQuantiles } from '../../lib/tensor/beta';
import { expectClose, float64Fixture } from '../support/tolerance';

const quantiles = (of: (share: number) => number): number[] => Array.from({ length: 9 }, (_, index) => of(index / 8));

it.each([
  // Distributions whose quantiles are known: uniform; the arcsine law; and a parabola, whose cubic has a root by angles.
  [1, quantiles((p) => (1 + p) / 2)],
  [0.5, quantiles((p) => Math.cos((Math.PI / 4) * (1 - p)) ** 2)],
  [2, quantiles((p) => 0.5 + Math.sin(Math.asin(p) / 3))],
])('quantiles of Beta(%d, %d) above a half', (alpha, expected) => {
  expectClose('quantiles', largerShareQuantiles(alpha, 8), expected, float64Fixture);
});

it.each([0.01, 0.1, 0.4, 3, 7.5, 10])('quantiles of Beta(%d, ...) rise from a half to 1', (alpha) => {
  const found = largerShareQuantiles(alpha, 1024);
  expect(found).toHaveLength(1025);
  expect(found[0]).toBe(0.5);
  expect(found[1024]).toBe(1);
  for (let index = 1; index < found.length; index++) {
    expect(found[index]).toBeGreaterThanOrEqual(found[index - 1] as number);
  }
});

it('the variance of a share is that of the distribution', () => {
  for (const alpha of [0.2, 1, 5]) {
    const found = largerShareQuantiles(alpha, 4096);
    let sum = 0;
    for (let index = 0; index < 4096; index++) {
      const middle = ((found[index] as number) + (found[index + 1] as number)) / 2;
      sum += (middle - 0.5) ** 2;
    }
    // The distribution is symmetric: the larger share is as far from a half as the smaller one. The sum's error is that of
    // the trapezoids.
    expect(sum / 4096).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 5);
  }
});
