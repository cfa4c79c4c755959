import { LaminetError } from '../errors';
import * as elementwise from '../ops/elementwise';
import type { Op, Value } from '../ops/op';
import type { Geometry } from '../ops/program';
import { logSoftmax, softmax } from '../ops/softmax';
import { sizeOf } from '../tensor/shape';
import type { Emitter, Layer, NamedOptions } from './layer';
import { checkAtLeast, checkFinite, checkPositive } from './options';

/** The options of {@link leakyRelu}. */
export interface LeakyReluOptions extends NamedOptions {
  /** The slope below 0, at least 0. Default: 0.01. */
  readonly negativeSlope?: number;
}

/** The options of {@link elu}. */
export interface EluOptions extends NamedOptions {
  /** The value far below 0 is -alpha; at least 0. Default: 1. */
  readonly alpha?: number;
}

/** The options of {@link hardtanh}. */
export interface HardtanhOptions extends NamedOptions {
  /** The least value. Default: -1. */
  readonly min?: number;
  /** The largest value, above `min`. Default: 1. */
  readonly max?: number;
}

/** The options of {@link softplus}. */
export interface SoftplusOptions extends NamedOptions {
  /** How sharply it bends, above 0. Default: 1. */
  readonly beta?: number;
  /** Where `beta * x` is above this, the value is x. Default: 20, which changes no float32 value. */
  readonly threshold?: number;
}

/** The options of {@link scaledTanh}. */
export interface ScaledTanhOptions extends NamedOptions {
  /** The value far above 0, above 0 itself. Default: 1.7159. */
  readonly amplitude?: number;
  /** What x is multiplied by, above 0. Default: 2/3. */
  readonly scale?: number;
}

/** An activation with its options checked. */
interface Activation {
  /** The options, all defaults filled in. */
  readonly config: Readonly<Record<string, number>>;
  emit(emitter: Emitter, input: Value): Value;
}

/** An activation without options. */
function plain<A, G extends Geometry>(op: Op<A, G>, attributes: A): (options?: NamedOptions) => Activation {
  return () => ({ config: {}, emit: (emitter, input) => emitter.emit(op, [input], attributes) });
}

/** An activation of given options. */
function tuned<A, G extends Geometry>(op: Op<A, G>, config: Activation['config'], attributes: A): Activation {
  return { config, emit: (emitter, input) => emitter.emit(op, [input], attributes) };
}

// Klambauer et al., "Self-normalizing neural networks", 2017: what makes mean 0 and variance 1 a fixed point.
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** The one list of activations: by name, from options to the op. Each is a layer, too, and every layer's `activation` option. */
const ACTIVATIONS = {
  linear: (_?: NamedOptions): Activation => ({ config: {}, emit: (_, input) => input }),
  tanh: plain(elementwise.tanh, {}),
  sigmoid: plain(elementwise.sigmoid, {}),
  relu: plain(elementwise.relu, {}),
  softmax: plain(softmax, {}),
  logSoftmax: plain(logSoftmax, {}),
  leakyRelu({ negativeSlope = 0.01 }: LeakyReluOptions = {}): Activation {
    checkAtLeast(0, { negativeSlope });
    return tuned(elementwise.leakyRelu, { negativeSlope }, { negativeSlope });
  },
  elu({ alpha = 1 }: EluOptions = {}): Activation {
    checkAtLeast(0, { alpha });
    return tuned(elementwise.elu, { alpha }, { slope: 1, saturation: alpha });
  },
  selu: plain(elementwise.elu, { slope: SELU_SCALE, saturation: SELU_SCALE * SELU_ALPHA }),
  relu6: plain(elementwise.hardtanh, { lower: 0, upper: 6 }),
  hardtanh({ min = -1, max = 1 }: HardtanhOptions = {}): Activation {
    checkFinite({ min, max });
    if (min >= max) {
      throw new LaminetError('E_OPTION', `max must be above min, which is ${min}, found ${max}`, { min, max });
    }
    return tuned(elementwise.hardtanh, { min, max }, { lower: min, upper: max });
  },
  hardsigmoid: plain(elementwise.hardsigmoid, {}),
  hardswish: plain(elementwise.hardswish, {}),
  silu: plain(elementwise.silu, {}),
  mish: plain(elementwise.mish, {}),
  gelu: plain(elementwise.gelu, {}),
  geluTanh: plain(elementwise.geluTanh, {}),
  softplus({ beta = 1, threshold = 20 }: SoftplusOptions = {}): Activation {
    checkPositive({ beta });
    checkFinite({ threshold });
    return tuned(elementwise.softplus, { beta, threshold }, { beta, threshold });
  },
  softsign: plain(elementwise.softsign, {}),
  scaledTanh({ amplitude = 1.7159, scale = 2 / 3 }: ScaledTanhOptions = {}): Activation {
    checkPositive({ amplitude, scale });
    return tuned(elementwise.scaledTanh, { amplitude, scale }, { amplitude, scale });
  },
} as const;

/**
 * The activations by name, each that of its function (`relu` is {@link relu}, `tanh` is {@link tanh}, ...) with its default
 * options; `linear` is none at all.
 */
export type ActivationName = keyof typeof ACTIVATIONS;

/** The options of an activation's layer. */
export type ActivationOptions<N extends ActivationName> = NonNullable<Parameters<(typeof ACTIVATIONS)[N]>[0]>;

/** Every activation, `linear` first. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];

/** Throws unless `name` is an activation. */
export function checkActivation(name: unknown): asserts name is ActivationName {
  if (!(typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name))) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no activation ${JSON.stringify(name)}; there are ${ACTIVATION_NAMES.join(', ')}`,
      { activation: name },
    );
  }
}

/** Emits the activation's op, with its default options; `linear` emits nothing. */
export function emitActivation(emitter: Emitter, name: ActivationName, input: Value): Value {
  return ACTIVATIONS[name]().emit(emitter, input);
}

/**
 * A layer that applies an activation to its input.
 *
 * @param name `linear`, or one of the functions that make such layers by themselves: {@link tanh}, {@link relu}, ...
 * @param options those of the function of that name
 *
 * @example
 * activation('leakyRelu', { negativeSlope: 0.1 });
 */
export function activation<N extends ActivationName>(name: N, options?: ActivationOptions<N>): Layer;
export function activation(name: ActivationName, options: NamedOptions = {}): Layer {
  checkActivation(name);
  const { config, emit } = ACTIVATIONS[name](options);
  return {
    kind: name,
    name: options.name,
    config,
    build: (inputShape) => ({
      outputShape: inputShape,
      parameters: [],
      flops: name === 'linear' ? 0 : sizeOf(inputShape),
      emit,
    }),
  };
}
