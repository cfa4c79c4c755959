import { conv2d } from '../layers/conv2d';
import { dense } from '../layers/dense';
import type { Layer } from '../layers/layer';
import type { NetworkDefinition } from './network';
import { type NetworkParts, toParts } from './parts';

/** The layers of {@link twoLayer}. */
export function twoLayerLayers(parts: NetworkParts = {}): Layer[] {
  const { kernelInitializer, linearize } = toParts(parts);
  return [
    linearize(),
    dense({ units: 100, activation: 'sigmoid', kernelInitializer }),
    dense({ units: 10, kernelInitializer }),
  ];
}

/** The layers of {@link oneConv}. */
export function oneConvLayers(parts: NetworkParts = {}): Layer[] {
  const { kernelInitializer } = toParts(parts);
  return [conv2d({ filters: 5, kernelSize: 5, activation: 'tanh', kernelInitializer }), ...twoLayerLayers(parts)];
}

/** Two fully connected layers, 100 sigmoids and ten sums: what the convolutional networks have to beat. */
export const twoLayer: NetworkDefinition = {
  name: 'two-layer',
  description: 'two fully connected layers: 100 sigmoids, 10 outputs',
  inputShape: [1, 32, 32],
  defaults: { loss: 'sse', learningRate: 0.1, batchSize: 16, epochs: 4 },
  outputs: (inputs) => inputs.pipe(...twoLayerLayers()),
};

/** The same with one convolution before it. */
export const oneConv: NetworkDefinition = {
  name: 'one-conv',
  description: 'one convolution of 5 filters, then the two fully connected layers',
  inputShape: [1, 32, 32],
  defaults: { loss: 'sse', learningRate: 0.03, batchSize: 16, epochs: 4 },
  outputs: (inputs) => inputs.pipe(...oneConvLayers()),
};
