import { LaminetError } from '../errors';
import { fitsPattern } from '../layers/name-pattern';
import * as updates from '../ops/muon';
import { checkLearningRate } from '../schedules/schedule';
import { adamwFormula } from './adam';
import type { Optimizer, OptimizerOptions } from './contract';
import { checkGroups, type TrainedParameter } from './groups';
import { checkAboveZero, checkNotNegative, checkShares } from './options';
import { describeOptimizer, plainRule } from './plain';

/** How {@link muon} has AdamW update what is no matrix. */
export interface MuonAdamwOptions {
  /** What the learning rate is multiplied by for those parameters. Default: 0.015, which makes 0.0003 of 0.02. */
  readonly learningRateFactor?: number;
  /** Default: 0.9. */
  readonly beta1?: number;
  /** Default: 0.95. */
  readonly beta2?: number;
  /** Default: 1e-10. */
  readonly epsilon?: number;
}

/** The options of {@link muon}. Default learning rate: 0.02. */
export interface MuonOptions extends OptimizerOptions {
  /** The share of the mean of gradients that stays. Default: 0.95. */
  readonly momentum?: number;
  /** Whether the gradient is mixed into the mean once more for the step. Default: true. */
  readonly nesterov?: boolean;
  /** Rounds of the iteration that makes a step orthogonal, from 1 to 20. Default: 5. */
  readonly iterations?: number;
  /** This share of each weight, times the learning rate, is taken away in each step; of weights alone. Default: 0. */
  readonly weightDecay?: number;
  /** The names of layers or parameters whose weights AdamW is to update, too; patterns as in `groups`. Default: none. */
  readonly except?: string | readonly string[];
  /** For biases, the parameters of normalizations, and all that `except` names. */
  readonly adamw?: MuonAdamwOptions;
}

/** Whether a parameter is a matrix that steps are made orthogonal of. */
function isMatrix({ kind, shape }: TrainedParameter): boolean {
  return kind === 'weight' && shape.length >= 2;
}

/**
 * Momentum made orthogonal, for the filters of convolutions, each a row of [filters, channels * kernelHeight * kernelWidth],
 * and the weights of fully connected layers: every direction of a step has about the same size, where gradients mostly go
 * along few. The step is multiplied by `sqrt(max(1, rows / columns))`; the op `muon` has the formula. AdamW, with the learning
 * rate times `adamw.learningRateFactor`, updates all other parameters, and those that `except` names: its author leaves the last
 * layer to it.
 *
 * A step's work grows with the cube of a matrix's smaller side: with `n` the smaller and `m` the larger one, a round takes
 * `2 n^2 (2 m + n)` multiplications and additions. Error: `E_OPTION`.
 * Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024, kellerjordan.github.io/posts/muon;
 * the rounds are computed in float32, there in bfloat16.
 *
 * @example
 * muon({ learningRate: 0.02 });
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const {
    learningRate = 0.02,
    momentum = 0.95,
    nesterov = true,
    iterations = 5,
    weightDecay = 0,
    except = [],
  } = options;
  const { learningRateFactor = 0.015, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-10 } = options.adamw ?? {};
  checkLearningRate(learningRate);
  checkShares({ momentum, 'adamw.beta1': beta1, 'adamw.beta2': beta2 });
  checkAboveZero({ 'adamw.epsilon': epsilon });
  checkNotNegative({ weightDecay, 'adamw.learningRateFactor': learningRateFactor });
  checkGroups(options);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 20) {
    throw new LaminetError('E_OPTION', `iterations must be a whole number from 1 to 20, found ${String(iterations)}`, {
      option: 'iterations',
      found: iterations,
    });
  }
  const exceptions = typeof except === 'string' ? [except] : except;
  const orthogonal = {
    op: updates.muon,
    constants: { momentum, nesterov: nesterov ? 1 : 0, iterations },
    state: ['momentum'],
    weightDecay,
    decoupled: true,
  };
  const adamw = adamwFormula({ beta1, beta2, epsilon, weightDecay });
  return {
    name: 'muon',
    learningRate,
    groups: options.groups ?? [],
    ...describeOptimizer('muon', options),
    ruleFor(parameter) {
      const { name, layer } = parameter;
      const excepted = exceptions.some((pattern) => fitsPattern(layer, pattern) || fitsPattern(name, pattern));
      if (isMatrix(parameter) && !excepted) return plainRule(parameter, options, orthogonal);
      const rule = plainRule(parameter, options, adamw);
      const factor = rule.attributes.learningRateFactor * learningRateFactor;
      return { ...rule, attributes: { ...rule.attributes, learningRateFactor: factor } };
    },
    ...(adamw.factors && { factors: adamw.factors }),
  };
}
