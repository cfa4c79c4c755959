import { slice } from '../../lib/layers/slice';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

/** Some of a tensor's channels. */
export const sliceCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => ({
    name: `batch ${batch}`,
    batch,
    inputShape: [5, 3, 4],
    layer: slice({ begin: 1, channels: 3 }),
  })),
  ...AWKWARD_CHANNELS.map((channels) => ({
    name: `the last of ${channels} channels`,
    batch: 2,
    inputShape: [channels, 3, 2],
    layer: slice({ begin: channels - 1, channels: 1 }),
  })),
  { name: 'all of a row', batch: 17, inputShape: [7], layer: slice({ channels: 7 }) },
  { name: 'the middle of a row', batch: 2, inputShape: [7], layer: slice({ begin: 2, channels: 3 }) },
];
