import { type Shape, sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** The number of elements that get another shape. */
export type ReshapeGeometry = { readonly elements: number };

/** The same numbers in the same order under another shape. Backward: the gradient that comes in, under the input's shape. */
export const reshape: Op<{ readonly shape: Shape }, ReshapeGeometry> = {
  name: 'reshape',

  infer(inputs, { shape }): Inference<ReshapeGeometry> {
    const { shape: found } = requireInput('reshape', inputs, 0);
    if (sizeOf(found) !== sizeOf(shape)) refuse('reshape', found, `${sizeOf(shape)} elements`);
    return { geometry: { elements: sizeOf(shape) }, outputs: [activationType(shape)] };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'reshape', [context.gradOutput], context.geometry);
  },
};
