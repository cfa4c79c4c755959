import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Of Newton and Schulz's iteration: see lib/ops/muon.ts. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** A matrix of doubles, row by row. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return { rows: columns, columns: rows, values: turned };
}

function product(a: Matrix, b: Matrix): Matrix {
  const values = new Float64Array(a.rows * b.columns);
  for (let row = 0; row < a.rows; row++) {
    const out = values.subarray(row * b.columns, (row + 1) * b.columns);
    for (let k = 0; k < a.columns; k++) {
      const factor = a.values[row * a.columns + k] as number;
      const right = b.values.subarray(k * b.columns, (k + 1) * b.columns);
      for (let column = 0; column < b.columns; column++) {
        out[column] = (out[column] as number) + factor * (right[column] as number);
      }
    }
  }
  return { rows: a.rows, columns: b.columns, values };
}

/** `s a + t b`. */
function combined(s: number, a: Matrix, t: number, b: Matrix): Matrix {
  return { ...a, values: a.values.map((value, index) => s * value + t * (b.values[index] as number)) };
}

function orthogonalized(matrix: Matrix, iterations: number): Matrix {
  const norm = Math.sqrt(matrix.values.reduce((sum, value) => sum + value * value, 0));
  const scaled = { ...matrix, values: matrix.values.map((value) => value / (norm + 1e-7)) };
  const tall = matrix.rows > matrix.columns;
  let x = tall ? transposed(scaled) : scaled;
  for (let round = 0; round < iterations; round++) {
    const squares = product(x, transposed(x));
    x = combined(A, x, 1, product(combined(B, squares, C, product(squares, squares)), x));
  }
  return tall ? transposed(x) : x;
}

/** Momentum whose matrix is made orthogonal. */
export const muon: Kernel<
  {
    readonly elements: number;
    readonly weightDecay: number;
    readonly learningRateFactor: number;
    readonly momentum: number;
    readonly nesterov: number;
    readonly iterations: number;
    readonly rows: number;
    readonly columns: number;
  },
  [parameter: FloatArray, gradient: FloatArray, mean: FloatArray],
  []
> = ({ geometry, inputs: [parameter, gradient, mean], step }) => {
  const { elements, weightDecay, momentum, nesterov, iterations, rows, columns } = geometry;
  const learningRate = step.learningRate * geometry.learningRateFactor;
  const values = new Float64Array(elements);
  for (let index = 0; index < elements; index++) {
    const g = gradient[index] as number;
    const m = momentum * (mean[index] as number) + (1 - momentum) * g;
    mean[index] = m;
    values[index] = nesterov === 1 ? momentum * m + (1 - momentum) * g : m;
  }
  const direction = orthogonalized({ rows, columns, values }, iterations);
  const size = learningRate * Math.sqrt(Math.max(1, rows / columns));
  const kept = 1 - learningRate * weightDecay;
  for (let index = 0; index < elements; index++) {
    parameter[index] = kept * (parameter[index] as number) - size * (direction.values[index] as number);
  }
};
