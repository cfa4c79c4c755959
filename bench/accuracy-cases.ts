import type { Dataset } from '../lib/data/dataset';
import { whiteningFilters } from '../lib/data/whitening';
import { gelu } from '../lib/layers/activation-functions';
import { batchNorm } from '../lib/layers/batch-norm';
import { conv2d } from '../lib/layers/conv2d';
import { dense } from '../lib/layers/dense';
import { flatten } from '../lib/layers/flatten';
import { input } from '../lib/layers/input';
import type { Layer } from '../lib/layers/layer';
import { maxPool2d } from '../lib/layers/max-pool2d';
import { normalization } from '../lib/layers/normalization';
import { crossEntropy } from '../lib/losses/cross-entropy';
import type { FitOptions } from '../lib/model/fit';
import { model } from '../lib/model/functional';
import type { Model } from '../lib/model/model';
import { sequential } from '../lib/model/sequential';
import { lenet5 } from '../lib/networks/lenet5';
import { adamw } from '../lib/optimizers/adam';
import { sgd } from '../lib/optimizers/optimizer';
import { oneCycle } from '../lib/schedules/one-cycle';

/** A network, how it is trained, and on what. */
export interface AccuracyCase {
  readonly name: string;
  readonly data: 'mnist' | 'cifar10';
  /** The settings in a few words. */
  readonly settings: string;
  readonly fit: FitOptions;
  /** The compiled model. */
  build(train: Dataset, seed: number): Model;
}

/** Of a batch in the running statistics: so few steps are made that a tenth would lag behind. */
const momentum = 0.4;

/** Two 3x3 convolutions, the first of which halves the image; both normalized. */
const block = (filters: number): Layer[] => [
  conv2d({ filters, kernelSize: 3, padding: 1, useBias: false }),
  maxPool2d({ poolSize: 2 }),
  batchNorm({ momentum }),
  gelu(),
  conv2d({ filters, kernelSize: 3, padding: 1, useBias: false }),
  batchNorm({ momentum }),
  gelu(),
];

/**
 * Seven convolutions after Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3: a first one of fixed
 * filters that whiten the patches of the data, then three blocks of two.
 */
function whitenedNetwork(train: Dataset, widths: readonly number[], seed: number): Model {
  const { mean, std } = train.channelStatistics();
  const { filters, kernelSize, weights } = whiteningFilters(train, { samples: 5000, std });
  return sequential(
    [
      input(train.sampleShape),
      normalization({ mean, std }),
      conv2d({ filters, kernelSize, kernelInitializer: () => weights, trainable: false, activation: 'gelu' }),
      ...widths.flatMap(block),
      maxPool2d({ poolSize: 3 }),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { name: 'whitened', seed },
  );
}

const CIFAR_EPOCHS = 5;

/** What docs/results.md tells of the whole data sets. */
export const ACCURACY_CASES: readonly AccuracyCase[] = [
  {
    name: 'lenet5',
    data: 'mnist',
    settings: 'adamw, one cycle up to 0.01, decay 0.1; batch 64, 12 epochs',
    fit: { epochs: 12, batchSize: 64 },
    build(_train, seed) {
      const optimizer = adamw({ learningRate: oneCycle({ learningRate: 0.01, duration: 12 }), weightDecay: 0.1 });
      const inputs = input(lenet5.inputShape);
      return model({ inputs, outputs: lenet5.outputs(inputs), name: 'lenet5', seed }).compile({
        loss: 'crossEntropy',
        optimizer,
      });
    },
  },
  {
    name: 'lenet5 on colours',
    data: 'cifar10',
    settings: 'adamw, one cycle up to 0.005; batch 32, 2 epochs',
    fit: { epochs: 2, batchSize: 32 },
    build(train, seed) {
      const inputs = input(train.sampleShape);
      return model({ inputs, outputs: lenet5.outputs(inputs), name: 'lenet5', seed }).compile({
        loss: 'crossEntropy',
        optimizer: adamw({ learningRate: oneCycle({ learningRate: 0.005, duration: 2 }) }),
      });
    },
  },
  {
    name: 'whitened',
    data: 'cifar10',
    settings: `sgd, nesterov 0.85, one cycle up to 0.5, decay 0.0005, smoothing 0.1; crop 2, alternating flips; batch 256, ${CIFAR_EPOCHS} epochs`,
    fit: {
      epochs: CIFAR_EPOCHS,
      batchSize: 256,
      augment: { crop: { padding: 2, mode: 'reflect' }, flip: 'alternating' },
    },
    build: (train, seed) =>
      whitenedNetwork(train, [32, 128, 256], seed).compile({
        loss: crossEntropy({ labelSmoothing: 0.1 }),
        optimizer: sgd({
          learningRate: oneCycle({ learningRate: 0.5, duration: CIFAR_EPOCHS, startDivisor: 5 }),
          momentum: 0.85,
          nesterov: true,
          weightDecay: 5e-4,
        }),
      }),
  },
];
