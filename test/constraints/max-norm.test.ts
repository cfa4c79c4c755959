import { type ConstraintLike, maxNorm, toConstraint } from '../../lib/constraints/max-norm';

describe('maxNorm', () => {
  it('has a limit of 2 unless another is given', () => {
    expect(maxNorm()).toEqual({ name: 'maxNorm', limit: 2 });
    expect(toConstraint('kernelConstraint', 'maxNorm')).toEqual(maxNorm(2));
    expect(toConstraint('kernelConstraint', { name: 'maxNorm', limit: 0.5 })).toEqual(maxNorm(0.5));
    expect(toConstraint('kernelConstraint', maxNorm(3))).toEqual(maxNorm(3));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %p', (limit) => {
    expect(() => maxNorm(limit)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `the limit of maxNorm must be a finite number above 0, found ${limit}`,
      }),
    );
  });

  it.each([['unitNorm'], [{ name: 'nonNegative' }], [3]])('refuses %j by name', (constraint) => {
    expect(() => toConstraint('kernelConstraint', constraint as ConstraintLike)).toThrow(
      expect.objectContaining({ code: 'E_UNKNOWN' }),
    );
  });
});
