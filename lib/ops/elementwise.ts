import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, requireInput } from './op';
import type { OpName } from './registry';

/** The number of elements that a function is applied to, each by itself. */
export type ElementwiseGeometry = { readonly elements: number };

/** An op that applies one function to every element, which never decreases, and whose derivative follows from the function's own value. */
function elementwise(name: OpName, gradient: OpName): Op<NoAttributes, ElementwiseGeometry> {
  return {
    name,
    monotonic: true,
    infer(inputs): Inference<ElementwiseGeometry> {
      const { shape } = requireInput(name, inputs, 0);
      return { geometry: { elements: sizeOf(shape) }, outputs: [activationType(shape)] };
    },
    gradient(context) {
      if (context.needs(0)) context.give(0, gradient, [context.gradOutput, context.outputs[0]], context.geometry);
    },
  };
}

/** Hyperbolic tangent. Backward: `g * (1 - y^2)`. */
export const tanh = elementwise('tanh', 'tanhGrad');

/** The logistic function, `1 / (1 + exp(-x))`. Backward: `g * y * (1 - y)`. */
export const sigmoid = elementwise('sigmoid', 'sigmoidGrad');

/** `max(x, 0)`; NaN stays NaN. Backward: g where y is above 0, else 0. */
export const relu = elementwise('relu', 'reluGrad');
