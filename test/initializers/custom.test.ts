import type { InitializerFunction } from '../../lib/initializers/custom';
import { firstValues } from '../support/first-values';

describe('a function as initializer', () => {
  it('is given the shape and the random numbers of the parameter', () => {
    const seen: unknown[] = [];
    const initialize: InitializerFunction = (shape, random) => {
      seen.push(shape);
      return Float32Array.from({ length: 6 }, () => random.nextBelow(100));
    };
    const values = firstValues(initialize, [2, 3], { seed: 5 });
    expect(seen).toEqual([[2, 3]]);
    expect(firstValues(initialize, [2, 3], { seed: 5 })).toEqual(values);
    expect(firstValues(initialize, [2, 3], { seed: 6 })).not.toEqual(values);
  });

  it('may return plain numbers', () => {
    expect([...firstValues(() => [1, 2, 3], [3])]).toEqual([1, 2, 3]);
  });

  it.each([
    [[1, 2], 'E_SHAPE', "the initializer's function must return 3 numbers for 3, found 2"],
    [[1, Number.NaN, 3], 'E_OPTION', "the initializer's function must return finite numbers, found NaN at 1"],
    [['1', 2, 3] as number[], 'E_OPTION', "the initializer's function must return finite numbers, found 1 at 0"],
  ])('is refused where it returns %p', (returned, code, message) => {
    expect(() => firstValues(() => returned, [3])).toThrow(expect.objectContaining({ code, message }));
  });
});
