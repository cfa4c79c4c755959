import { type MaxPool2dOptions, maxPool2d } from '../../lib/layers/max-pool2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function maxPool2dCase(name: string, batch: number, inputShape: Shape, options: MaxPool2dOptions): LayerCase {
  return { name, batch, inputShape, layer: maxPool2d(options) };
}

/** Poolings by what is awkward about them. */
export const maxPool2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => maxPool2dCase(`batch ${batch}`, batch, [2, 4, 6], {})),
  ...AWKWARD_CHANNELS.map((channels) => maxPool2dCase(`${channels} channels`, 2, [channels, 6, 4], {})),
  maxPool2dCase('window of one', 2, [3, 4, 5], { poolSize: 1 }),
  maxPool2dCase('1x1 output', 2, [3, 5, 4], { poolSize: [5, 4] }),
  maxPool2dCase('one row', 2, [3, 1, 7], { poolSize: [1, 2] }),
  maxPool2dCase('odd image, border unread', 2, [2, 7, 5], { poolSize: 2 }),
  maxPool2dCase('overlapping windows', 2, [2, 6, 7], { poolSize: 3, strides: 1 }),
  maxPool2dCase('overlapping windows, stride 2', 2, [2, 7, 9], { poolSize: 3, strides: 2 }),
  maxPool2dCase('stride larger than the window', 2, [2, 8, 11], { poolSize: 2, strides: 3 }),
  maxPool2dCase('strides that differ', 2, [2, 7, 5], { poolSize: [3, 2], strides: [2, 1] }),
  maxPool2dCase('padding', 2, [2, 9, 9], { poolSize: 3, strides: 2, padding: 1 }),
  maxPool2dCase('padding that differs by side', 2, [2, 5, 6], { poolSize: 3, padding: [1, 2, 0, 1] }),
  maxPool2dCase('same padding', 2, [2, 7, 5], { poolSize: 2, padding: 'same' }),
  maxPool2dCase('same padding, overlapping', 2, [2, 5, 6], { poolSize: 3, strides: 1, padding: 'same' }),
  maxPool2dCase('window larger than the image', 2, [2, 2, 3], { poolSize: 5, padding: 2 }),
];
