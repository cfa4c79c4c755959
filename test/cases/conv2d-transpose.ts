import { type Conv2dTransposeOptions, conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function transposeCase(name: string, batch: number, inputShape: Shape, options: Conv2dTransposeOptions): LayerCase {
  return { name, batch, inputShape, layer: conv2dTranspose(options) };
}

/** Transposed convolutions by what is awkward about them. */
export const conv2dTransposeCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) =>
    transposeCase(`batch ${batch}`, batch, [2, 3, 4], { filters: 3, kernelSize: 3, strides: 2 }),
  ),
  ...AWKWARD_CHANNELS.map((channels) =>
    transposeCase(`${channels} channels`, 2, [channels, 3, 2], { filters: 3, kernelSize: 2 }),
  ),
  ...AWKWARD_CHANNELS.map((filters) => transposeCase(`${filters} filters`, 17, [3, 2, 3], { filters, kernelSize: 2 })),
  transposeCase('1x1 kernel', 2, [3, 4, 5], { filters: 2, kernelSize: 1 }),
  transposeCase('a single pixel', 17, [5, 1, 1], { filters: 3, kernelSize: [3, 4] }),
  transposeCase('kernel and strides that differ', 2, [2, 3, 4], { filters: 3, kernelSize: [3, 2], strides: [1, 3] }),
  transposeCase('strides larger than the kernel', 2, [2, 3, 4], { filters: 2, kernelSize: 2, strides: 3 }),
  transposeCase('padding', 17, [2, 4, 5], { filters: 3, kernelSize: 3, strides: 2, padding: 1 }),
  transposeCase('padding that differs by side', 2, [2, 4, 5], { filters: 3, kernelSize: 4, padding: [2, 0, 1, 3] }),
  transposeCase('output padding', 2, [2, 3, 4], {
    filters: 3,
    kernelSize: 3,
    strides: [3, 2],
    padding: 1,
    outputPadding: [2, 1],
  }),
  transposeCase('same padding', 2, [2, 3, 4], { filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  transposeCase('same padding, small kernel', 2, [2, 3, 4], { filters: 2, kernelSize: 2, strides: 3, padding: 'same' }),
  transposeCase('dilation', 2, [2, 3, 4], { filters: 3, kernelSize: 3, strides: 2, dilation: [2, 3], padding: 2 }),
  transposeCase('groups', 17, [6, 3, 4], { filters: 4, kernelSize: 3, strides: 2, groups: 2 }),
  transposeCase('depthwise', 2, [5, 3, 4], { filters: 5, kernelSize: 3, groups: 5 }),
  transposeCase('no bias', 2, [2, 3, 4], { filters: 3, kernelSize: 3, useBias: false }),
  transposeCase('activation', 2, [2, 3, 4], { filters: 3, kernelSize: 3, activation: 'tanh' }),
];
