import { dropout, spatialDropout2d } from '../../lib/layers/dropout';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

/** Dropout of elements and of channels. */
export const dropoutCases: readonly LayerCase[] = [dropout({ rate: 0.25 }), spatialDropout2d({ rate: 0.5 })].flatMap(
  (layer) => [
    ...AWKWARD_BATCHES.map((batch) => ({ name: `${layer.kind}, batch ${batch}`, batch, inputShape: [3, 4, 5], layer })),
    ...AWKWARD_CHANNELS.map((channels) => ({
      name: `${layer.kind}, ${channels} channels`,
      batch: 2,
      inputShape: [channels, 3, 1],
      layer,
    })),
    { name: `${layer.kind}, nothing`, batch: 3, inputShape: [3, 2, 2], layer: dropout({ rate: 0 }) },
  ],
);
