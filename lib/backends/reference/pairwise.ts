import type { ElementwiseGeometry } from '../../ops/elementwise';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

type Pairwise = Kernel<ElementwiseGeometry, [a: FloatArray, b: FloatArray], [y: FloatArray]>;

/** Applies `value` to every pair of elements. What belongs to no sample, a part of a gradient, is one row. */
function pairwise(value: (a: number, b: number) => number): Pairwise {
  return ({ geometry: { elements }, inputs: [a, b], outputs: [y], step: { count } }) => {
    const length = Math.min(count * elements, y.length);
    for (let index = 0; index < length; index++) y[index] = value(a[index] as number, b[index] as number);
  };
}

/** `a + b`. */
export const add = pairwise((a, b) => a + b);

/** `a * b`. */
export const multiply = pairwise((a, b) => a * b);
