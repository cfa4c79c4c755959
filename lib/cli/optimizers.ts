import { LaminetError } from '../errors';
import type { NetworkDefaults } from '../networks/network';
import type { Optimizer } from '../optimizers/contract';
import { OPTIMIZER_NAMES, rebuildOptimizer, toOptimizer } from '../optimizers/optimizer';

/** The optimizers that a command can name: the library's, and gradient descent with momentum. */
export const NAMED_OPTIMIZERS: readonly string[] = [...OPTIMIZER_NAMES, 'momentum', 'nesterov'];

const MOMENTUM = 0.9;

/**
 * The optimizer of that name with its default options but for the rate; `momentum` and `nesterov` are `sgd` with a momentum
 * of 0.9. Error: `E_UNKNOWN`, which lists the names.
 */
export function namedOptimizer(name: string, learningRate: number): Optimizer {
  if (isMomentum(name)) {
    return rebuildOptimizer({ name: 'sgd', learningRate, momentum: MOMENTUM, nesterov: name === 'nesterov' });
  }
  return rebuildOptimizer({ name: checkOptimizerName(name), learningRate });
}

/** Throws `E_UNKNOWN` for a name that no optimizer has. */
export function checkOptimizerName(name: string): string {
  if (NAMED_OPTIMIZERS.includes(name)) return name;
  throw new LaminetError(
    'E_UNKNOWN',
    `there is no optimizer ${JSON.stringify(name)}; there are ${NAMED_OPTIMIZERS.join(', ')}`,
    { optimizer: name, optimizers: NAMED_OPTIMIZERS },
  );
}

/**
 * The rate of an optimizer where none is asked for. A network's is that of plain gradient descent; momentum makes steps
 * 1 / (1 - 0.9) times as long, so that it takes a tenth of it. Others scale gradients, and have rates of their own.
 */
export function defaultRate(name: string, { learningRate }: NetworkDefaults): number {
  if (name === 'sgd') return learningRate;
  if (isMomentum(name)) return Number((learningRate * (1 - MOMENTUM)).toPrecision(6));
  const own = toOptimizer(checkOptimizerName(name) as (typeof OPTIMIZER_NAMES)[number]).learningRate;
  return typeof own === 'number' ? own : learningRate;
}

const isMomentum = (name: string): boolean => name === 'momentum' || name === 'nesterov';
