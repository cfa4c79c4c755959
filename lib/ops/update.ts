import { type Shape, sameShape, sizeOf } from '../tensor/shape';
import { type Op, refuse, requireInput } from './op';
import type { Geometry, TensorType } from './program';
import type { OpName } from './registry';

/** What an update is told: shares of the weight, then the optimizer's own numbers. */
export interface UpdateAttributes {
  /** This share of the weight is added to its gradient: the gradient of a penalty on the weights' squares. */
  readonly l2: number;
  /** This share of the weight, times the learning rate, is taken away beside what the gradient does. */
  readonly weightDecay: number;
  /** What the step's learning rate is multiplied by. */
  readonly learningRateFactor: number;
  /** Numbers by the names that the op lists. */
  readonly constants: Readonly<Record<string, number>>;
}

/** An op that changes a parameter; its inputs are the parameter, its gradient, and the state, slot by slot. */
export type UpdateOp = Op<UpdateAttributes>;

/** The parameter's shape, which that of its gradient and of its state must be. */
export function checkUpdateOperands(name: OpName, inputs: readonly (TensorType | undefined)[]): Shape {
  const { shape } = requireInput(name, inputs, 0);
  for (let index = 1; index < Math.max(2, inputs.length); index++) {
    const { shape: found } = requireInput(name, inputs, index);
    if (!sameShape(found, shape)) refuse(name, found, "the parameter's shape");
  }
  return shape;
}

/** An update op whose constants are these, in this order: native/kernels/update/update.cc reads them by their place. */
function updateOp(name: OpName, constants: readonly string[]): UpdateOp {
  return {
    name,
    infer(inputs, { l2, weightDecay, learningRateFactor, constants: values }) {
      const shape = checkUpdateOperands(name, inputs);
      const geometry: Record<string, number> = { elements: sizeOf(shape), l2, weightDecay, learningRateFactor };
      for (const constant of constants) geometry[constant] = values[constant] ?? 0;
      return { geometry: geometry as Geometry, outputs: [] };
    },
  };
}

// Below, w is the parameter and g its gradient, to which l2 * w was added; w itself was multiplied by
// 1 - learningRate * weightDecay; learningRate is the step's times learningRateFactor. mean(share, m, x) is
// share * m + (1 - share) * x. All is element by element.

/** `w -= learningRate * g`. */
export const sgd = updateOp('sgd', []);

/** `v = momentum * v + g`; `w -= learningRate * v`, or with `nesterov` 1 `w -= learningRate * (g + momentum * v)`. */
export const momentum = updateOp('momentum', ['momentum', 'nesterov']);

/** `s += g^2`; `w -= learningRate * g / (sqrt(s) + epsilon)`. */
export const adagrad = updateOp('adagrad', ['epsilon']);

/**
 * `s = mean(rho, s, g^2)`; `step = sqrt(d + epsilon) / sqrt(s + epsilon) * g`; `d = mean(rho, d, step^2)`;
 * `w -= learningRate * step`.
 */
export const adadelta = updateOp('adadelta', ['rho', 'epsilon']);

/**
 * `m = mean(beta1, m, g)`; `s = mean(beta2, s, g^2)`; `w -= learningRate * factor[0] * m / (sqrt(s) + epsilon * factor[1])`; with
 * `amsgrad` 1 the largest s so far stands in the place of s.
 */
export const adam = updateOp('adam', ['beta1', 'beta2', 'epsilon', 'amsgrad']);

/** `m = mean(beta1, m, g)`; `u = max(beta2 * u, |g| + epsilon)`; `w -= learningRate * factor[0] * m / u`. */
export const adamax = updateOp('adamax', ['beta1', 'beta2', 'epsilon']);

/**
 * `m = mean(beta1, m, g)`; `s = mean(beta2, s, g^2)`;
 * `w -= learningRate * (factor[0] * g + factor[1] * m) / (sqrt(s) + epsilon * factor[2])`.
 */
export const nadam = updateOp('nadam', ['beta1', 'beta2', 'epsilon']);

/**
 * `m = mean(beta1, m, g)`; `s = mean(beta2, s, g^2)`; where `factor[1]` is 1,
 * `w -= learningRate * factor[0] * m / (sqrt(s) + epsilon)`, else `w -= learningRate * factor[0] * m`.
 */
export const radam = updateOp('radam', ['beta1', 'beta2', 'epsilon']);

/**
 * `s = mean(rho, s, g^2)`; with `centered` 1, `a = mean(rho, a, g)` and s - a^2, but no less than 0, stands in the place
 * of s; `step = g / (sqrt(s) + epsilon)`; unless `momentum` is 0, `v = momentum * v + step` stands in the place of step;
 * `w -= learningRate * step`. The slots are s, a, v, those that there are.
 */
export const rmsprop = updateOp('rmsprop', ['rho', 'epsilon', 'momentum', 'centered']);

/** `w -= learningRate * sign(mean(beta1, m, g))`; `m = mean(beta2, m, g)`. The sign of 0 is 0. */
export const lion = updateOp('lion', ['beta1', 'beta2']);
