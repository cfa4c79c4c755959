import { LaminetError } from '../errors';
import { averagePool2d } from '../ops/average-pool2d';
import { maxPool2d } from '../ops/max-pool2d';
import type { Value } from '../ops/op';
import { reshape } from '../ops/reshape';
import type { PoolAttributes } from '../ops/window';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Emitter, Layer, NamedOptions } from './layer';

/** A pooling whose window is the whole image. */
function globalPool2d(
  kind: string,
  { name }: NamedOptions,
  pool: (emitter: Emitter, input: Value, attributes: PoolAttributes) => Value,
): Layer {
  return {
    kind,
    name,
    config: {},
    build(inputShape) {
      const [channels, height, width] = inputShape;
      if (inputShape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
        const expected = 'an image of [channels, height, width]';
        throw new LaminetError('E_SHAPE', `${kind}: expected ${expected}, found ${formatShape(inputShape)}`, {
          found: inputShape,
          expected,
        });
      }
      const poolSize = [height, width] as const;
      const shape = [channels];
      return {
        outputShape: shape,
        parameters: [],
        flops: sizeOf(inputShape),
        emit: (emitter, input) => {
          const pooled = pool(emitter, input, { poolSize, strides: 1, padding: 'valid' });
          return emitter.emit(reshape, [pooled], { shape });
        },
      };
    },
  };
}

/**
 * The mean of each channel: [channels, height, width] to [channels].
 *
 * `y[c] = sum over i, j of x[c, i, j] / (height * width)`. Error: `E_SHAPE` for an input that is no image.
 * Source: Lin, Chen, Yan, "Network in network", 2014, section 3.2.
 *
 * @example
 * globalAveragePool2d();
 */
export function globalAveragePool2d(options: NamedOptions = {}): Layer {
  return globalPool2d('globalAveragePool2d', options, (emitter, input, attributes) =>
    emitter.emit(averagePool2d, [input], { ...attributes, countIncludePad: true }),
  );
}

/**
 * The largest value of each channel: [channels, height, width] to [channels].
 *
 * `y[c] = max over i, j of x[c, i, j]`; ties and NaN as in `maxPool2d`. Error: `E_SHAPE` for an input that is no image.
 * Source: Oquab, Bottou, Laptev, Sivic, "Is object localization for free?", 2015, section 3.
 *
 * @example
 * globalMaxPool2d();
 */
export function globalMaxPool2d(options: NamedOptions = {}): Layer {
  return globalPool2d('globalMaxPool2d', options, (emitter, input, attributes) =>
    emitter.emit(maxPool2d, [input], attributes),
  );
}
