import { type GradientClipping, toClippingRule } from '../../lib/optimizers/clipping';

describe('clipping', () => {
  it('is by value, by norm or by the global norm', () => {
    expect(toClippingRule({ value: 1 })).toEqual({ by: 'value', limit: 1 });
    expect(toClippingRule({ norm: 0.5 })).toEqual({ by: 'norm', limit: 0.5 });
    expect(toClippingRule({ globalNorm: 2 })).toEqual({ by: 'globalNorm', limit: 2 });
  });

  it.each([[{}], [{ value: 1, norm: 1 }], [{ clipNorm: 1 }], [1], [{ value: undefined }]])('refuses %j', (clipping) => {
    expect(() => toClippingRule(clipping as GradientClipping)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `clipping must be one of { value }, { norm } and { globalNorm }, found ${JSON.stringify(clipping)}`,
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a bound of %p', (globalNorm) => {
    expect(() => toClippingRule({ globalNorm })).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `clipping.globalNorm must be a finite number above 0, found ${globalNorm}`,
      }),
    );
  });
});
