import type { BackendName } from '../../lib/backends/backend';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { FitOptions } from '../../lib/model/fit';
import type { Model, ModelOptions } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { l2 } from '../../lib/regularizers/regularizer';
import { reduceOnPlateau } from '../../lib/schedules/reduce-on-plateau';
import { quarters } from './toy';

/** A small network with running statistics. */
export function toyNetwork(seed = 3): Model {
  return sequential(
    [
      input([1, 8, 8]),
      conv2d({ filters: 3, kernelSize: 3 }),
      batchNorm(),
      maxPool2d(),
      flatten(),
      dense({ units: 4, activation: 'softmax' }),
    ],
    { seed, name: 'toy' },
  );
}

/** All that a training can keep from step to step and from epoch to epoch. */
export function compileToy(model: Model, options: Partial<ModelOptions> = {}): Model {
  return model.compile({
    optimizer: adam({ learningRate: reduceOnPlateau({ learningRate: 0.01, patience: 0, threshold: 0.2 }) }),
    loss: 'crossEntropy',
    metrics: ['confusionMatrix', 'lossParts'],
    regularizer: l2(1e-3),
    averaging: { decay: 0.9 },
    threads: 2,
    ...options,
  });
}

/** {@link toyNetwork}, compiled. */
export const toyModel = (backend: BackendName, options: Partial<ModelOptions> = {}): Model =>
  compileToy(toyNetwork(), { backend, ...options });

export const toyData = quarters(203, 1);
export const toyValidation = quarters(60, 2);

/** Everything that `fit` can be asked for: 26 batches an epoch, 9 updates, the last of two batches. */
export const toyOptions = {
  epochs: 4,
  batchSize: 8,
  accumulate: 3,
  seed: 11,
  validationData: toyValidation,
  evaluation: { every: 70, samples: 20 },
  earlyStopping: { patience: 3, restoreBest: true },
} satisfies FitOptions;

/** The same for a run that takes long enough to be killed several times. */
export const longOptions = {
  ...toyOptions,
  epochs: 24,
  earlyStopping: { patience: 24, restoreBest: true },
} satisfies FitOptions;
