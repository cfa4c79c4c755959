import { LaminetError } from '../errors';
import { dropout as dropoutOp } from '../ops/dropout';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link dropout} and {@link spatialDropout2d}. */
export interface DropoutOptions extends NamedOptions {
  /** The share of what is dropped, from 0 up to, but not, 1. */
  readonly rate: number;
}

function dropoutLayer(kind: string, { name, rate }: DropoutOptions, channels: boolean): Layer {
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
    throw new LaminetError('E_OPTION', `rate must be from 0 up to, but not, 1, found ${String(rate)}`, {
      option: 'rate',
      found: rate,
    });
  }
  return {
    kind,
    name,
    config: { rate },
    build(inputShape) {
      if (channels && inputShape.length !== 3) {
        const expected = 'an image of [channels, height, width]';
        throw new LaminetError('E_SHAPE', `${kind}: expected ${expected}, found ${formatShape(inputShape)}`, {
          found: inputShape,
          expected,
        });
      }
      return {
        outputShape: inputShape,
        parameters: [],
        flops: sizeOf(inputShape),
        emit: (emitter, input) =>
          emitter.training ? emitter.emit(dropoutOp, [input], { rate, channels, use: emitter.nextRandomUse() }) : input,
      };
    },
  };
}

/**
 * Dropout: in training each element is 0 with a probability of `rate`, and else multiplied by 1 / (1 - rate). Otherwise the
 * layer hands on what it is given.
 *
 * What is dropped is a function of the seed of `fit`, the number of steps that were made before, the layer's place in
 * the network, the sample's place in its batch and the element: the same on every backend and on any number of threads, and
 * in a run that goes on where another ended. Error: `E_OPTION` for a rate out of range.
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to prevent neural networks from
 * overfitting", 2014; with the scale in training rather than after it.
 *
 * @example
 * dropout({ rate: 0.5 });
 */
export function dropout(options: DropoutOptions): Layer {
  return dropoutLayer('dropout', options, false);
}

/**
 * {@link dropout} of whole channels of [channels, height, width]: neighbouring pixels say much the same, and dropping single
 * ones would leave most of it there.
 *
 * Errors: `E_OPTION` for a rate out of range, `E_SHAPE` for an input that is no image.
 * Source: Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient object localization using convolutional networks", 2015,
 * section 3.2.
 *
 * @example
 * spatialDropout2d({ rate: 0.2 });
 */
export function spatialDropout2d(options: DropoutOptions): Layer {
  return dropoutLayer('spatialDropout2d', options, true);
}
