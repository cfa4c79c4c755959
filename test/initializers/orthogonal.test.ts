import { orthogonal } from '../../lib/initializers/orthogonal';
import type { Shape } from '../../lib/tensor/shape';
import { firstValues } from '../support/first-values';
import { mean, meanSquare } from '../support/moments';
import { expectClose, float64Rounding } from '../support/tolerance';

/** The products of all pairs of rows of a matrix, or of its columns where those are fewer. */
function products(values: Float64Array, rows: number, columns: number): number[] {
  const wide = rows <= columns;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  const at = (vector: number, index: number): number =>
    values[wide ? vector * columns + index : index * columns + vector] as number;
  return Array.from({ length: count * count }, (_, pair) => {
    const [one, other] = [Math.floor(pair / count), pair % count];
    let sum = 0;
    for (let index = 0; index < length; index++) sum += at(one, index) * at(other, index);
    return sum;
  });
}

describe('orthogonal', () => {
  it.each<[Shape, number]>([
    [[1, 1], 1],
    [[5, 5], 1],
    [[40, 40], 2],
    [[3, 17], 0.5],
    [[17, 3], 0.5],
    [[8, 3, 3, 3], 1],
    [[40, 2, 3, 3], Math.SQRT2],
  ])('makes rows or columns of %p orthogonal, with length %d', (shape, gain) => {
    const [rows = 1, ...others] = shape;
    const columns = others.reduce((product, size) => product * size, 1);
    const values = firstValues(orthogonal({ gain }), shape);
    const count = Math.min(rows, columns);
    const expected = Array.from({ length: count * count }, (_, pair) => (pair % (count + 1) === 0 ? gain * gain : 0));
    expectClose('products', products(values, rows, columns), expected, float64Rounding);
  });

  it('favours no direction: each element of small matrices has mean 0 and variance 1 / 3', () => {
    const count = 2000;
    const matrices = Array.from({ length: count }, (_, seed) => firstValues('orthogonal', [3, 3], { seed }));
    for (let element = 0; element < 9; element++) {
      const values = matrices.map((matrix) => matrix[element] as number);
      // Five standard errors; an element of a random direction in space is uniform between -1 and 1.
      expect(Math.abs(mean(values))).toBeLessThan(5 * Math.sqrt(1 / 3 / count));
      expect(Math.abs(meanSquare(values) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
    }
  });

  it('refuses what is no matrix, and gains that are none', () => {
    expect(() => firstValues('orthogonal', [10])).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'orthogonal fills weights of two sizes or more, found 10',
      }),
    );
    expect(() => orthogonal({ gain: 0 })).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: 'gain must be a finite number above 0, found 0' }),
    );
  });
});
