import { softmax } from '../layers/activation-functions';
import { conv2d } from '../layers/conv2d';
import { dense } from '../layers/dense';
import type { Layer } from '../layers/layer';
import { maxPool2d } from '../layers/max-pool2d';
import type { NetworkDefinition } from './network';
import { type NetworkParts, toParts } from './parts';

/**
 * The three convolutions of LeNet-5 with max-pooling between them: 1x32x32 to 120 features.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B;
 * there the pooling is a trained average, and the second convolution sees only some of the maps.
 */
function features({ kernelInitializer, linearize, secondConvolution }: Required<NetworkParts>): Layer[] {
  return [
    conv2d({ filters: 6, kernelSize: 5, activation: 'tanh', kernelInitializer }),
    maxPool2d({ poolSize: 2 }),
    secondConvolution({ kernelSize: 5, activation: 'tanh', kernelInitializer }),
    maxPool2d({ poolSize: 2 }),
    conv2d({ filters: 120, kernelSize: 5, activation: 'tanh', kernelInitializer }),
    linearize(),
  ];
}

/** The layers of {@link lenet5First}. */
export function lenet5FirstLayers(parts: NetworkParts = {}): Layer[] {
  const whole = toParts(parts);
  const { kernelInitializer } = whole;
  return [
    ...features(whole),
    dense({ units: 86, activation: 'tanh', kernelInitializer }),
    dense({ units: 10, kernelInitializer }),
  ];
}

/** The layers of {@link lenet5}. */
export function lenet5Layers(parts: NetworkParts = {}): Layer[] {
  const whole = toParts(parts);
  const { kernelInitializer } = whole;
  return [...features(whole), dense({ units: 10, activation: 'tanh', kernelInitializer }), softmax()];
}

/** LeNet-5 as in the paper up to its last layer, which here is ten sums, trained on squared errors. */
export const lenet5First: NetworkDefinition = {
  name: 'lenet5-first',
  description: 'LeNet-5 with 86 tanh units before ten plain outputs, on squared errors',
  inputShape: [1, 32, 32],
  defaults: { loss: 'sse', learningRate: 0.05, batchSize: 16, epochs: 4 },
  outputs: (inputs) => inputs.pipe(...lenet5FirstLayers()),
};

/** LeNet-5 with its features going straight into ten tanh units and a softmax. */
export const lenet5: NetworkDefinition = {
  name: 'lenet5',
  description: 'LeNet-5 with ten tanh units and a softmax, on cross-entropy',
  inputShape: [1, 32, 32],
  defaults: { loss: 'crossEntropy', learningRate: 0.2, batchSize: 16, epochs: 4 },
  outputs: (inputs) => inputs.pipe(...lenet5Layers()),
};
