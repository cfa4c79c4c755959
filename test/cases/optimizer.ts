import { adam, adamax, adamw, nadam, radam } from '../../lib/optimizers/adam';
import { adadelta, adagrad, rmsprop } from '../../lib/optimizers/adaptive';
import type { Optimizer } from '../../lib/optimizers/contract';
import { lion } from '../../lib/optimizers/lion';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';

/** An optimizer, and where PyTorch's steps with it are, if it has it. */
export interface OptimizerCase {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly fixture?: string;
}

/** Every optimizer, and every way of computing that it has. The fixtures' options are those of their attributes. */
export const optimizerCases: readonly OptimizerCase[] = [
  { name: 'sgd', optimizer: sgd({ learningRate: 0.1 }), fixture: 'optimizer_sgd' },
  {
    name: 'sgd, decaying',
    optimizer: sgd({ learningRate: 0.1, weightDecay: 0.01 }),
    fixture: 'optimizer_sgd_weight_decay',
  },
  { name: 'momentum', optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), fixture: 'optimizer_momentum' },
  {
    name: 'nesterov, decaying',
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    fixture: 'optimizer_nesterov',
  },
  { name: 'adagrad', optimizer: adagrad({ learningRate: 0.1 }), fixture: 'optimizer_adagrad' },
  { name: 'adadelta', optimizer: adadelta(), fixture: 'optimizer_adadelta' },
  { name: 'adam', optimizer: adam({ learningRate: 0.01 }), fixture: 'optimizer_adam' },
  { name: 'amsgrad', optimizer: adam({ learningRate: 0.01, amsgrad: true }), fixture: 'optimizer_adam_amsgrad' },
  { name: 'adam, L2', optimizer: adam({ learningRate: 0.01, weightDecay: 0.1 }), fixture: 'optimizer_adam_l2' },
  { name: 'adamw', optimizer: adamw({ learningRate: 0.01, weightDecay: 0.1 }), fixture: 'optimizer_adamw' },
  { name: 'adamax', optimizer: adamax({ learningRate: 0.01 }), fixture: 'optimizer_adamax' },
  { name: 'nadam', optimizer: nadam({ learningRate: 0.01 }), fixture: 'optimizer_nadam' },
  { name: 'radam', optimizer: radam({ learningRate: 0.01 }), fixture: 'optimizer_radam' },
  { name: 'rmsprop', optimizer: rmsprop({ learningRate: 0.01 }), fixture: 'optimizer_rmsprop' },
  { name: 'rmsprop with momentum', optimizer: rmsprop({ learningRate: 0.01, momentum: 0.5 }) },
  { name: 'rmsprop, centered', optimizer: rmsprop({ learningRate: 0.01, centered: true }) },
  {
    name: 'rmsprop, centered, with momentum',
    optimizer: rmsprop({ learningRate: 0.01, momentum: 0.9, centered: true }),
    fixture: 'optimizer_rmsprop_centered_momentum',
  },
  { name: 'lion, decaying', optimizer: lion({ learningRate: 0.01, weightDecay: 0.1 }) },
  { name: 'muon', optimizer: muon({ learningRate: 0.01 }) },
];
