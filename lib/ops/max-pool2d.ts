import { activationType, type Inference, type Op, refuse, requireInput } from './op';
import { type Padding, type Pair, slideWindow, toPair } from './window';

/** What a pooling may be told. */
export interface MaxPool2dAttributes {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** Everything a pooling kernel needs to know. */
export type MaxPool2dGeometry = {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
};

/**
 * The largest value of each window; padding never wins. The second output holds the winner's place in its window, counted
 * row by row: backward, the whole gradient of an output goes there. Of equal values the first wins; a NaN wins over all,
 * and of several the last (as PyTorch has it).
 */
export const maxPool2d: Op<MaxPool2dAttributes, MaxPool2dGeometry> = {
  name: 'maxPool2d',

  infer(inputs, attributes): Inference<MaxPool2dGeometry> {
    const { shape: image } = requireInput('maxPool2d', inputs, 0);
    const kernel = toPair(attributes.poolSize, 'poolSize', 1);
    const strides = toPair(attributes.strides, 'strides', 1);
    const window = slideWindow('maxPool2d', image, kernel, strides, [1, 1], attributes.padding);
    const [channels, inHeight, inWidth] = image as readonly [number, number, number];
    const { outHeight, outWidth, padTop, padBottom, padLeft, padRight } = window;
    if (Math.max(padTop, padBottom) >= kernel[0] || Math.max(padLeft, padRight) >= kernel[1]) {
      refuse(
        'maxPool2d',
        image,
        `less padding than the window of ${kernel[0]}x${kernel[1]}, so that none lies in padding alone`,
      );
    }
    const shape = [channels, outHeight, outWidth];
    return {
      geometry: {
        channels,
        inHeight,
        inWidth,
        outHeight,
        outWidth,
        kernelHeight: kernel[0],
        kernelWidth: kernel[1],
        strideHeight: strides[0],
        strideWidth: strides[1],
        padTop,
        padBottom,
        padLeft,
        padRight,
      },
      outputs: [activationType(shape), { shape, kind: 'index', batched: true }],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'maxPool2dGrad', [context.gradOutput, context.outputs[1]], context.geometry);
  },
};
