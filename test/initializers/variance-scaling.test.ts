import type { InitializerLike, InitializerName } from '../../lib/initializers/initializer';
import { type FanMode, varianceScaling } from '../../lib/initializers/variance-scaling';
import { firstValues } from '../support/first-values';
import { largest, mean, meanSquare } from '../support/moments';

const SIZE = 20_000;
const FANS = { fanIn: 50, fanOut: 150 };

const drawn = (initializer: InitializerLike): Float64Array => firstValues(initializer, [SIZE], FANS);

/** Five standard errors of a mean, and of a variance: sqrt(2 / n) for normal numbers and less for the others. */
const MEAN_MARGIN = 5 / Math.sqrt(SIZE);
const VARIANCE_MARGIN = 5 * Math.sqrt(2 / SIZE);

function expectMoments(values: Float64Array, variance: number): void {
  expect(Math.abs(mean(values)) / Math.sqrt(variance)).toBeLessThan(MEAN_MARGIN);
  expect(Math.abs(meanSquare(values) / variance - 1)).toBeLessThan(VARIANCE_MARGIN);
}

describe('the recipes by name', () => {
  it.each<[InitializerName, number]>([
    ['xavier', 2 / FANS.fanIn],
    ['glorotNormal', 2 / (FANS.fanIn + FANS.fanOut)],
    ['glorotUniform', 2 / (FANS.fanIn + FANS.fanOut)],
    ['glorotTruncatedNormal', 2 / (FANS.fanIn + FANS.fanOut)],
    ['heNormal', 2 / FANS.fanIn],
    ['heUniform', 2 / FANS.fanIn],
    ['heTruncatedNormal', 2 / FANS.fanIn],
    ['lecunNormal', 1 / FANS.fanIn],
    ['lecunUniform', 1 / FANS.fanIn],
    ['lecunTruncatedNormal', 1 / FANS.fanIn],
  ])('%s has mean 0 and variance %d', (name, variance) => {
    expectMoments(drawn(name), variance);
  });

  it("xavier, the post's, is heNormal by another name", () => {
    expect(drawn('xavier')).toEqual(drawn('heNormal'));
  });

  it('uniform ones keep within sqrt(3) standard deviations, normal ones do not', () => {
    const limit = Math.sqrt(6 / (FANS.fanIn + FANS.fanOut));
    expect(largest(drawn('glorotUniform'))).toBeLessThanOrEqual(limit);
    expect(largest(drawn('glorotUniform'))).toBeGreaterThan(0.99 * limit);
    expect(largest(drawn('glorotNormal'))).toBeGreaterThan(limit);
  });

  it('truncated ones keep within two standard deviations of what they are cut from, and reach near them', () => {
    // 1 - 4 phi(2) / (2 Phi(2) - 1), the variance of what is cut at 2.
    const density = Math.exp(-2) / Math.sqrt(2 * Math.PI);
    const cut = Math.sqrt(1 - (4 * density) / 0.9544997361036416);
    const limit = (2 * Math.sqrt(2 / FANS.fanIn)) / cut;
    const most = largest(drawn('heTruncatedNormal'));
    expect(most).toBeLessThanOrEqual(limit * (1 + 4 * Number.EPSILON));
    expect(most).toBeGreaterThan(0.99 * limit);
  });
});

describe('varianceScaling', () => {
  it.each<[FanMode, number]>([
    ['fanIn', 50],
    ['fanOut', 150],
    ['fanAverage', 100],
  ])('divides by %s', (mode, fan) => {
    expectMoments(drawn(varianceScaling({ scale: 3, mode, distribution: 'normal' })), 3 / fan);
  });

  it('is lecunTruncatedNormal by itself', () => {
    expect(drawn(varianceScaling())).toEqual(drawn('lecunTruncatedNormal'));
  });

  it.each([
    [{ scale: 0 }, 'scale must be a finite number above 0, found 0'],
    [{ mode: 'fan' as 'fanIn' }, 'mode must be one of fanIn, fanOut, fanAverage, found "fan"'],
    [
      { distribution: 'gauss' as 'normal' },
      'distribution must be one of normal, truncatedNormal, uniform, found "gauss"',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => varianceScaling(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
