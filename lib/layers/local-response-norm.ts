import { LaminetError } from '../errors';
import { localResponseNorm as localResponseNormOp } from '../ops/local-response-norm';
import { sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';
import { checkCount } from './options';

/** The options of {@link localResponseNorm}. */
export interface LocalResponseNormOptions extends NamedOptions {
  /** How many neighbouring channels are summed up, the channel itself included. Default: 5. */
  readonly size?: number;
  /** The factor on the mean of the squares, at least 0. Default: 1e-4. */
  readonly alpha?: number;
  /** The power. Default: 0.75. */
  readonly beta?: number;
  /** What is divided by where all neighbours are 0, above 0. Default: 1. */
  readonly k?: number;
}

function checkConstant(option: string, value: number, inside: boolean, expected: string): void {
  if (Number.isFinite(value) && inside) return;
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${String(value)}`, { option, found: value });
}

/**
 * Local response normalization: [channels, ...] to the same shape.
 *
 * `y[c] = x[c] / (k + alpha / size * sum of x[j]^2)^beta`, where j goes over the `size` channels around c at the same pixel,
 * from c - floor(size / 2) on; channels that there are not count as 0. Options and defaults are PyTorch's.
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input without channels.
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section
 * 3.3, whose alpha is not divided by the size.
 *
 * @example
 * localResponseNorm({ size: 5 });
 */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Layer {
  const { name, size = 5, alpha = 1e-4, beta = 0.75, k = 1 } = options;
  checkCount('size', size);
  checkConstant('alpha', alpha, alpha >= 0, 'a finite number of at least 0');
  checkConstant('beta', beta, true, 'a finite number');
  checkConstant('k', k, k > 0, 'a finite number above 0');
  const attributes = { size, alpha, beta, k };
  return {
    kind: 'localResponseNorm',
    name,
    config: attributes,
    build(inputShape) {
      localResponseNormOp.infer([{ shape: inputShape, kind: 'float', batched: true }], attributes);
      return {
        outputShape: inputShape,
        parameters: [],
        flops: (size + 4) * sizeOf(inputShape),
        emit: (emitter, input) => emitter.emit(localResponseNormOp, [input], attributes),
      };
    },
  };
}
