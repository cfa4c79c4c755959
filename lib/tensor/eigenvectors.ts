/** The eigenvectors of a symmetric matrix. */
export interface Eigenvectors {
  /** From the largest to the smallest. */
  readonly values: readonly number[];
  /** In the order of the values: of length 1, orthogonal, and with the entry of largest magnitude above 0. */
  readonly vectors: readonly Float64Array[];
}

/** It converges quadratically: matrices of some hundred rows take six to ten. */
const MOST_SWEEPS = 60;

/**
 * Turns columns and rows p and q of a symmetric matrix so that their common entry becomes 0, and the rows p and q of
 * `vectors` with them. Formulas: Golub, Van Loan, "Matrix computations", 4th edition, algorithm 8.5.1.
 */
function rotate(matrix: Float64Array, vectors: readonly Float64Array[], p: number, q: number): void {
  const size = vectors.length;
  const at = (row: number, column: number): number => matrix[row * size + column] as number;
  const tau = (at(q, q) - at(p, p)) / (2 * at(p, q));
  const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  const mix = (array: Float64Array, first: number, second: number): void => {
    const [a, b] = [array[first] as number, array[second] as number];
    array[first] = cosine * a - sine * b;
    array[second] = sine * a + cosine * b;
  };
  for (let k = 0; k < size; k++) mix(matrix, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) mix(matrix, p * size + k, q * size + k);
  matrix[p * size + q] = 0;
  matrix[q * size + p] = 0;
  const [one, other] = [vectors[p] as Float64Array, vectors[q] as Float64Array];
  for (let k = 0; k < size; k++) {
    const [a, b] = [one[k] as number, other[k] as number];
    one[k] = cosine * a - sine * b;
    other[k] = sine * a + cosine * b;
  }
}

/** The vector, or its opposite: the one whose largest entry is above 0. */
function withSign(vector: Float64Array): Float64Array {
  const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/**
 * All eigenvectors of a symmetric matrix, by Jacobi's method with cyclic sweeps. Additions, multiplications, divisions and
 * square roots alone: the same bits everywhere.
 * @param symmetric row by row, `size` x `size` finite numbers
 */
export function eigenvectors(symmetric: ArrayLike<number>, size: number): Eigenvectors {
  const matrix = Float64Array.from(symmetric);
  const vectors = Array.from({ length: size }, (_, row) => Float64Array.from({ length: size }, (_, k) => +(k === row)));
  for (let sweep = 0, changed = true; changed && sweep < MOST_SWEEPS; sweep++) {
    changed = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const entry = Math.abs(matrix[p * size + q] as number);
        const scale = Math.sqrt(Math.abs((matrix[p * size + p] as number) * (matrix[q * size + q] as number)));
        // Beside such diagonal entries it changes nothing any more.
        if (entry === 0 || entry <= scale * Number.EPSILON) continue;
        rotate(matrix, vectors, p, q);
        changed = true;
      }
    }
  }
  const pairs = vectors.map((vector, index) => ({ value: matrix[index * (size + 1)] as number, vector }));
  pairs.sort((a, b) => b.value - a.value);
  return { values: pairs.map(({ value }) => value), vectors: pairs.map(({ vector }) => withSign(vector)) };
}
