import { type BatchNormOptions, batchNorm } from '../../lib/layers/batch-norm';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function batchNormCase(name: string, batch: number, inputShape: Shape, options: BatchNormOptions = {}): LayerCase {
  return { name, batch, inputShape, layer: batchNorm(options) };
}

/** Batch normalization by what is awkward about it. */
export const batchNormCases: readonly LayerCase[] = [
  ...[1, 2, 15, 16, 17, 33].map((batch) => batchNormCase(`batch ${batch}`, batch, [3, 4, 5])),
  ...AWKWARD_CHANNELS.map((channels) => batchNormCase(`${channels} channels`, 4, [channels, 3, 2])),
  batchNormCase('a flat input', 19, [5]),
  batchNormCase('one place of many', 2, [2, 13, 1]),
  batchNormCase('no gamma', 5, [3, 2, 3], { scale: false }),
  batchNormCase('no beta', 5, [3, 2, 3], { center: false }),
  batchNormCase('neither', 18, [3, 2, 3], { center: false, scale: false }),
  batchNormCase('a large epsilon', 5, [3, 2, 3], { epsilon: 0.5 }),
  batchNormCase('frozen', 5, [3, 2, 3], { frozen: true }),
  batchNormCase('frozen, two slices', 18, [3, 2, 3], { frozen: true }),
];
