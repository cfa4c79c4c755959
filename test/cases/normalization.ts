import { normalization } from '../../lib/layers/normalization';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

/** Normalization by given numbers. */
export const normalizationCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => ({
    name: `batch ${batch}`,
    batch,
    inputShape: [3, 4, 5],
    layer: normalization({ mean: [0.4, -0.5, 0.6], std: [0.2, 0.3, 2] }),
  })),
  ...AWKWARD_CHANNELS.map((channels) => ({
    name: `${channels} channels`,
    batch: 4,
    inputShape: [channels, 3, 2],
    layer: normalization({ mean: 0.5, std: 0.25 }),
  })),
  { name: 'a flat input', batch: 19, inputShape: [5], layer: normalization({ mean: 0, std: 3 }) },
];
