import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** An image, and how many rows and columns lie around it in a larger one. */
export type FrameGeometry = {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
};

/** The rows and columns at each side: zeros to add, or what to cut off. */
export interface FrameAttributes {
  readonly sides: readonly [top: number, bottom: number, left: number, right: number];
}

/** Zeros around an image: [channels, height, width] to [channels, top + height + bottom, left + width + right]. Backward: {@link crop2d}. */
export const zeroPad2d: Op<FrameAttributes, FrameGeometry> = {
  name: 'zeroPad2d',

  infer(inputs, { sides: [top, bottom, left, right] }): Inference<FrameGeometry> {
    const { shape } = requireInput('zeroPad2d', inputs, 0);
    const [channels, height, width] = shape;
    if (shape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
      refuse('zeroPad2d', shape, 'an image of [channels, height, width]');
    }
    return {
      geometry: { channels, height, width, top, bottom, left, right },
      outputs: [activationType([channels, top + height + bottom, left + width + right])],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'crop2d', [context.gradOutput], context.geometry);
  },
};

/** The inside of an image: [channels, top + height + bottom, left + width + right] to [channels, height, width]. Backward: {@link zeroPad2d}. */
export const crop2d: Op<FrameAttributes, FrameGeometry> = {
  name: 'crop2d',

  infer(inputs, { sides: [top, bottom, left, right] }): Inference<FrameGeometry> {
    const { shape } = requireInput('crop2d', inputs, 0);
    const [channels, outerHeight, outerWidth] = shape;
    if (shape.length !== 3 || channels === undefined || outerHeight === undefined || outerWidth === undefined) {
      refuse('crop2d', shape, 'an image of [channels, height, width]');
    }
    const height = outerHeight - top - bottom;
    const width = outerWidth - left - right;
    if (height < 1 || width < 1) {
      refuse(
        'crop2d',
        shape,
        `an image of at least ${top + bottom + 1}x${left + right + 1}, so that something is left`,
      );
    }
    return {
      geometry: { channels, height, width, top, bottom, left, right },
      outputs: [activationType([channels, height, width])],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'zeroPad2d', [context.gradOutput], context.geometry);
  },
};
