import { type DepthwiseConv2dOptions, depthwiseConv2d } from '../../lib/layers/depthwise-conv2d';
import { type SeparableConv2dOptions, separableConv2d } from '../../lib/layers/separable-conv2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function depthwiseCase(name: string, batch: number, inputShape: Shape, options: DepthwiseConv2dOptions): LayerCase {
  return { name, batch, inputShape, layer: depthwiseConv2d(options) };
}

function separableCase(name: string, batch: number, inputShape: Shape, options: SeparableConv2dOptions): LayerCase {
  return { name, batch, inputShape, layer: separableConv2d(options) };
}

/** Convolutions of each channel by itself. */
export const depthwiseConv2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => depthwiseCase(`batch ${batch}`, batch, [3, 5, 4], { kernelSize: 3 })),
  ...AWKWARD_CHANNELS.map((channels) =>
    depthwiseCase(`${channels} channels`, 2, [channels, 4, 5], { kernelSize: 3, padding: 'same' }),
  ),
  depthwiseCase('three filters a channel', 17, [3, 4, 5], { kernelSize: 2, depthMultiplier: 3 }),
  depthwiseCase('strides', 2, [5, 7, 6], { kernelSize: 3, strides: 2, padding: 1 }),
  depthwiseCase('dilation', 2, [2, 6, 7], { kernelSize: [2, 3], dilation: [3, 2] }),
  depthwiseCase('no bias, tanh', 2, [2, 5, 5], { kernelSize: 3, useBias: false, activation: 'tanh' }),
];

/** Convolutions in two. */
export const separableConv2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => separableCase(`batch ${batch}`, batch, [2, 5, 4], { filters: 3, kernelSize: 3 })),
  ...AWKWARD_CHANNELS.map((channels) =>
    separableCase(`${channels} channels`, 2, [channels, 4, 5], { filters: 4, kernelSize: 3, padding: 'same' }),
  ),
  separableCase('two maps a channel between', 17, [3, 4, 5], { filters: 5, kernelSize: 2, depthMultiplier: 2 }),
  separableCase('strides, dilation', 2, [3, 9, 8], { filters: 4, kernelSize: 3, strides: [2, 1], dilation: 2 }),
  separableCase('no bias, relu', 2, [2, 5, 5], { filters: 3, kernelSize: 3, useBias: false, activation: 'relu' }),
];
