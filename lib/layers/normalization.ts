import { LaminetError } from '../errors';
import type { Initializer } from '../initializers/contract';
import { batchNorm, givenStatistics } from '../ops/batch-norm';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Layer, NamedOptions } from './layer';

/** The options of {@link normalization}. */
export interface NormalizationOptions extends NamedOptions {
  /** What is subtracted: one number for all channels, or one for each. */
  readonly mean: number | readonly number[];
  /** What the difference is divided by, in the same way: numbers of at least 1e-6. */
  readonly std: number | readonly number[];
}

/** The op wants something added to a variance. It changes none in double precision: the smallest is 1e-12. */
const EPSILON = 1e-30;
const LEAST_STD = 1e-6;

function checkNumbers(option: string, values: readonly number[], least: number, expected: string): void {
  const wrong = values.findIndex((value) => !(Number.isFinite(value) && value >= least));
  if (values.length > 0 && wrong < 0) return;
  const found = values.length > 0 ? `${String(values[wrong])} at ${wrong}` : 'none';
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${found}`, { option, found: values });
}

/** One number for all channels, or one each. */
function fromNumbers(values: readonly number[]): Initializer {
  return {
    config: { name: 'numbers', values },
    fill: (parameter) => parameter.set(values.length === 1 ? parameter.map(() => values[0] as number) : values),
  };
}

/**
 * Normalization by given numbers: [channels, ...] to the same shape, `y = (x - mean) / std` for each channel. It is meant for
 * the network's input, with mean and standard deviation of the training set's scaled pixels, and it is a part of the network:
 * who loads the model and predicts with it need not know the numbers.
 *
 * Parameters, which are not trained: `mean` and `variance`, std^2, each [channels].
 * Errors: `E_OPTION` for numbers that are not finite or a std below 1e-6, `E_SHAPE` for another number of channels.
 *
 * @example
 * normalization({ mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] });
 */
export function normalization(options: NormalizationOptions): Layer {
  const [mean, std] = [options.mean, options.std].map((value) => [value].flat()) as [number[], number[]];
  checkNumbers('mean', mean, Number.NEGATIVE_INFINITY, 'a finite number, or one for each channel');
  checkNumbers('std', std, LEAST_STD, `a finite number of at least ${LEAST_STD}, or one for each channel`);
  return {
    kind: 'normalization',
    name: options.name,
    config: { mean, std },
    build(inputShape) {
      const [channels] = inputShape;
      const counts = [mean.length, std.length].filter((count) => count > 1);
      if (channels === undefined || counts.some((count) => count !== channels)) {
        const expected = counts.length > 0 ? `[${Math.max(...counts)}, ...]` : '[channels, ...]';
        throw new LaminetError('E_SHAPE', `normalization: expected ${expected}, found ${formatShape(inputShape)}`, {
          found: inputShape,
          expected,
        });
      }
      const one = { kind: 'norm', shape: [channels], fanIn: 1, fanOut: 1, trainable: false } as const;
      return {
        outputShape: inputShape,
        parameters: [
          { ...one, name: 'mean', initializer: fromNumbers(mean) },
          { ...one, name: 'variance', initializer: fromNumbers(std.map((value) => value * value)) },
        ],
        flops: 2 * sizeOf(inputShape),
        emit(emitter, input, parameters) {
          const statistics = emitter.emit(givenStatistics, parameters, {});
          return emitter.emit(batchNorm, [input, statistics, undefined, undefined], { epsilon: EPSILON, frozen: true });
        },
      };
    },
  };
}
