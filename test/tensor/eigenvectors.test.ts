import { eigenvectors } from '../../lib/tensor/eigenvectors';
import { normals } from '../support/random';
import { expectClose, float64Fixture, float64Rounding } from '../support/tolerance';

it('finds those of a matrix that is known', () => {
  const { values, vectors } = eigenvectors([2, 1, 1, 2], 2);
  expectClose('values', values, [3, 1], float64Rounding);
  expectClose('first', vectors[0] ?? [], [Math.SQRT1_2, Math.SQRT1_2], float64Rounding);
  expectClose(
    'second, up to its sign',
    (vectors[1] ?? []).map(Math.abs),
    [Math.SQRT1_2, Math.SQRT1_2],
    float64Rounding,
  );
});

it.each([1, 2, 3, 12, 40])('a matrix of %i rows is made up of what is found', (size) => {
  const noise = normals(size * size, size);
  const matrix = Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return ((noise[row * size + column] ?? 0) + (noise[column * size + row] ?? 0)) / 2;
  });
  const { values, vectors } = eigenvectors(matrix, size);
  expect(values).toEqual([...values].sort((a, b) => b - a));
  const rebuilt = matrix.map((_, at) =>
    values.reduce((sum, value, k) => {
      const vector = vectors[k] as Float64Array;
      return sum + value * (vector[Math.floor(at / size)] as number) * (vector[at % size] as number);
    }, 0),
  );
  expectClose('matrix', rebuilt, matrix, float64Fixture);
  const products = vectors.flatMap((a) =>
    vectors.map((b) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)),
  );
  const identity = products.map((_, at) => +(at % (size + 1) === 0));
  expectClose('orthogonal', products, identity, float64Fixture);
  for (const vector of vectors) expect(Math.max(...vector)).toBe(Math.max(...vector.map(Math.abs)));
});

it('takes matrices of zeros, and of one rank', () => {
  expect(eigenvectors([0, 0, 0, 0], 2).values).toEqual([0, 0]);
  expectClose('values', eigenvectors([1, 1, 1, 1, 1, 1, 1, 1, 1], 3).values, [3, 0, 0], float64Rounding);
});
