import { crop2d, type FrameAttributes, type FrameGeometry, zeroPad2d } from '../ops/frame';
import type { Op } from '../ops/op';
import { type Sides, toSides } from '../ops/window';
import type { Layer, LayerConfig, NamedOptions } from './layer';

/** The options of {@link zeroPadding2d}. */
export interface ZeroPadding2dOptions extends NamedOptions {
  /** Rows and columns of zeros: at all sides, `[height, width]`, or `[top, bottom, left, right]`. Default: 1. */
  readonly padding?: Sides;
}

/** The options of {@link cropping2d}. */
export interface Cropping2dOptions extends NamedOptions {
  /** Rows and columns to cut off: at all sides, `[height, width]`, or `[top, bottom, left, right]`. Default: 1. */
  readonly cropping?: Sides;
}

function frameLayer(
  kind: string,
  name: string | undefined,
  config: LayerConfig,
  op: Op<FrameAttributes, FrameGeometry>,
  sides: FrameAttributes['sides'],
): Layer {
  return {
    kind,
    name,
    config,
    build(inputShape) {
      const { outputs } = op.infer([{ shape: inputShape, kind: 'float', batched: true }], { sides });
      return {
        outputShape: outputs[0]?.shape ?? [],
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(op, [input], { sides }),
      };
    },
  };
}

/**
 * Zeros around an image: [channels, height, width] to [channels, top + height + bottom, left + width + right].
 *
 * Errors: `E_OPTION` for a padding that is no whole number of at least 0, `E_SHAPE` for an input that is no image.
 *
 * @example
 * zeroPadding2d({ padding: 2 });
 */
export function zeroPadding2d({ name, padding = 1 }: ZeroPadding2dOptions = {}): Layer {
  return frameLayer('zeroPadding2d', name, { padding }, zeroPad2d, toSides(padding, 'padding'));
}

/**
 * An image without its border: [channels, height, width] to [channels, height - top - bottom, width - left - right].
 *
 * Errors: `E_OPTION` for a cropping that is no whole number of at least 0, `E_SHAPE` for an input that is no image or of
 * which nothing is left.
 *
 * @example
 * cropping2d({ cropping: 2 });
 */
export function cropping2d({ name, cropping = 1 }: Cropping2dOptions = {}): Layer {
  return frameLayer('cropping2d', name, { cropping }, crop2d, toSides(cropping, 'cropping'));
}
