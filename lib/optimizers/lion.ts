import * as updates from '../ops/update';
import type { Optimizer, OptimizerOptions } from './contract';
import { checkShares } from './options';
import { plainOptimizer } from './plain';

/** The options of {@link lion}. Default learning rate: 0.0001; a third to a tenth of what suits Adam. */
export interface LionOptions extends OptimizerOptions {
  /** The share of the mean in the direction of a step. Default: 0.9. */
  readonly beta1?: number;
  /** The share of the mean that stays. Default: 0.99. */
  readonly beta2?: number;
  /** This share of each weight, times the learning rate, is taken away in each step; of weights alone. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Steps of one size for all weights: `weight -= rate * sign(beta1 * m + (1 - beta1) * g)`, then `m = beta2 * m +
 * (1 - beta2) * g`. One number is kept for each weight, where Adam keeps two.
 *
 * Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv 2302.06675, algorithm 2.
 *
 * @example
 * lion({ learningRate: 0.0001 });
 */
export function lion(options: LionOptions = {}): Optimizer {
  const { learningRate = 0.0001, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = options;
  checkShares({ beta1, beta2 });
  return plainOptimizer(options, {
    name: 'lion',
    learningRate,
    op: updates.lion,
    constants: { beta1, beta2 },
    state: ['mean'],
    weightDecay,
    decoupled: true,
  });
}
