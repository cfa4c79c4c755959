import { LaminetError } from '../errors';
import { dense as denseOp } from '../ops/dense';
import { formatShape } from '../tensor/shape';
import { type ActivationName, checkActivation, emitActivation } from './activation';
import { type KernelOptions, toKernel } from './kernel';
import type { Layer } from './layer';
import { checkCount, toTrainable } from './options';

/** The options of {@link dense}. */
export interface DenseOptions extends KernelOptions {
  /** The number of outputs. */
  readonly units: number;
  /** Applied to the sum. Default: `linear`. */
  readonly activation?: ActivationName;
}

/**
 * A fully connected layer: [inputs] to [units], `y = activation(weight * x + bias)`.
 *
 * Parameters: `weight` [units, inputs] and `bias` [units].
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input that is not flat (put `flatten()` before it).
 *
 * @example
 * dense({ units: 10, activation: 'softmax' });
 */
export function dense(options: DenseOptions): Layer {
  const { name, units, activation = 'linear' } = options;
  checkCount('units', units);
  checkActivation(activation);
  const kernel = toKernel(options);

  return {
    kind: 'dense',
    name,
    trainable: toTrainable(options),
    config: {
      units,
      activation,
      ...kernel.config,
    },
    build(inputShape) {
      const [inputs] = inputShape;
      if (inputShape.length !== 1 || inputs === undefined) {
        throw new LaminetError(
          'E_SHAPE',
          `expected a flat input [inputs], found ${formatShape(inputShape)}; put flatten() before it`,
          { found: inputShape },
        );
      }
      const fans = { fanIn: inputs, fanOut: units };
      const parameters = kernel.parameters([units, inputs], units, fans);
      return {
        outputShape: [units],
        parameters,
        flops: 2 * inputs * units + (activation === 'linear' ? 0 : units),
        emit: (emitter, input, values) =>
          emitActivation(emitter, activation, emitter.emit(denseOp, [input, ...values], {})),
      };
    },
  };
}
