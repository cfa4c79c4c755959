import { relu } from '../layers/activation-functions';
import { batchNorm } from '../layers/batch-norm';
import { conv2d } from '../layers/conv2d';
import { dense } from '../layers/dense';
import { globalAveragePool2d } from '../layers/global-pool2d';
import { add } from '../layers/join';
import type { Layer } from '../layers/layer';
import type { NetworkNode } from '../layers/node';
import type { NetworkDefinition } from './network';

/** A convolution without biases, whose place the beta of the batch normalization behind it takes. */
function convolution(filters: number, kernelSize: number, strides: number): Layer[] {
  const padding = (kernelSize - 1) / 2;
  return [
    conv2d({ filters, kernelSize, strides, padding, useBias: false, kernelInitializer: 'heNormal' }),
    batchNorm(),
  ];
}

/** `relu(F(x) + x)`, F being two convolutions; x goes through a projection where a step of 2 changes its shape. */
function basicBlock(x: NetworkNode, filters: number, strides: number): NetworkNode {
  const residual = x.pipe(...convolution(filters, 3, strides), relu(), ...convolution(filters, 3, 1));
  const shortcut = strides === 1 ? x : x.pipe(...convolution(filters, 1, strides));
  return add([residual, shortcut]).pipe(relu());
}

/**
 * A residual network for small images, of 6n + 2 layers with weights: a 3x3 convolution, three stages of n blocks of two
 * 3x3 convolutions with a way around them, the second and third of which begin with a step of 2, the mean of each map,
 * ten outputs and a softmax. Every convolution is followed by batch normalization.
 * @param filters of the three stages
 * @param blocks n, of each stage
 */
export function resnet(inputs: NetworkNode, filters: readonly number[], blocks: number): NetworkNode {
  let x = inputs.pipe(...convolution(filters[0] ?? 1, 3, 1), relu());
  for (const [stage, count] of filters.entries()) {
    for (let block = 0; block < blocks; block++) x = basicBlock(x, count, stage > 0 && block === 0 ? 2 : 1);
  }
  return x.pipe(globalAveragePool2d(), dense({ units: 10, activation: 'softmax' }));
}

/**
 * ResNet-20 for images of CIFAR-10: 16, 32 and 64 filters, three blocks a stage, 0.27 million parameters.
 *
 * Where a stage begins the way around is a projection, a 1x1 convolution with a step of 2 (the paper's option B). The
 * paper's networks for CIFAR-10 subsample there and add channels of zeros (option A), which saves 2,752 parameters.
 * Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015, sections 3.3 and 4.2; first weights:
 * He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
 */
export const resnet20: NetworkDefinition = {
  name: 'resnet20',
  description: 'ResNet-20 with batch normalization for 3x32x32 images, on cross-entropy',
  inputShape: [3, 32, 32],
  defaults: { loss: 'crossEntropy', learningRate: 0.1, batchSize: 128, epochs: 10 },
  outputs: (inputs) => resnet(inputs, [16, 32, 64], 3),
};
