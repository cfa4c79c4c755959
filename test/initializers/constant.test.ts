import { constant } from '../../lib/initializers/constant';
import { firstValues } from '../support/first-values';

describe('constant', () => {
  it('is its value everywhere; zeros and ones are such', () => {
    expect([...firstValues(constant(-0.5), [3])]).toEqual([-0.5, -0.5, -0.5]);
    expect([...firstValues('zeros', [2, 1])]).toEqual([0, 0]);
    expect([...firstValues('ones', [2, 1])]).toEqual([1, 1]);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])('refuses %p', (value) => {
    expect(() => constant(value)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `the value of constant must be a finite number, found ${value}`,
      }),
    );
  });
});
