import { type AveragePool2dOptions, averagePool2d } from '../../lib/layers/average-pool2d';
import { globalAveragePool2d, globalMaxPool2d } from '../../lib/layers/global-pool2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function averagePool2dCase(name: string, batch: number, inputShape: Shape, options: AveragePool2dOptions): LayerCase {
  return { name, batch, inputShape, layer: averagePool2d(options) };
}

/** Average poolings by what is awkward about them. */
export const averagePool2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => averagePool2dCase(`batch ${batch}`, batch, [2, 4, 6], {})),
  ...AWKWARD_CHANNELS.map((channels) => averagePool2dCase(`${channels} channels`, 2, [channels, 6, 4], {})),
  averagePool2dCase('window of one', 2, [3, 4, 5], { poolSize: 1 }),
  averagePool2dCase('1x1 output', 2, [3, 5, 4], { poolSize: [5, 4] }),
  averagePool2dCase('odd image, border unread', 2, [2, 7, 5], { poolSize: 2 }),
  averagePool2dCase('overlapping windows', 17, [2, 6, 7], { poolSize: 3, strides: 1 }),
  averagePool2dCase('stride larger than the window', 2, [2, 8, 11], { poolSize: 2, strides: 3 }),
  averagePool2dCase('strides that differ', 2, [2, 7, 5], { poolSize: [3, 2], strides: [2, 1] }),
  ...[true, false].flatMap((countIncludePad) => {
    const what = countIncludePad ? 'padding that counts' : 'padding that does not count';
    return [
      averagePool2dCase(what, 17, [2, 9, 9], { poolSize: 3, strides: 2, padding: 1, countIncludePad }),
      averagePool2dCase(`${what}, by side`, 2, [2, 5, 6], { poolSize: 3, padding: [1, 2, 0, 1], countIncludePad }),
      averagePool2dCase(`${what}, same`, 2, [2, 7, 5], { poolSize: 2, padding: 'same', countIncludePad }),
      averagePool2dCase(`${what}, larger than the image`, 2, [2, 2, 3], { poolSize: 5, padding: 2, countIncludePad }),
    ];
  }),
];

/** Poolings of whole images. */
export const globalPool2dCases: readonly LayerCase[] = [globalAveragePool2d(), globalMaxPool2d()].flatMap((layer) => [
  ...AWKWARD_BATCHES.map((batch) => ({ name: `${layer.kind}, batch ${batch}`, batch, inputShape: [3, 5, 4], layer })),
  ...AWKWARD_CHANNELS.map((channels) => ({
    name: `${layer.kind}, ${channels} channels`,
    batch: 2,
    inputShape: [channels, 3, 7],
    layer,
  })),
  { name: `${layer.kind} of single pixels`, batch: 17, inputShape: [5, 1, 1], layer },
]);
