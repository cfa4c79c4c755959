import { LaminetError } from '../errors';
import type { RandomSequence } from '../tensor/philox';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Initializer } from './contract';

/** The options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** The length of each of the orthogonal rows or columns. Default: 1. */
  readonly gain?: number;
}

/** In four chains of additions, which a processor works on at once: half the time of a single one. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let index = 0;
  for (; index + 4 <= a.length; index += 4) {
    sum0 += (a[index] as number) * (b[index] as number);
    sum1 += (a[index + 1] as number) * (b[index + 1] as number);
    sum2 += (a[index + 2] as number) * (b[index + 2] as number);
    sum3 += (a[index + 3] as number) * (b[index + 3] as number);
  }
  for (; index < a.length; index++) sum0 += (a[index] as number) * (b[index] as number);
  return sum0 + sum1 + (sum2 + sum3);
}

/** Takes out of a vector what lies along the others, which are orthogonal and of length 1. */
function project(vector: Float64Array, others: readonly Float64Array[]): void {
  for (const other of others) {
    const along = dot(vector, other);
    for (let index = 0; index < vector.length; index++) {
      vector[index] = (vector[index] as number) - along * (other[index] as number);
    }
  }
}

/**
 * So many orthogonal vectors of length 1, out of normal numbers by Gram and Schmidt's way. Where a projection takes away
 * more than half of a vector's square, what is left holds too much rounding, and it is projected again; twice is enough
 * (Giraud, Langou, Rozložník 2005). Additions, multiplications, divisions and roots in one order: the same bits everywhere.
 */
function orthogonalVectors(count: number, length: number, random: RandomSequence): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = new Float64Array(length);
    for (let index = 0; index < length; index++) vector[index] = random.nextNormal();
    const before = dot(vector, vector);
    project(vector, vectors);
    if (dot(vector, vector) < before / 2) project(vector, vectors);
    const norm = Math.sqrt(dot(vector, vector));
    // A vector that lies in the span of the others to the last bit has no direction of its own.
    if (norm === 0) continue;
    for (let index = 0; index < length; index++) vector[index] = (vector[index] as number) / norm;
    vectors.push(vector);
  }
  return vectors;
}

/**
 * A random orthogonal matrix times `gain`. The weight is taken as a matrix of its first size by the product of the others,
 * `[filters, channels * kernelHeight * kernelWidth]` for a convolution; if it has no more rows than columns the rows are
 * orthogonal to each other, else the columns.
 *
 * The matrix is the Q of normal numbers' QR decomposition whose R has a positive diagonal: with that sign, and with no
 * other, all orthogonal matrices are equally likely. The work grows with the cube of the size: 512 x 512 takes a third of a
 * second, 1024 x 1024 two or three. Errors: `E_OPTION` for a gain that is not finite and above 0,
 * `E_SHAPE` for a tensor of fewer than two sizes, as a bias is.
 * Sources: Saxe, McClelland, Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks"; Mezzadri 2007, "How to generate random matrices from the classical compact groups" (the sign).
 *
 * @example
 * orthogonal({ gain: 1 });
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const { gain = 1 } = options;
  if (!(Number.isFinite(gain) && gain > 0)) {
    throw new LaminetError('E_OPTION', `gain must be a finite number above 0, found ${String(gain)}`, {
      option: 'gain',
      found: gain,
    });
  }
  return {
    config: { name: 'orthogonal', gain },
    fill(values, { shape, random }) {
      const [rows = 0, ...others] = shape;
      if (others.length === 0) {
        throw new LaminetError(
          'E_SHAPE',
          `orthogonal fills weights of two sizes or more, found ${formatShape(shape)}`,
          {
            shape,
          },
        );
      }
      const columns = sizeOf(others);
      const wide = rows <= columns;
      const vectors = orthogonalVectors(Math.min(rows, columns), Math.max(rows, columns), random);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const value = wide ? vectors[row]?.[column] : vectors[column]?.[row];
          values[row * columns + column] = gain * (value as number);
        }
      }
    },
  };
}
