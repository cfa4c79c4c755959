import { conv2d } from '../layers/conv2d';
import { dense } from '../layers/dense';
import { flatten } from '../layers/flatten';
import type { Layer } from '../layers/layer';
import { maxPool2d } from '../layers/max-pool2d';
import type { NetworkDefinition } from './network';

/** Weights are normal with variance 2 / inputs, as rectifiers want them; biases start at zero. */
const kernelInitializer = 'xavier';

/**
 * The layers of a network in the manner of VGG: blocks of two 3x3 convolutions with rectifiers, each block before a
 * max-pooling that halves height and width; then ten outputs and a softmax.
 * @param filters of the convolutions of each block
 */
export function vggLayers(filters: readonly number[]): Layer[] {
  const convolution = (count: number): Layer =>
    conv2d({ filters: count, kernelSize: 3, padding: 1, activation: 'relu', kernelInitializer });
  const blocks = filters.flatMap((count) => [convolution(count), convolution(count), maxPool2d()]);
  return [...blocks, flatten(), dense({ units: 10, activation: 'softmax' })];
}

/**
 * Six convolutions of 64, 64, 128, 128, 256 and 256 filters for images of CIFAR-10.
 * Source: Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015, section 2.1;
 * there the networks are deeper and wider, and have three fully connected layers.
 */
export const vggSmall: NetworkDefinition = {
  name: 'vgg-small',
  description: 'six 3x3 convolutions with rectifiers for 3x32x32 images, on cross-entropy',
  inputShape: [3, 32, 32],
  defaults: { loss: 'crossEntropy', learningRate: 0.01, batchSize: 64, epochs: 10 },
  outputs: (inputs) => inputs.pipe(...vggLayers([64, 128, 256])),
};
