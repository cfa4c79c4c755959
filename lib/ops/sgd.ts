import { sizeOf } from '../tensor/shape';
import { type NoAttributes, type Op, requireInput } from './op';

/** Gradient descent: `weight -= learningRate * gradient`. The rate is given to each step, not to the program. */
export const sgd: Op<NoAttributes> = {
  name: 'sgd',
  infer(inputs) {
    const { shape } = requireInput('sgd', inputs, 0);
    return { geometry: { elements: sizeOf(shape) }, outputs: [] };
  },
};
