import * as updates from '../ops/update';
import type { LearningRate } from '../schedules/schedule';
import { power } from '../tensor/elementary';
import type { Optimizer, OptimizerOptions, StepFactors } from './contract';
import { checkAboveZero, checkNotNegative, checkShares } from './options';
import { type PlainOptimizer, plainOptimizer } from './plain';

/** The options that all of Adam's kin have. */
export interface MomentsOptions extends OptimizerOptions {
  /** The share of the mean of gradients that stays. Default: 0.9. */
  readonly beta1?: number;
  /** The share of the mean of squared gradients that stays. Default: 0.999. */
  readonly beta2?: number;
  /** Keeps the division away from 0. Default: 1e-8, as PyTorch has it (Keras: 1e-7). */
  readonly epsilon?: number;
  /** This share of each weight is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/** The options of {@link adam}. Default learning rate: 0.001. */
export interface AdamOptions extends MomentsOptions {
  /** Whether to divide by the largest mean of squares so far, which keeps steps from growing again. Default: false. */
  readonly amsgrad?: boolean;
}

/** The options of {@link adamw}: those of Adam, where the weight decay is another. Default learning rate: 0.001. */
export interface AdamwOptions extends OptimizerOptions, Omit<AdamOptions, 'weightDecay'> {
  /** This share of each weight, times the learning rate, is taken away in each step; of weights alone. Default: 0.01. */
  readonly weightDecay?: number;
}

/** Options with their defaults, checked. */
interface Moments {
  readonly learningRate: LearningRate;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

function toMoments(options: MomentsOptions, defaultRate: number): Moments {
  const { learningRate = defaultRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  checkShares({ beta1, beta2 });
  checkAboveZero({ epsilon });
  return { learningRate, beta1, beta2, epsilon, weightDecay };
}

/** What Adam's means, which begin with 0, lack at a step: `1 - beta^step`. */
function correction(beta: number, step: number): number {
  return 1 - power(beta, step);
}

/**
 * `m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + epsilon)`, written with one division a weight: both parts of the fraction
 * are multiplied by `root = sqrt(1 - beta2^t)`.
 */
function adamFactors({ beta1, beta2 }: Moments): StepFactors {
  return {
    count: 2,
    of(step) {
      const root = Math.sqrt(correction(beta2, step));
      return [root / correction(beta1, step), root];
    },
  };
}

/**
 * The mean of a weight's gradients over the root of the mean of their squares, both corrected for beginning with 0:
 * `weight -= rate * m / (sqrt(s) + epsilon)`. Epsilon is added to the corrected root, as PyTorch does. Weight decay is
 * added to the gradient (L2); {@link adamw} takes it off the weight.
 *
 * Sources: Kingma, Ba, "Adam: A Method for Stochastic Optimization", arXiv 1412.6980, algorithm 1; `amsgrad`: Reddi, Kale,
 * Kumar, "On the Convergence of Adam and Beyond", ICLR 2018, with the largest uncorrected mean, as PyTorch has it.
 *
 * @example
 * adam({ learningRate: 0.001 });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return plainOptimizer(options, { ...adamFormula(options), name: 'adam' });
}

/** The formula of {@link adam}, its options checked. */
function adamFormula(options: AdamOptions): Omit<PlainOptimizer, 'name'> {
  const moments = toMoments(options, 0.001);
  const { learningRate, beta1, beta2, epsilon, weightDecay } = moments;
  const { amsgrad = false } = options;
  return {
    learningRate,
    op: updates.adam,
    constants: { beta1, beta2, epsilon, amsgrad: amsgrad ? 1 : 0 },
    state: ['mean', 'squares', ...(amsgrad ? ['largestSquares'] : [])],
    weightDecay,
    factors: adamFactors(moments),
  };
}

/**
 * {@link adam} with decoupled weight decay: before its step each weight loses `rate * weightDecay` of itself, whatever its
 * gradients were. Biases and the parameters of normalizations do not decay; PyTorch's do, as with
 * `decayedKinds: ['weight', 'bias', 'norm']`.
 *
 * Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2, where the decay is
 * multiplied by the learning rate, as PyTorch does.
 *
 * @example
 * adamw({ learningRate: 0.001 });
 */
export function adamw(options: AdamwOptions = {}): Optimizer {
  return plainOptimizer(options, { ...adamwFormula(options), name: 'adamw' });
}

/** The formula of {@link adamw}, its options checked. */
export function adamwFormula({ weightDecay = 0.01, ...others }: AdamwOptions): Omit<PlainOptimizer, 'name'> {
  return { ...adamFormula(others), weightDecay, decoupled: true };
}

/**
 * Adam with a fading maximum of the gradients' sizes in the place of the mean of squares: `u = max(beta2 * u, |g| +
 * epsilon)`, `weight -= rate / (1 - beta1^t) * m / u`. Default learning rate: 0.002.
 *
 * Source: Kingma, Ba, arXiv 1412.6980, algorithm 2; epsilon is where PyTorch has it.
 *
 * @example
 * adamax({ learningRate: 0.001 });
 */
export function adamax(options: MomentsOptions = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = toMoments(options, 0.002);
  return plainOptimizer(options, {
    name: 'adamax',
    learningRate,
    op: updates.adamax,
    constants: { beta1, beta2, epsilon },
    state: ['mean', 'largest'],
    weightDecay,
    factors: { count: 1, of: (step) => [1 / correction(beta1, step)] },
  });
}

/** The options of {@link nadam}. Default learning rate: 0.002. */
export interface NadamOptions extends MomentsOptions {
  /** How fast the momentum grows from half of beta1 to beta1. Default: 0.004. */
  readonly momentumDecay?: number;
}

/**
 * Adam with Nesterov's momentum, which grows: `mu(t) = beta1 * (1 - 0.96^(t * momentumDecay) / 2)`. The step is
 * `rate * ((1 - mu(t)) / (1 - P(t)) * g + mu(t + 1) / (1 - P(t + 1)) * m) / (sqrt(s / (1 - beta2^t)) + epsilon)`, where
 * P(t) is the product of mu(1) to mu(t).
 *
 * Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016, in PyTorch's form.
 *
 * @example
 * nadam({ learningRate: 0.001 });
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = toMoments(options, 0.002);
  const { momentumDecay = 0.004 } = options;
  checkNotNegative({ momentumDecay });
  const mu = (step: number): number => beta1 * (1 - 0.5 * power(0.96, step * momentumDecay));
  // The last product that was asked for: steps come one after another.
  let last = { step: 0, product: 1 };
  const productTo = (step: number): number => {
    if (last.step > step) last = { step: 0, product: 1 };
    while (last.step < step) last = { step: last.step + 1, product: last.product * mu(last.step + 1) };
    return last.product;
  };
  return plainOptimizer(options, {
    name: 'nadam',
    learningRate,
    op: updates.nadam,
    constants: { beta1, beta2, epsilon },
    state: ['mean', 'squares'],
    weightDecay,
    factors: {
      count: 3,
      of(step) {
        const root = Math.sqrt(correction(beta2, step));
        const product = productTo(step);
        const next = mu(step + 1);
        return [(root * (1 - mu(step))) / (1 - product), (root * next) / (1 - product * next), root];
      },
    },
  });
}

/** Below so many steps' worth of squares their mean is not divided by; the paper has 4, PyTorch 5. */
const FEWEST_SQUARES = 5;

/**
 * Adam that warms up by itself: a factor grows with how many squares their mean is made of, and while they are too few
 * the step is `rate * m / (1 - beta1^t)` alone. Default learning rate: 0.001.
 *
 * Source: Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", arXiv 1908.03265, algorithm 2; epsilon is
 * added to the uncorrected root, and five steps' worth of squares are few, as PyTorch has it.
 *
 * @example
 * radam({ learningRate: 0.001 });
 */
export function radam(options: MomentsOptions = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = toMoments(options, 0.001);
  const most = 2 / (1 - beta2) - 1;
  return plainOptimizer(options, {
    name: 'radam',
    learningRate,
    op: updates.radam,
    constants: { beta1, beta2, epsilon },
    state: ['mean', 'squares'],
    weightDecay,
    factors: {
      count: 2,
      of(step) {
        const size = 1 / correction(beta1, step);
        const lack = correction(beta2, step);
        const squares = most - (2 * step * (1 - lack)) / lack;
        if (!(squares > FEWEST_SQUARES)) return [size, 0];
        const variance = ((squares - 4) * (squares - 2) * most) / ((most - 4) * (most - 2) * squares);
        return [size * Math.sqrt(variance) * Math.sqrt(lack), 1];
      },
    },
  });
}
