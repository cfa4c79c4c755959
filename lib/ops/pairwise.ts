import { formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape';
import type { ElementwiseGeometry } from './elementwise';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';
import type { TensorType } from './program';
import type { OpName } from './registry';

function inferPair(name: OpName, inputs: readonly (TensorType | undefined)[]): Inference<ElementwiseGeometry> {
  const { shape } = requireInput(name, inputs, 0);
  const { shape: second } = requireInput(name, inputs, 1);
  if (!sameShape(shape, second)) refuse(name, second, `${formatShape(shape)} like the first input`);
  return { geometry: pairGeometry(shape), outputs: [activationType(shape)] };
}

/** The geometry of {@link add} and {@link multiply} over tensors of a shape. */
export function pairGeometry(shape: Shape): ElementwiseGeometry {
  return { elements: sizeOf(shape) };
}

/**
 * `a + b`, element by element, of two tensors of one shape. Backward: the gradient that comes in, to both.
 *
 * Where a value is used several times, the gradients of its uses are added up by this op, too. It then also takes parts of
 * a parameter's gradient, which have no batch.
 */
export const add: Op<NoAttributes, ElementwiseGeometry> = {
  name: 'add',
  infer: (inputs) => inferPair('add', inputs),
  gradient(context) {
    for (const index of [0, 1]) if (context.needs(index)) context.pass(index);
  },
};

/** `a * b`, element by element, of two tensors of one shape. Backward: `g * b` to a, `g * a` to b. */
export const multiply: Op<NoAttributes, ElementwiseGeometry> = {
  name: 'multiply',
  infer: (inputs) => inferPair('multiply', inputs),
  gradient(context) {
    const { inputs, gradOutput, geometry } = context;
    if (context.needs(0)) context.give(0, 'multiply', [gradOutput, inputs[1]], geometry);
    if (context.needs(1)) context.give(1, 'multiply', [gradOutput, inputs[0]], geometry);
  },
};
