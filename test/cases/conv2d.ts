import { type Conv2dOptions, conv2d } from '../../lib/layers/conv2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function conv2dCase(name: string, batch: number, inputShape: Shape, options: Conv2dOptions): LayerCase {
  return { name, batch, inputShape, layer: conv2d(options) };
}

/** Convolutions by what is awkward about them. */
export const conv2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => conv2dCase(`batch ${batch}`, batch, [2, 6, 5], { filters: 3, kernelSize: 3 })),
  ...AWKWARD_CHANNELS.map((channels) =>
    conv2dCase(`${channels} channels`, 2, [channels, 5, 6], { filters: 18 - channels, kernelSize: 3, padding: 1 }),
  ),
  conv2dCase('taller than wide', 2, [2, 11, 4], { filters: 3, kernelSize: [4, 2] }),
  conv2dCase('wider than tall', 2, [2, 4, 11], { filters: 3, kernelSize: [2, 4] }),
  conv2dCase('1x1 kernel', 3, [5, 4, 3], { filters: 7, kernelSize: 1 }),
  conv2dCase('1x1 kernel, stride 2', 2, [4, 7, 7], { filters: 5, kernelSize: 1, strides: 2 }),
  conv2dCase('one row', 2, [3, 1, 9], { filters: 2, kernelSize: [1, 3] }),
  conv2dCase('one column', 2, [3, 9, 1], { filters: 2, kernelSize: [3, 1] }),
  conv2dCase('one pixel', 2, [3, 1, 1], { filters: 4, kernelSize: 1 }),
  conv2dCase('1x1 output', 3, [4, 5, 5], { filters: 9, kernelSize: 5 }),
  conv2dCase('1x1 output, not square', 2, [3, 4, 2], { filters: 5, kernelSize: [4, 2] }),
  conv2dCase('stride as large as the kernel', 2, [2, 8, 6], { filters: 3, kernelSize: 2, strides: 2 }),
  conv2dCase('stride larger than the kernel', 2, [2, 11, 10], { filters: 3, kernelSize: 2, strides: 3 }),
  conv2dCase('strides that differ', 2, [2, 9, 8], { filters: 3, kernelSize: 3, strides: [1, 2] }),
  conv2dCase('strides that leave a border unread', 2, [2, 8, 9], { filters: 3, kernelSize: 3, strides: [3, 4] }),
  conv2dCase('kernel larger than the image', 2, [2, 3, 2], { filters: 3, kernelSize: 5, padding: 2 }),
  conv2dCase('kernel larger than the image, one window', 2, [2, 2, 3], {
    filters: 3,
    kernelSize: [4, 5],
    padding: 1,
  }),
  conv2dCase('windows in padding alone', 2, [2, 3, 3], { filters: 2, kernelSize: 2, padding: 3, strides: 2 }),
  conv2dCase('padding that differs by side', 2, [2, 5, 6], { filters: 3, kernelSize: 3, padding: [2, 0, 1, 3] }),
  conv2dCase('same padding', 2, [3, 6, 5], { filters: 4, kernelSize: 3, padding: 'same' }),
  conv2dCase('same padding, even kernel', 2, [3, 6, 5], { filters: 4, kernelSize: [2, 4], padding: 'same' }),
  conv2dCase('same padding, stride 2', 2, [3, 7, 6], { filters: 4, kernelSize: 3, padding: 'same', strides: 2 }),
  conv2dCase('same padding, stride larger than the kernel', 2, [3, 7, 8], {
    filters: 4,
    kernelSize: 1,
    padding: 'same',
    strides: 3,
  }),
  conv2dCase('dilation', 2, [2, 7, 8], { filters: 3, kernelSize: 3, dilation: 2 }),
  conv2dCase('dilations that differ, padding', 2, [2, 6, 7], {
    filters: 3,
    kernelSize: [2, 3],
    dilation: [3, 2],
    padding: [2, 1],
  }),
  conv2dCase('dilation, stride, same padding', 2, [2, 9, 8], {
    filters: 3,
    kernelSize: 3,
    dilation: [1, 2],
    strides: [2, 1],
    padding: 'same',
  }),
  conv2dCase('two groups', 2, [6, 5, 4], { filters: 4, kernelSize: 3, groups: 2 }),
  conv2dCase('depthwise', 2, [5, 6, 4], { filters: 5, kernelSize: 3, groups: 5, padding: 1 }),
  conv2dCase('depthwise, two filters a channel', 17, [3, 4, 5], { filters: 6, kernelSize: 2, groups: 3 }),
  conv2dCase('groups, stride, dilation', 2, [4, 9, 8], {
    filters: 6,
    kernelSize: 2,
    groups: 2,
    strides: 2,
    dilation: 3,
    padding: 1,
  }),
  conv2dCase('no bias', 2, [3, 5, 5], { filters: 4, kernelSize: 3, useBias: false }),
  conv2dCase('tanh', 2, [2, 5, 5], { filters: 3, kernelSize: 3, activation: 'tanh' }),
  conv2dCase('relu', 2, [2, 5, 5], { filters: 3, kernelSize: 3, activation: 'relu' }),
  conv2dCase('sigmoid, groups', 2, [4, 5, 5], { filters: 6, kernelSize: 3, groups: 2, activation: 'sigmoid' }),
  conv2dCase('softmax over the channels', 2, [2, 4, 3], { filters: 3, kernelSize: 2, activation: 'softmax' }),
];
