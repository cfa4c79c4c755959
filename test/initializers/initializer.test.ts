import { type InitializerName, initializerSequence, toInitializer } from '../../lib/initializers/initializer';

const SIZE = 20_000;
const FANS = { fanIn: 50, fanOut: 150 };

function drawn(name: InitializerName, seed = 1, parameter = 0): Float64Array {
  const values = new Float64Array(SIZE);
  toInitializer(name).fill(values, { ...FANS, random: initializerSequence(seed, parameter) });
  return values;
}

const variance = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

describe('an initializer', () => {
  // The variance of a sample of n: five standard errors, sqrt(2 / n) for normal numbers and less for uniform ones.
  const margin = 5 * Math.sqrt(2 / SIZE);

  it.each<[InitializerName, number]>([
    ['xavier', 2 / FANS.fanIn],
    ['glorotNormal', 2 / (FANS.fanIn + FANS.fanOut)],
    ['glorotUniform', 2 / (FANS.fanIn + FANS.fanOut)],
  ])('%s has variance %d', (name, expected) => {
    expect(Math.abs(variance(drawn(name)) / expected - 1)).toBeLessThan(margin);
  });

  it('glorotUniform keeps within its limits, glorotNormal does not', () => {
    const limit = Math.sqrt(6 / (FANS.fanIn + FANS.fanOut));
    const largest = (values: Float64Array): number =>
      values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest(drawn('glorotUniform'))).toBeLessThanOrEqual(limit);
    expect(largest(drawn('glorotNormal'))).toBeGreaterThan(limit);
  });

  it('zeros are zeros', () => {
    expect(drawn('zeros').every((value) => value === 0)).toBe(true);
  });

  it('draws the same numbers for a seed and a parameter, and others for others', () => {
    expect(drawn('xavier', 1, 2)).toEqual(drawn('xavier', 1, 2));
    expect(drawn('xavier', 1, 3)).not.toEqual(drawn('xavier', 1, 2));
    expect(drawn('xavier', 2, 2)).not.toEqual(drawn('xavier', 1, 2));
  });

  it('of an unknown name is refused with the known ones', () => {
    expect(() => toInitializer('he' as InitializerName)).toThrow(
      'there is no initializer "he"; there are zeros, xavier, glorotNormal, glorotUniform',
    );
  });
});
