import { relu } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add } from '../../lib/layers/join';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { InputNode, NetworkNode } from '../../lib/layers/node';

/** What every 3x3 convolution of the network is made of. */
function convolution(filters: number, strides: number): Layer[] {
  return [conv2d({ filters, kernelSize: 3, strides, padding: 1, useBias: false, kernelInitializer: 'xavier' })];
}

/** A block: two convolutions and a way around them, a 1x1 convolution where they change the shape. */
function block(x: NetworkNode, filters: number, strides: number): NetworkNode {
  const inner = x.pipe(...convolution(filters, strides), relu(), ...convolution(filters, 1));
  const around = strides === 1 ? x : x.pipe(conv2d({ filters, kernelSize: 1, strides, useBias: false }));
  return add([around, inner]).pipe(relu());
}

/**
 * A network in the manner of ResNet-20 for images of 3x32x32: a convolution, three stages of blocks, the second and third
 * of which begin with a step of 2, pooling, ten outputs. There is no batch normalization, ways around are 1x1 convolutions
 * where the shape changes (option B), and the pooling takes the largest values in place of means: the layers that the
 * library has.
 * Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015, section 4.2.
 * @param filters of the three stages; in the paper 16, 32, 64
 */
export function resnet20(filters: readonly number[] = [16, 32, 64]): { inputs: InputNode; outputs: NetworkNode } {
  const inputs = input([3, 32, 32]);
  let value = inputs.pipe(...convolution(filters[0] ?? 1, 1), relu());
  for (const [stage, count] of filters.entries()) {
    for (let index = 0; index < 3; index++) value = block(value, count, stage > 0 && index === 0 ? 2 : 1);
  }
  const outputs = value.pipe(maxPool2d({ poolSize: 8 }), flatten(), dense({ units: 10, activation: 'softmax' }));
  return { inputs, outputs };
}
