import { LaminetError } from '../errors';
import { relu as reluOp, sigmoid as sigmoidOp, tanh as tanhOp } from '../ops/elementwise';
import type { NoAttributes, Op, Value } from '../ops/op';
import type { Geometry } from '../ops/program';
import { logSoftmax as logSoftmaxOp, softmax as softmaxOp } from '../ops/softmax';
import { sizeOf } from '../tensor/shape';
import type { Emitter, Layer, NamedOptions } from './layer';

const OPS = {
  tanh: tanhOp,
  sigmoid: sigmoidOp,
  relu: reluOp,
  softmax: softmaxOp,
  logSoftmax: logSoftmaxOp,
} as const satisfies Record<string, Op<NoAttributes, Geometry>>;

/** The activations by name; `linear` is none at all. */
export type ActivationName = keyof typeof OPS | 'linear';

/** Throws unless `name` is an activation. */
export function checkActivation(name: unknown): asserts name is ActivationName {
  if (name !== 'linear' && !(typeof name === 'string' && Object.hasOwn(OPS, name))) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no activation ${JSON.stringify(name)}; there are linear, ${Object.keys(OPS).join(', ')}`,
      { activation: name },
    );
  }
}

/** Emits the activation's op; `linear` emits nothing. */
export function emitActivation(emitter: Emitter, name: ActivationName, input: Value): Value {
  return name === 'linear' ? input : emitter.emit<NoAttributes, Geometry>(OPS[name], [input], {});
}

/**
 * A layer that applies an activation to its input.
 * @param name `tanh`, `sigmoid`, `relu`, `softmax`, `logSoftmax` (the last two over the first axis), or `linear`
 */
export function activation(name: ActivationName, options: NamedOptions = {}): Layer {
  checkActivation(name);
  return {
    kind: name,
    name: options.name,
    config: {},
    build: (inputShape) => ({
      outputShape: inputShape,
      parameters: [],
      flops: name === 'linear' ? 0 : sizeOf(inputShape),
      emit: (emitter, input) => emitActivation(emitter, name, input),
    }),
  };
}

/** Hyperbolic tangent of every element. */
export const tanh = (options?: NamedOptions): Layer => activation('tanh', options);

/** The logistic function of every element, `1 / (1 + exp(-x))`. */
export const sigmoid = (options?: NamedOptions): Layer => activation('sigmoid', options);

/** `max(x, 0)` of every element. */
export const relu = (options?: NamedOptions): Layer => activation('relu', options);

/** Probabilities over the first axis: `exp(x[k]) / sum over j of exp(x[j])`. */
export const softmax = (options?: NamedOptions): Layer => activation('softmax', options);

/** Logarithms of {@link softmax}'s probabilities. */
export const logSoftmax = (options?: NamedOptions): Layer => activation('logSoftmax', options);
