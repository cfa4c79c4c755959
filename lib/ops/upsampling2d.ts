import type { AveragePool2dGeometry } from './average-pool2d';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';
import { type Pair, toPair } from './window';

/**
 * Every pixel as a block of `size` equal ones: [channels, height, width] to [channels, height * size, width * size].
 *
 *     y[c, i, j] = x[c, floor(i / sizeHeight), floor(j / sizeWidth)]
 *
 * Backward: each pixel gets the sum of its block. That is a pooling whose windows are the blocks and whose divisor is 1;
 * forward is that pooling's way back, and the instruction is `averagePool2dGrad`.
 */
export const upsampling2d: Op<{ readonly size: Pair }, AveragePool2dGeometry> = {
  name: 'averagePool2dGrad',

  infer(inputs, attributes): Inference<AveragePool2dGeometry> {
    const { shape } = requireInput('upsampling2d', inputs, 0);
    const [channels, height, width] = shape;
    if (shape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
      refuse('upsampling2d', shape, 'an image of [channels, height, width]');
    }
    const [sizeHeight, sizeWidth] = toPair(attributes.size, 'size', 1);
    const inHeight = height * sizeHeight;
    const inWidth = width * sizeWidth;
    return {
      geometry: {
        channels,
        inHeight,
        inWidth,
        outHeight: height,
        outWidth: width,
        kernelHeight: sizeHeight,
        kernelWidth: sizeWidth,
        strideHeight: sizeHeight,
        strideWidth: sizeWidth,
        padTop: 0,
        padBottom: 0,
        padLeft: 0,
        padRight: 0,
        divisor: 1,
      },
      outputs: [activationType([channels, inHeight, inWidth])],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'averagePool2d', [context.gradOutput], context.geometry);
  },
};
