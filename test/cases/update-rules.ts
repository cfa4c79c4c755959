import { type MaxNorm, maxNorm } from '../../lib/constraints/max-norm';
import type { CompileOptions } from '../../lib/model/compile';
import { adam } from '../../lib/optimizers/adam';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';
import { l1, l1l2, l2 } from '../../lib/regularizers/regularizer';

/** What may be done to gradients and parameters at the end of a step beside an optimizer's update. */
export interface UpdateRulesCase {
  readonly name: string;
  readonly rules: Pick<CompileOptions, 'optimizer' | 'regularizer' | 'clipping' | 'averaging' | 'stepsPerUpdate'>;
  /** Of every layer's weights. */
  readonly constraint?: MaxNorm;
}

const plain = sgd({ learningRate: 0.25 });
const weights = ['weight'] as const;
const all = ['weight', 'bias', 'norm'] as const;

/** Each of them by itself, and all of them together. */
export const updateRulesCases: readonly UpdateRulesCase[] = [
  { name: 'l1', rules: { optimizer: plain, regularizer: { regularizer: l1(0.02), kinds: weights } } },
  { name: 'l2 on everything', rules: { optimizer: plain, regularizer: { regularizer: l2(0.1), kinds: all } } },
  { name: 'clipping by value', rules: { optimizer: plain, clipping: { by: 'value', limit: 0.01 } } },
  { name: 'clipping by norm', rules: { optimizer: plain, clipping: { by: 'norm', limit: 0.05 } } },
  { name: 'clipping by the global norm', rules: { optimizer: plain, clipping: { by: 'globalNorm', limit: 0.1 } } },
  { name: 'accumulation', rules: { optimizer: plain, stepsPerUpdate: 2 } },
  { name: 'averaging', rules: { optimizer: plain, averaging: { decay: 0.75 } } },
  { name: 'a bound on norms', rules: { optimizer: plain }, constraint: maxNorm(0.5) },
  {
    name: 'groups',
    rules: { optimizer: adam({ groups: [{ match: 'conv*', learningRateFactor: 0.1, weightDecay: 0.1 }] }) },
  },
  { name: 'muon', rules: { optimizer: muon() } },
  {
    name: 'everything',
    rules: {
      optimizer: muon({ weightDecay: 0.1 }),
      regularizer: { regularizer: l1l2({ l1: 0.01, l2: 0.1 }), kinds: weights },
      clipping: { by: 'globalNorm', limit: 0.1 },
      averaging: { decay: 0.75 },
      stepsPerUpdate: 3,
    },
    constraint: maxNorm(0.5),
  },
];
