import type { ElementwiseGeometry } from '../../ops/elementwise';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

type Forward = Kernel<ElementwiseGeometry, [x: FloatArray], [y: FloatArray]>;
type Backward = Kernel<ElementwiseGeometry, [gradOutput: FloatArray, y: FloatArray], [gradInput: FloatArray]>;

/** Applies `value` to every element. */
function forward(value: (x: number) => number): Forward {
  return ({ geometry: { elements }, inputs: [x], outputs: [y], step: { count } }) => {
    for (let index = 0; index < count * elements; index++) y[index] = value(x[index] as number);
  };
}

/** Gives every element its gradient: from the one that comes in, and the function's own value `y`. */
function backward(gradient: (gradOutput: number, y: number) => number): Backward {
  return ({ geometry: { elements }, inputs: [gradOutput, y], outputs: [gradInput], step: { count } }) => {
    for (let index = 0; index < count * elements; index++) {
      gradInput[index] = gradient(gradOutput[index] as number, y[index] as number);
    }
  };
}

/** The logistic function. Exact at both ends: exp(-x) overflows to infinity for x below -709, and 1 / infinity is 0. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Hyperbolic tangent. */
export const tanh = forward(Math.tanh);

/** `g * (1 - y^2)`. */
export const tanhGrad = backward((g, y) => g * (1 - y * y));

/** `1 / (1 + exp(-x))`. */
export const sigmoid = forward(logistic);

/** `g * y * (1 - y)`. */
export const sigmoidGrad = backward((g, y) => g * y * (1 - y));

/** `max(x, 0)`; NaN stays NaN, as Math.max has it. */
export const relu = forward((x) => Math.max(x, 0));

/** g where y is above 0, else 0. */
export const reluGrad = backward((g, y) => (y > 0 ? g : 0));
