import { LaminetError } from '../errors';
import type { NoAttributes, Op } from '../ops/op';
import { sgd as sgdOp } from '../ops/sgd';
import { checkLearningRate, type LearningRate } from '../schedules/schedule';

/** How gradients change the parameters. */
export interface Optimizer {
  readonly name: string;
  /** The factor on the gradient, or a schedule of it. */
  readonly learningRate: LearningRate;
  /** The update instruction, emitted once a parameter. */
  readonly op: Op<NoAttributes>;
}

/** The options of {@link sgd}. */
export interface SgdOptions {
  /** A number, or a schedule such as `cosineDecay`. Default: 0.01. */
  readonly learningRate?: LearningRate;
}

/** Plain gradient descent: `weight -= learningRate * gradient`, the gradient being that of the batch's mean loss. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01 } = options;
  checkLearningRate(learningRate);
  return { name: 'sgd', learningRate, op: sgdOp };
}

const OPTIMIZERS = { sgd } as const;

/** The optimizers by name, with their default options. */
export type OptimizerName = keyof typeof OPTIMIZERS;

/** The optimizer of that name. Error: `E_UNKNOWN`. */
export function toOptimizer(optimizer: OptimizerName | Optimizer): Optimizer {
  if (typeof optimizer !== 'string') return optimizer;
  if (!Object.hasOwn(OPTIMIZERS, optimizer)) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no optimizer ${JSON.stringify(optimizer)}; there is ${Object.keys(OPTIMIZERS).join(', ')}`,
      { optimizer },
    );
  }
  return OPTIMIZERS[optimizer]();
}
