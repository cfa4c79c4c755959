import { LaminetError } from '../errors';
import { type Initializer, type InitializerLike, toInitializer } from '../initializers/initializer';
import { groupNorm as groupNormOp } from '../ops/group-norm';
import { formatShape, type Shape, sizeOf } from '../tensor/shape';
import type { Layer, ParameterSpec, TrainedOptions } from './layer';
import { checkCount, toTrainable } from './options';

/** The options of {@link layerNorm}. */
export interface LayerNormOptions extends TrainedOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
  /** Whether there is a beta, added to the result. Default: true. */
  readonly center?: boolean;
  /** Whether there is a gamma, which the result is multiplied by. Default: true. */
  readonly scale?: boolean;
  /** Default: `zeros`. */
  readonly betaInitializer?: InitializerLike;
  /** Default: `ones`. */
  readonly gammaInitializer?: InitializerLike;
}

/** The options of {@link groupNorm}. */
export interface GroupNormOptions extends LayerNormOptions {
  /** How many groups the channels are split into. */
  readonly groups: number;
}

/** The options that both have, with their defaults, as a layer's config. */
function normConfig(options: LayerNormOptions) {
  const { epsilon = 1e-5, center = true, scale = true } = options;
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new LaminetError('E_OPTION', `epsilon must be above 0 and below 1, found ${String(epsilon)}`, { epsilon });
  }
  const betaInitializer = toInitializer(options.betaInitializer ?? 'zeros');
  const gammaInitializer = toInitializer(options.gammaInitializer ?? 'ones');
  const config = {
    epsilon,
    center,
    scale,
    betaInitializer: betaInitializer.config,
    gammaInitializer: gammaInitializer.config,
  };
  return { epsilon, center, scale, betaInitializer, gammaInitializer, config };
}

/** A layer that normalizes the samples' groups; `shapeOf` tells the shape of gamma and beta. */
function buildNorm(
  inputShape: Shape,
  options: ReturnType<typeof normConfig>,
  groups: number,
  parameterShape: Shape,
): ReturnType<Layer['build']> {
  const { epsilon, center, scale, betaInitializer, gammaInitializer } = options;
  const attributes = { groups, channels: sizeOf(parameterShape), epsilon };
  groupNormOp.infer([{ shape: inputShape, kind: 'float', batched: true }], attributes);
  const parameter = (name: string, initializer: Initializer): ParameterSpec => ({
    name,
    kind: 'norm',
    shape: parameterShape,
    initializer,
    fanIn: 1,
    fanOut: 1,
  });
  const parameters: ParameterSpec[] = [];
  if (scale) parameters.push(parameter('weight', gammaInitializer));
  if (center) parameters.push(parameter('bias', betaInitializer));
  return {
    outputShape: inputShape,
    parameters,
    flops: 8 * sizeOf(inputShape),
    emit(emitter, input, values) {
      const gamma = scale ? values[0] : undefined;
      const beta = center ? values[scale ? 1 : 0] : undefined;
      return emitter.emit(groupNormOp, [input, gamma, beta], attributes);
    },
  };
}

/**
 * Layer normalization: any shape to the same, `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, where mean and
 * (biased) variance are those of all numbers of one sample. It does the same in training and afterwards.
 *
 * Parameters: `weight` (gamma) and `bias` (beta), of the shape of a sample. Error: `E_OPTION` for an option out of range.
 * Source: Ba, Kiros, Hinton, "Layer normalization", 2016, equation 4.
 *
 * @example
 * layerNorm();
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  const norm = normConfig(options);
  return {
    kind: 'layerNorm',
    name: options.name,
    trainable: toTrainable(options),
    config: norm.config,
    build: (inputShape) => buildNorm(inputShape, norm, 1, inputShape),
  };
}

/**
 * Group normalization: [channels, ...] to the same shape, `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, where
 * mean and (biased) variance are those of one group of neighbouring channels of one sample. It does the same in training and
 * afterwards, and for every batch size. With as many groups as channels it is instance normalization.
 *
 * Parameters: `weight` (gamma) and `bias` (beta), each [channels]. Errors: `E_OPTION` for an option out of range, `E_SHAPE`
 * for channels that the groups do not divide.
 * Source: Wu, He, "Group normalization", 2018, section 3.
 *
 * @example
 * groupNorm({ groups: 8 });
 */
export function groupNorm(options: GroupNormOptions): Layer {
  const { groups } = options;
  checkCount('groups', groups);
  const norm = normConfig(options);
  return {
    kind: 'groupNorm',
    name: options.name,
    trainable: toTrainable(options),
    config: { groups, ...norm.config },
    build(inputShape) {
      const [channels] = inputShape;
      if (channels === undefined || channels % groups !== 0) {
        throw new LaminetError(
          'E_SHAPE',
          `groupNorm: expected [channels, ...] with channels that ${groups} groups divide, found ${formatShape(inputShape)}`,
          { groups, found: inputShape },
        );
      }
      return buildNorm(inputShape, norm, groups, [channels]);
    },
  };
}
