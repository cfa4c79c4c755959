import { formatShape, type Shape, sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';

/** The elements of both inputs, which lie one behind the other in the output. */
export type ConcatGeometry = { readonly first: number; readonly second: number };

/** The elements of the longer tensor, and where in it the shorter one lies. */
export type SliceGeometry = { readonly elements: number; readonly begin: number; readonly length: number };

/** Which channels to take. */
export interface SliceAttributes {
  readonly begin: number;
  readonly channels: number;
}

/**
 * The channels of a, then those of b: [channels, ...] and [otherChannels, ...] to [channels + otherChannels, ...]; all
 * other sizes must be equal. Backward: each input gets its channels of the gradient.
 */
export const concat: Op<NoAttributes, ConcatGeometry> = {
  name: 'concat',

  infer(inputs): Inference<ConcatGeometry> {
    const { shape } = requireInput('concat', inputs, 0);
    const { shape: second } = requireInput('concat', inputs, 1);
    const [channels = 0, ...rest] = shape;
    const [secondChannels = 0, ...secondRest] = second;
    if (rest.length !== secondRest.length || rest.some((size, axis) => size !== secondRest[axis])) {
      const like = ['channels', ...rest].join(', ');
      refuse('concat', second, `[${like}] beside the first input of ${formatShape(shape)}`);
    }
    return {
      geometry: { first: sizeOf(shape), second: sizeOf(second) },
      outputs: [activationType([channels + secondChannels, ...rest])],
    };
  },

  gradient(context) {
    const { gradOutput, geometry } = context;
    const { first, second } = geometry;
    const elements = first + second;
    if (context.needs(0)) context.give(0, 'slice', [gradOutput], { elements, begin: 0, length: first });
    if (context.needs(1)) context.give(1, 'slice', [gradOutput], { elements, begin: first, length: second });
  },
};

/** Some neighbouring channels of [channels, ...]. Backward (`sliceGrad`): the gradient in its place, zeros around it. */
export const slice: Op<SliceAttributes, SliceGeometry> = {
  name: 'slice',

  infer(inputs, { begin, channels }): Inference<SliceGeometry> {
    const { shape } = requireInput('slice', inputs, 0);
    const [all = 0, ...rest] = shape;
    if (begin < 0 || channels < 1 || begin + channels > all) {
      refuse('slice', shape, `at least ${begin + channels} channels`);
    }
    const pixels = sizeOf(rest);
    const taken: Shape = [channels, ...rest];
    return {
      geometry: { elements: sizeOf(shape), begin: begin * pixels, length: sizeOf(taken) },
      outputs: [activationType(taken)],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'sliceGrad', [context.gradOutput], context.geometry);
  },
};
