import { LaminetError } from '../errors';
import { RandomSequence, RandomStream } from '../tensor/philox';
import type { FloatArray } from '../tensor/storage';

/** What an initializer knows of the tensor that it fills. */
export interface InitializerContext {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly random: RandomSequence;
}

/** Fills a parameter with its first values. */
export interface Initializer {
  readonly name: InitializerName;
  fill(values: FloatArray, context: InitializerContext): void;
}

type Draw = (context: InitializerContext) => () => number;

const normal =
  (variance: (context: InitializerContext) => number): Draw =>
  (context) => {
    const deviation = Math.sqrt(variance(context));
    return () => context.random.nextNormal() * deviation;
  };

const uniform =
  (variance: (context: InitializerContext) => number): Draw =>
  (context) => {
    const limit = Math.sqrt(3 * variance(context));
    return () => (2 * context.random.nextUniform() - 1) * limit;
  };

const glorot = ({ fanIn, fanOut }: InitializerContext): number => 2 / (fanIn + fanOut);

const DRAWS = {
  /** Every value 0. */
  zeros: () => () => 0,
  /** Normal with variance 2 / volume, the volume being what one output sees (the post's "Xavier (2 / volume)"). */
  xavier: normal(({ fanIn }) => 2 / fanIn),
  /** Normal with variance 2 / (fanIn + fanOut). Glorot and Bengio 2010, section 4.2.1. */
  glorotNormal: normal(glorot),
  /** Uniform with variance 2 / (fanIn + fanOut). Glorot and Bengio 2010, equation 16. */
  glorotUniform: uniform(glorot),
} satisfies Record<string, Draw>;

/**
 * The initializers by name: `zeros`; `xavier`, normal with variance 2 / fanIn (as the post has it); `glorotNormal` and
 * `glorotUniform`, with variance 2 / (fanIn + fanOut).
 */
export type InitializerName = keyof typeof DRAWS;

/** An initializer, or its name. */
export type InitializerLike = InitializerName | Initializer;

/** The initializer of that name. Error: `E_UNKNOWN`. */
export function toInitializer(initializer: InitializerLike): Initializer {
  if (typeof initializer !== 'string') return initializer;
  if (!Object.hasOwn(DRAWS, initializer)) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no initializer ${JSON.stringify(initializer)}; there are ${Object.keys(DRAWS).join(', ')}`,
      { initializer },
    );
  }
  const draw: Draw = DRAWS[initializer];
  return {
    name: initializer,
    fill(values, context) {
      const next = draw(context);
      for (let index = 0; index < values.length; index++) values[index] = next();
    },
  };
}

/** The random numbers of parameter number `parameter` of a network with this seed. */
export function initializerSequence(seed: number, parameter: number): RandomSequence {
  return new RandomSequence(seed, RandomStream.initialize, parameter);
}
