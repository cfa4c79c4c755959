import { LaminetError } from '../errors';
import * as updates from '../ops/update';
import { rebuildRate } from '../schedules/rebuild';
import { adam, adamax, adamw, nadam, radam } from './adam';
import { adadelta, adagrad, rmsprop } from './adaptive';
import type { Optimizer, OptimizerDescription, OptimizerOptions } from './contract';
import { lion } from './lion';
import { muon } from './muon';
import { checkNotNegative } from './options';
import { plainOptimizer } from './plain';

/** The options of {@link sgd}. Default learning rate: 0.01. */
export interface SgdOptions extends OptimizerOptions {
  /** The share of its last step that a weight's next one begins with. Default: 0. */
  readonly momentum?: number;
  /** Whether the gradient counts as that of the place where the momentum leads. Default: false. */
  readonly nesterov?: boolean;
  /** This share of each weight is added to its gradient (L2). Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent: `weight -= rate * gradient`, the gradient being that of the batch's mean loss. With momentum, as in
 * PyTorch, `velocity = momentum * velocity + gradient` and `weight -= rate * velocity`, or with `nesterov`
 * `weight -= rate * (gradient + momentum * velocity)`: a rate that changes acts on the whole velocity. Keras multiplies
 * each gradient by the rate of its own step; with a constant rate both are the same.
 *
 * Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning", ICML
 * 2013, section 2.
 *
 * @example
 * sgd({ learningRate: 0.05, momentum: 0.9 });
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  checkNotNegative({ momentum });
  const plain = { name: 'sgd', learningRate, weightDecay };
  if (momentum === 0) {
    if (nesterov) {
      throw new LaminetError('E_OPTION', 'nesterov needs a momentum above 0, found 0', {
        option: 'momentum',
        found: 0,
      });
    }
    return plainOptimizer(options, { ...plain, op: updates.sgd, constants: {}, state: [] });
  }
  const constants = { momentum, nesterov: nesterov ? 1 : 0 };
  return plainOptimizer(options, { ...plain, op: updates.momentum, constants, state: ['velocity'] });
}

const OPTIMIZERS = { sgd, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, radam, lion, muon } as const;

/** The optimizers by name, each that of its function ({@link sgd}, {@link adamw}, ...), with their default options. */
export type OptimizerName = keyof typeof OPTIMIZERS;

export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as readonly OptimizerName[];

function makeOf(name: string): (options?: never) => Optimizer {
  if (Object.hasOwn(OPTIMIZERS, name)) return OPTIMIZERS[name as OptimizerName];
  throw new LaminetError(
    'E_UNKNOWN',
    `there is no optimizer ${JSON.stringify(name)}; there is ${OPTIMIZER_NAMES.join(', ')}`,
    { optimizer: name },
  );
}

/** The optimizer of that name. Error: `E_UNKNOWN`. */
export function toOptimizer(optimizer: OptimizerName | Optimizer): Optimizer {
  return typeof optimizer === 'string' ? makeOf(optimizer)() : optimizer;
}

/** The optimizer that its `config` describes. Errors: `E_UNKNOWN` for a name, `E_OPTION` for options. */
export function rebuildOptimizer({ name, learningRate, ...options }: OptimizerDescription): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate: rebuildRate(learningRate) };
  return makeOf(name)({ ...options, ...rate } as never);
}
