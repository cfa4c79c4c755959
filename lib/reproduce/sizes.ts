import type { FloatArray } from '../tensor/storage';

/** The root of the mean square of some numbers: how large they are, whatever their signs. */
export function rootMeanSquare(values: FloatArray): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
}
