import { LaminetError } from '../errors';
import { RandomSequence, RandomStream } from '../tensor/philox';
import { constant, ones, zeros } from './constant';
import type { Initializer, InitializerDescription } from './contract';
import { fromFunction, type InitializerFunction, lostFunction } from './custom';
import { dirac } from './dirac';
import { type OrthogonalOptions, orthogonal } from './orthogonal';
import { SCALED, type VarianceScalingOptions, varianceScaling } from './variance-scaling';

export type { Initializer, InitializerContext, InitializerDescription } from './contract';

/** Initializers that need no options. */
const PLAIN = { zeros, ones, dirac } as const satisfies Record<string, Initializer>;

type Make = (description: InitializerDescription) => Initializer;

/** By the name in a description: how to make the initializer again. The options' own checks refuse what a file got wrong. */
const DESCRIBED: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['constant', ({ value }) => constant(value as number)],
  ['orthogonal', (options) => orthogonal(options as OrthogonalOptions)],
  ['varianceScaling', (options) => varianceScaling(options as VarianceScalingOptions)],
  ['custom', () => lostFunction],
]);

/**
 * The initializers by name: `zeros`; `ones`; `dirac`, the identity; `orthogonal`, with a gain of 1; and random numbers of
 * mean 0 and a variance of 2 / (fanIn + fanOut) (`glorot...`), 2 / fanIn (`he...`) or 1 / fanIn (`lecun...`), each
 * `Normal`, `Uniform` or `TruncatedNormal`. `xavier` is the post's name for `heNormal`.
 */
export type InitializerName = keyof typeof PLAIN | keyof typeof SCALED | 'orthogonal';

/** An initializer, its name, its description, or a function that returns the first values. */
export type InitializerLike = InitializerName | Initializer | InitializerDescription | InitializerFunction;

const NAMES: readonly string[] = [...Object.keys(PLAIN), ...Object.keys(SCALED), 'orthogonal'];

function refuseName(name: unknown, known: readonly string[]): never {
  throw new LaminetError(
    'E_UNKNOWN',
    `there is no initializer ${JSON.stringify(name)}; there are ${known.join(', ')}`,
    { initializer: name },
  );
}

function named(name: string): Initializer {
  if (name === 'orthogonal') return orthogonal();
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name as keyof typeof PLAIN];
  if (!Object.hasOwn(SCALED, name)) return refuseName(name, NAMES);
  return { ...varianceScaling(SCALED[name as keyof typeof SCALED]), config: name };
}

const isInitializer = (value: Initializer | InitializerDescription): value is Initializer =>
  typeof (value as Partial<Initializer>).fill === 'function';

/** The initializer that is meant. Errors: `E_UNKNOWN` for a name, `E_OPTION` for a description's options. */
export function toInitializer(initializer: InitializerLike): Initializer {
  if (typeof initializer === 'string') return named(initializer);
  if (typeof initializer === 'function') return fromFunction(initializer);
  if (isInitializer(initializer)) return initializer;
  const make = DESCRIBED.get(initializer.name);
  return make ? make(initializer) : refuseName(initializer.name, [...DESCRIBED.keys()]);
}

/** The random numbers of parameter number `parameter` of a network with this seed. */
export function initializerSequence(seed: number, parameter: number): RandomSequence {
  return new RandomSequence(seed, RandomStream.initialize, parameter);
}
