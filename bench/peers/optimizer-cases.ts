import { adam, adamax, adamw, nadam, radam } from '../../lib/optimizers/adam';
import { adadelta, adagrad, rmsprop } from '../../lib/optimizers/adaptive';
import type { Optimizer } from '../../lib/optimizers/contract';
import { lion } from '../../lib/optimizers/lion';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';

/** An optimizer in both libraries. */
export interface OptimizerCase {
  readonly name: string;
  readonly optimizer: Optimizer;
  /** The same in `torch.optim`, with its arguments besides the parameters and the rate; left out where it has none. */
  readonly torch?: readonly [name: string, options?: Readonly<Record<string, number>>];
}

/** So small that nothing changes from run to run. */
export const OPTIMIZER_RATE = 1e-6;
const learningRate = OPTIMIZER_RATE;

/** Each trains the same network. An optimizer is in the bench by standing here. */
export const OPTIMIZER_CASES: readonly OptimizerCase[] = [
  { name: 'sgd', optimizer: sgd({ learningRate }), torch: ['SGD'] },
  { name: 'momentum', optimizer: sgd({ learningRate, momentum: 0.9 }), torch: ['SGD', { momentum: 0.9 }] },
  { name: 'adam', optimizer: adam({ learningRate }), torch: ['Adam'] },
  { name: 'adamw', optimizer: adamw({ learningRate }), torch: ['AdamW'] },
  { name: 'rmsprop', optimizer: rmsprop({ learningRate }), torch: ['RMSprop'] },
  { name: 'adagrad', optimizer: adagrad({ learningRate }), torch: ['Adagrad'] },
  { name: 'adadelta', optimizer: adadelta({ learningRate }), torch: ['Adadelta'] },
  { name: 'adamax', optimizer: adamax({ learningRate }), torch: ['Adamax'] },
  { name: 'nadam', optimizer: nadam({ learningRate }), torch: ['NAdam'] },
  { name: 'radam', optimizer: radam({ learningRate }), torch: ['RAdam'] },
  { name: 'lion', optimizer: lion({ learningRate }) },
  { name: 'muon', optimizer: muon({ learningRate }) },
];

/** The widths of the layers of the network that they train: dense, with rectifiers between them. */
export const OPTIMIZER_NETWORK = [1024, 1024, 1024, 10] as const;
export const OPTIMIZER_BATCH = 16;
