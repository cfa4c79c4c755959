import * as updates from '../ops/update';
import type { Optimizer, OptimizerOptions } from './contract';
import { checkAboveZero, checkNotNegative, checkShares } from './options';
import { plainOptimizer } from './plain';

/** The options of {@link adagrad}. Default learning rate: 0.01. */
export interface AdagradOptions extends OptimizerOptions {
  /** Keeps the division away from 0. Default: 1e-10. */
  readonly epsilon?: number;
  /** This share of each weight is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Divides each weight's steps by the root of the sum of all its squared gradients: `weight -= rate * g / (sqrt(sum) +
 * epsilon)`. The sum begins with 0, as PyTorch's does (Keras begins with 0.1).
 *
 * Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods", JMLR 12, 2011, the diagonal case.
 *
 * @example
 * adagrad({ learningRate: 0.01 });
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { learningRate = 0.01, epsilon = 1e-10, weightDecay = 0 } = options;
  checkAboveZero({ epsilon });
  return plainOptimizer(options, {
    name: 'adagrad',
    learningRate,
    op: updates.adagrad,
    constants: { epsilon },
    state: ['squares'],
    weightDecay,
  });
}

/** The options of {@link adadelta}. Default learning rate: 1. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** The share of the running means that stays. Default: 0.9, as PyTorch has it. */
  readonly rho?: number;
  /** Keeps the division away from 0, and makes the first step one. Default: 1e-6. */
  readonly epsilon?: number;
  /** This share of each weight is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Scales each weight's steps by the root of the mean of its squared steps over that of its squared gradients:
 * `step = sqrt(steps + epsilon) / sqrt(squares + epsilon) * g`, `weight -= rate * step`.
 *
 * Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", arXiv 1212.5701, algorithm 1.
 *
 * @example
 * adadelta();
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { learningRate = 1, rho = 0.9, epsilon = 1e-6, weightDecay = 0 } = options;
  checkShares({ rho });
  checkAboveZero({ epsilon });
  return plainOptimizer(options, {
    name: 'adadelta',
    learningRate,
    op: updates.adadelta,
    constants: { rho, epsilon },
    state: ['squares', 'steps'],
    weightDecay,
  });
}

/** The options of {@link rmsprop}. Default learning rate: 0.01. */
export interface RmspropOptions extends OptimizerOptions {
  /** The share of the running means that stays; PyTorch calls it alpha. Default: 0.99, as PyTorch has it. */
  readonly rho?: number;
  /** Is added to the root, as in PyTorch; Keras adds it to the square. Default: 1e-8. */
  readonly epsilon?: number;
  /** The share of the last step that the next one begins with. Default: 0. */
  readonly momentum?: number;
  /** Whether to divide by the root of the gradients' variance rather than of their squares. Default: false. */
  readonly centered?: boolean;
  /** This share of each weight is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Divides each weight's steps by the root of the running mean of its squared gradients. A variance that rounding has made
 * negative counts as 0; PyTorch's would become NaN.
 *
 * Sources: Tieleman, Hinton, "Lecture 6.5 - rmsprop", Coursera, 2012; centered: Graves, "Generating Sequences With
 * Recurrent Neural Networks", arXiv 1308.0850, equations 38 to 41, with epsilon outside of the root.
 *
 * @example
 * rmsprop({ learningRate: 0.001 });
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { learningRate = 0.01, rho = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
  checkShares({ rho });
  checkAboveZero({ epsilon });
  checkNotNegative({ momentum });
  return plainOptimizer(options, {
    name: 'rmsprop',
    learningRate,
    op: updates.rmsprop,
    constants: { rho, epsilon, momentum, centered: centered ? 1 : 0 },
    state: ['squares', ...(centered ? ['mean'] : []), ...(momentum === 0 ? [] : ['velocity'])],
    weightDecay,
  });
}
