import { LaminetError } from '../errors';
import { constant } from '../initializers/constant';
import { type InitializerLike, toInitializer } from '../initializers/initializer';
import { prelu as preluOp } from '../ops/prelu';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Layer, TrainedOptions } from './layer';
import { toTrainable } from './options';

/** The options of {@link prelu}. */
export interface PreluOptions extends TrainedOptions {
  /** Whether all channels have one slope in common. Default: false. */
  readonly shared?: boolean;
  /** Default: 0.25. */
  readonly slopeInitializer?: InitializerLike;
}

/**
 * Rectified linear units whose slope below 0 is learned: [channels, ...] to the same shape, `y[c] = x[c]` above 0, else
 * `weight[c] * x[c]`. The derivative is 1 above 0, else `weight[c]`; with respect to the weight it is x where x is not above
 * 0, summed over batch and positions.
 *
 * Parameters: `weight` [channels], or [1] where it is shared. It counts as a number of a normalization: the paper advises against
 * weight decay on it, which would draw it to a plain {@link relu}.
 * Errors: `E_SHAPE` for an input without channels.
 * Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers: surpassing human-level performance on ImageNet classification",
 * 2015, section 2.1.
 *
 * @example
 * prelu();
 */
export function prelu(options: PreluOptions = {}): Layer {
  const { name, shared = false } = options;
  const initializer = toInitializer(options.slopeInitializer ?? constant(0.25));
  return {
    kind: 'prelu',
    name,
    trainable: toTrainable(options),
    config: { shared, slopeInitializer: initializer.config },
    build(inputShape) {
      const [channels] = inputShape;
      if (channels === undefined) {
        throw new LaminetError('E_SHAPE', `expected [channels, ...], found ${formatShape(inputShape)}`, {
          found: inputShape,
        });
      }
      return {
        outputShape: inputShape,
        parameters: [
          { name: 'weight', kind: 'norm', shape: [shared ? 1 : channels], initializer, fanIn: 1, fanOut: 1 },
        ],
        flops: sizeOf(inputShape),
        emit: (emitter, input, values) => emitter.emit(preluOp, [input, ...values], {}),
      };
    },
  };
}
