import { prelu } from '../../lib/layers/prelu';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

/** Learned slopes, one a channel and one for all, flat and on images. */
export const preluCases: readonly LayerCase[] = [
  ...AWKWARD_CHANNELS.flatMap((channels) => [
    { name: `${channels} numbers`, batch: 3, inputShape: [channels], layer: prelu() },
    { name: `${channels} channels`, batch: 17, inputShape: [channels, 3, 5], layer: prelu() },
  ]),
  ...AWKWARD_BATCHES.flatMap((batch) => [
    { name: `batch ${batch}`, batch, inputShape: [3, 2, 7], layer: prelu() },
    { name: `shared, batch ${batch}`, batch, inputShape: [3, 2, 7], layer: prelu({ shared: true }) },
  ]),
  { name: 'shared by one number', batch: 5, inputShape: [1], layer: prelu({ shared: true }) },
];
