import { LaminetError } from '../errors';
import { type InitializerLike, toInitializer } from '../initializers/initializer';
import { batchNorm as batchNormOp, batchStatistics, followStatistics, givenStatistics } from '../ops/batch-norm';
import { type RegularizerLike, toRegularizer } from '../regularizers/regularizer';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Layer, ParameterSpec, TrainedOptions } from './layer';
import { toTrainable } from './options';

/** The options of {@link batchNorm}. */
export interface BatchNormOptions extends TrainedOptions {
  /** The share of each batch in the running statistics. Default: 0.1, which Keras calls a momentum of 0.9. */
  readonly momentum?: number;
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
  /** Whether there is a beta, added to the result. Default: true. */
  readonly center?: boolean;
  /** Whether there is a gamma, which the result is multiplied by. Default: true. */
  readonly scale?: boolean;
  /** Whether the running statistics are used in training, too, and stay as they are. Default: false. */
  readonly frozen?: boolean;
  /** Default: `zeros`. */
  readonly betaInitializer?: InitializerLike;
  /** Default: `ones`. */
  readonly gammaInitializer?: InitializerLike;
  /** A penalty on beta. Default: none, unless the network's is for normalizations, too. */
  readonly betaRegularizer?: RegularizerLike;
  /** A penalty on gamma, in the same way. */
  readonly gammaRegularizer?: RegularizerLike;
}

/**
 * Batch normalization: [channels, ...] to the same shape, `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta` for
 * each channel.
 *
 * In training, mean and (biased) variance are those of the batch, over its samples and all places of a channel; running
 * statistics follow them: `running = (1 - momentum) * running + momentum * batch`, with the unbiased variance. Otherwise the
 * running statistics are used, also in training where the layer is frozen, and stay as they are. Parameters: `weight` (gamma) and `bias` (beta), each [channels]; not trained: `runningMean`,
 * from 0 on, and `runningVariance`, from 1 on.
 * Errors: `E_OPTION` for an option out of range, `E_SHAPE` for an input without channels.
 * Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
 * 2015, algorithms 1 and 2.
 *
 * @example
 * batchNorm({ momentum: 0.1 });
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  const { name, momentum = 0.1, epsilon = 1e-5, center = true, scale = true, frozen = false } = options;
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new LaminetError('E_OPTION', `momentum must be from 0 to 1, found ${momentum}`, { momentum });
  }
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new LaminetError('E_OPTION', `epsilon must be above 0 and below 1, found ${epsilon}`, { epsilon });
  }
  const betaInitializer = toInitializer(options.betaInitializer ?? 'zeros');
  const gammaInitializer = toInitializer(options.gammaInitializer ?? 'ones');
  const regularizers = {
    ...(options.betaRegularizer && { betaRegularizer: toRegularizer('betaRegularizer', options.betaRegularizer) }),
    ...(options.gammaRegularizer && { gammaRegularizer: toRegularizer('gammaRegularizer', options.gammaRegularizer) }),
  };
  const config = {
    momentum,
    epsilon,
    center,
    scale,
    frozen,
    betaInitializer: betaInitializer.config,
    gammaInitializer: gammaInitializer.config,
    ...regularizers,
  };
  return {
    kind: 'batchNorm',
    name,
    trainable: toTrainable(options),
    config,
    build(inputShape) {
      const [channels, ...rest] = inputShape;
      if (channels === undefined) {
        throw new LaminetError('E_SHAPE', `expected [channels, ...], found ${formatShape(inputShape)}`, {
          found: inputShape,
        });
      }
      const one = { kind: 'norm', shape: [channels], fanIn: 1, fanOut: 1 } as const;
      const parameters: ParameterSpec[] = [];
      const { gammaRegularizer, betaRegularizer } = regularizers;
      const gamma = gammaRegularizer ? { regularizer: gammaRegularizer } : {};
      const beta = betaRegularizer ? { regularizer: betaRegularizer } : {};
      if (scale) parameters.push({ ...one, ...gamma, name: 'weight', initializer: gammaInitializer });
      if (center) parameters.push({ ...one, ...beta, name: 'bias', initializer: betaInitializer });
      parameters.push(
        { ...one, name: 'runningMean', initializer: toInitializer('zeros'), trainable: false },
        { ...one, name: 'runningVariance', initializer: toInitializer('ones'), trainable: false },
      );
      return {
        outputShape: inputShape,
        parameters,
        flops: 4 * sizeOf(inputShape),
        emit(emitter, input, values) {
          const gamma = scale ? values[0] : undefined;
          const beta = center ? values[scale ? 1 : 0] : undefined;
          const running = values.slice(-2);
          const given = frozen || emitter.frozen || !emitter.training;
          const statistics = given
            ? emitter.emit(givenStatistics, running, {})
            : emitter.emit(batchStatistics, [input], {});
          if (!given) {
            emitter.update(followStatistics, [...running, statistics], { momentum, pixels: sizeOf(rest) });
          }
          return emitter.emit(batchNormOp, [input, statistics, gamma, beta], { epsilon, frozen: given });
        },
      };
    },
  };
}
