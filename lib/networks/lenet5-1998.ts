import { conv2d } from '../layers/conv2d';
import { dense } from '../layers/dense';
import { linearize } from '../layers/flatten';
import { partialConv2d } from '../layers/partial-conv2d';
import { subsampling2d } from '../layers/subsampling2d';
import type { NetworkDefinition } from './network';

/** The paper's squashing function, 1.7159 tanh(2 x / 3). */
const activation = 'scaledTanh';

/** Uniform with variance 1 / inputs. The paper's are uniform within 2.4 / inputs, which narrows with the layer's size. */
const kernelInitializer = 'lecunUniform';

/**
 * LeNet-5 as its paper has it: 1x32x32 to ten classes by C1, S2, C3, S4, C5, F6 and an output layer. C3's maps see the input
 * maps of table I, S2 and S4 are sums with a trained coefficient and bias a map, F6 has 84 units, and every layer up to there
 * ends in the scaled hyperbolic tangent. The layers' trained numbers are the paper's: 156, 12, 1516, 32, 48120 and 10164.
 *
 * It departs from the paper in three things. The output layer is ten weighted sums and a softmax, trained on cross-entropy;
 * the paper has ten radial basis functions with fixed centres, bitmaps of 7x12 pixels, and trains on the squared distance with
 * a penalty that keeps the other classes off. First weights are {@link kernelInitializer}'s. Training is plain gradient
 * descent; the paper scales each weight's step by an estimate of the second derivative.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B and
 * appendix A.
 */
export const lenet51998: NetworkDefinition = {
  name: 'lenet5-1998',
  description: 'LeNet-5 as in its paper: partial connections, trained sub-sampling; with a softmax at its end',
  inputShape: [1, 32, 32],
  defaults: { loss: 'crossEntropy', learningRate: 0.05, batchSize: 16, epochs: 4 },
  outputs: (inputs) =>
    inputs.pipe(
      conv2d({ name: 'C1', filters: 6, kernelSize: 5, activation, kernelInitializer }),
      subsampling2d({ name: 'S2', activation }),
      partialConv2d({ name: 'C3', connections: 'lenet5-c3', kernelSize: 5, activation, kernelInitializer }),
      subsampling2d({ name: 'S4', activation }),
      conv2d({ name: 'C5', filters: 120, kernelSize: 5, activation, kernelInitializer }),
      linearize(),
      dense({ name: 'F6', units: 84, activation, kernelInitializer }),
      dense({ name: 'output', units: 10, activation: 'softmax', kernelInitializer }),
    ),
};
