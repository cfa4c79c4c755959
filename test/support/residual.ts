import { relu } from '../../lib/layers/activation-functions';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add } from '../../lib/layers/join';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { InputNode, NetworkNode } from '../../lib/layers/node';
import type { Shape } from '../../lib/tensor/shape';

/**
 * A small residual network of images: a convolution, a block that keeps the size, a block that halves it (with a 1x1
 * convolution on its way around), a dense layer that is used twice, a softmax.
 */
export function residualNetwork(shape: Shape, classes: number): { inputs: InputNode; outputs: NetworkNode } {
  const inputs = input(shape);
  const convolution = (filters: number, strides = 1) =>
    conv2d({ filters, kernelSize: 3, strides, padding: 1, kernelInitializer: 'glorotNormal' });
  const stem = inputs.pipe(convolution(4), relu(), maxPool2d());
  const first = add([stem, stem.pipe(convolution(4), relu(), convolution(4))]).pipe(relu());
  const around = first.pipe(conv2d({ filters: 6, kernelSize: 1, strides: 2 }));
  const second = add([around, first.pipe(convolution(6, 2), relu(), convolution(6))]).pipe(relu(), flatten());
  const size = 6 * Math.ceil(Math.floor((shape[1] ?? 0) / 2) / 2) * Math.ceil(Math.floor((shape[2] ?? 0) / 2) / 2);
  const shared = dense({ units: size, activation: 'tanh', name: 'shared' });
  const outputs = second.pipe(shared, shared, dense({ units: classes, activation: 'softmax' }));
  return { inputs, outputs };
}
