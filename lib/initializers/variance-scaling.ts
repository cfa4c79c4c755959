import { LaminetError } from '../errors';
import type { RandomSequence } from '../tensor/philox';
import type { Initializer, InitializerContext } from './contract';

/** The fan by which {@link varianceScaling} divides. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAverage';

/** The distributions of {@link varianceScaling}. */
export type Distribution = 'normal' | 'uniform' | 'truncatedNormal';

/** The options of {@link varianceScaling}. */
export interface VarianceScalingOptions {
  /** Default: 1. */
  readonly scale?: number;
  /** Inputs, outputs, or the mean of both. Default: `fanIn`. */
  readonly mode?: FanMode;
  /** Default: `truncatedNormal`. */
  readonly distribution?: Distribution;
}

const FANS: Readonly<Record<FanMode, (context: InitializerContext) => number>> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAverage: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
};

/** Truncated normal numbers lie within so many standard deviations of the normal distribution that they come from. */
const TRUNCATION = 2;

/**
 * The standard deviation of a standard normal number that is known to lie within 2 of 0: the root of
 * `1 - 4 phi(2) / (2 Phi(2) - 1)`, phi and Phi being the density and the distribution of the normal numbers.
 */
const TRUNCATED_DEVIATION = 0.8796256610342398;

function nextTruncated(random: RandomSequence): number {
  let value = random.nextNormal();
  while (Math.abs(value) > TRUNCATION) value = random.nextNormal();
  return value;
}

/** How to draw numbers with mean 0 and a given standard deviation. */
const DRAWS: Readonly<Record<Distribution, (random: RandomSequence, deviation: number) => () => number>> = {
  normal: (random, deviation) => () => random.nextNormal() * deviation,
  truncatedNormal: (random, deviation) => {
    const scale = deviation / TRUNCATED_DEVIATION;
    return () => nextTruncated(random) * scale;
  },
  uniform: (random, deviation) => {
    const limit = Math.sqrt(3 * deviation * deviation);
    return () => (2 * random.nextUniform() - 1) * limit;
  },
};

function checkName(option: string, value: string, known: object): void {
  if (Object.hasOwn(known, value)) return;
  throw new LaminetError(
    'E_OPTION',
    `${option} must be one of ${Object.keys(known).join(', ')}, found ${JSON.stringify(value)}`,
    { option, found: value },
  );
}

/**
 * Random numbers with mean 0 and variance `scale / fan`, the fan being that of `mode`.
 *
 * `truncatedNormal` draws again what lies beyond two standard deviations, and is widened so that the variance is as said:
 * its values lie within 2.28 standard deviations of 0. `uniform` lies within `sqrt(3 * scale / fan)`. Error: `E_OPTION`.
 *
 * @example
 * varianceScaling({ scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' });
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' } = options;
  if (!(Number.isFinite(scale) && scale > 0)) {
    throw new LaminetError('E_OPTION', `scale must be a finite number above 0, found ${String(scale)}`, {
      option: 'scale',
      found: scale,
    });
  }
  checkName('mode', mode, FANS);
  checkName('distribution', distribution, DRAWS);
  return {
    config: { name: 'varianceScaling', scale, mode, distribution },
    fill(values, context) {
      const next = DRAWS[distribution](context.random, Math.sqrt(scale / FANS[mode](context)));
      for (let index = 0; index < values.length; index++) values[index] = next();
    },
  };
}

/** A recipe in three distributions. */
type Family = Readonly<Pick<Required<VarianceScalingOptions>, 'scale' | 'mode'>>;

/** Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", section 4.2.1. */
const GLOROT: Family = { scale: 1, mode: 'fanAverage' };
/** He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers", equation 10. */
const HE: Family = { scale: 2, mode: 'fanIn' };
/** LeCun, Bottou, Orr, Müller 1998, "Efficient backprop", section 4.6. */
const LECUN: Family = { scale: 1, mode: 'fanIn' };

/** The recipes that have names, by their options. */
export const SCALED = {
  /** The post's "Xavier (2 / volume)", the volume being what one output sees: the numbers of `heNormal`. */
  xavier: { ...HE, distribution: 'normal' },
  glorotNormal: { ...GLOROT, distribution: 'normal' },
  glorotUniform: { ...GLOROT, distribution: 'uniform' },
  glorotTruncatedNormal: { ...GLOROT, distribution: 'truncatedNormal' },
  heNormal: { ...HE, distribution: 'normal' },
  heUniform: { ...HE, distribution: 'uniform' },
  heTruncatedNormal: { ...HE, distribution: 'truncatedNormal' },
  lecunNormal: { ...LECUN, distribution: 'normal' },
  lecunUniform: { ...LECUN, distribution: 'uniform' },
  lecunTruncatedNormal: { ...LECUN, distribution: 'truncatedNormal' },
} as const satisfies Record<string, VarianceScalingOptions>;
