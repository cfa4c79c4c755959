import { type Shape, sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse } from './op';
import type { SourceFormat } from './program';

/** How stored samples become the network's input. */
export interface GatherAttributes {
  readonly source: SourceFormat;
  /** Zeros around each image: top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  /** Each stored number is multiplied by this. Padding stays 0. */
  readonly scale: number;
  /** What the network takes. */
  readonly shape: Shape;
}

/** Everything a gather kernel needs to know. */
export type GatherGeometry = {
  readonly channels: number;
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly scale: number;
  /** 1 where the samples are bytes, 0 where they are numbers in the run's precision. */
  readonly bytes: number;
};

/** A program's first instruction: picks the batch's samples from the data set, scales them and puts zeros around them. */
export const gather: Op<GatherAttributes, GatherGeometry> = {
  name: 'gather',

  infer(_inputs, { source, padding, scale, shape }): Inference<GatherGeometry> {
    const image = source.shape.length === 3;
    const [channels, sourceHeight, sourceWidth] = image
      ? (source.shape as readonly [number, number, number])
      : [1, 1, sizeOf(source.shape)];
    const [padTop, padBottom, padLeft, padRight] = padding;
    if (!image && padding.some((side) => side !== 0)) {
      refuse('gather', source.shape, 'images of [channels, height, width], since only those can be padded');
    }
    const padded = image
      ? [channels, sourceHeight + padTop + padBottom, sourceWidth + padLeft + padRight]
      : source.shape;
    if (padded.length !== shape.length || padded.some((size, axis) => size !== shape[axis])) {
      refuse('gather', padded, `samples of ${shape.join('x')} after padding`);
    }
    const bytes = source.kind === 'uint8' ? 1 : 0;
    return {
      geometry: { channels, sourceHeight, sourceWidth, padTop, padBottom, padLeft, padRight, scale, bytes },
      outputs: [activationType(shape)],
    };
  },
};
