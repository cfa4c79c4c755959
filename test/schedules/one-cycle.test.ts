import { type OneCycleOptions, oneCycle } from '../../lib/schedules/one-cycle';
import { expectClose, float64Rounding } from '../support/tolerance';

const ratesOf = (options: OneCycleOptions, steps: number, stepsPerEpoch: number): number[] => {
  const { rate } = oneCycle(options);
  return Array.from({ length: steps }, (_, step) => rate(step, stepsPerEpoch));
};

describe('oneCycle', () => {
  it('along lines rises to the peak and falls to the end, which is the last step', () => {
    const options: OneCycleOptions = {
      learningRate: 8,
      duration: 2,
      riseFraction: 0.5,
      startDivisor: 4,
      endDivisor: 2,
      shape: 'linear',
    };
    // Two epochs of 3 steps: the peak at step 2, the end at step 5, and nothing but it behind.
    const expected = [2, 5, 8, 1 + (7 * 2) / 3, 1 + 7 / 3, 1, 1, 1];
    expectClose('rates', ratesOf(options, 8, 3), expected, float64Rounding);
  });

  it('along cosines has the same ends', () => {
    const rates = ratesOf({ learningRate: 1, duration: 20, unit: 'step' }, 21, 1);
    expectClose('ends', [rates[0] ?? 0, rates[5] ?? 0, rates[19] ?? 0], [0.04, 1, 4e-6], float64Rounding);
    expect(rates[20]).toBe(rates[19]);
    expect(Math.max(...rates)).toBe(1);
  });

  it('has a rate where there is no room for a rise', () => {
    const single = ratesOf({ learningRate: 1, duration: 1, unit: 'step' }, 2, 1);
    expectClose('a single step', single, [4e-6, 4e-6], float64Rounding);
    expect(ratesOf({ learningRate: 1, duration: 10, riseFraction: 0.1, unit: 'step' }, 1, 1)).toEqual([1]);
  });

  it.each([
    [{ learningRate: 1, duration: 1, riseFraction: 1 }, 'riseFraction must be a number above 0 and below 1, found 1'],
    [{ learningRate: 1, duration: 1, startDivisor: 0 }, 'startDivisor must be a finite number above 0, found 0'],
    [
      { learningRate: 1, duration: 1, shape: 'round' as 'cosine' },
      'shape must be one of cosine, linear, found "round"',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => oneCycle(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
