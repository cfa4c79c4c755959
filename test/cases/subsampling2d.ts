import { subsampling2d } from '../../lib/layers/subsampling2d';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

/** Trainable sub-sampling, as in LeNet-5 and on images that its windows do not fit. */
export const subsampling2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => ({ name: `batch ${batch}`, batch, inputShape: [3, 6, 4], layer: subsampling2d() })),
  ...AWKWARD_CHANNELS.map((channels) => ({
    name: `${channels} channels, scaledTanh`,
    batch: 2,
    inputShape: [channels, 5, 8],
    layer: subsampling2d({ activation: 'scaledTanh' }),
  })),
  {
    name: 'overlapping windows',
    batch: 17,
    inputShape: [2, 6, 7],
    layer: subsampling2d({ poolSize: 3, strides: [1, 2] }),
  },
  { name: 'one window', batch: 3, inputShape: [4, 2, 2], layer: subsampling2d({ activation: 'sigmoid' }) },
];
