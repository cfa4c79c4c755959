// The network that the service serves and trains: LeNet-5's first half, small enough to answer within a millisecond.
import { conv2d, dense, flatten, input, type Model, maxPool2d, sequential } from 'laminet';

/** A network of 10 outputs, the probabilities of the digits 0 to 9, for images of 28x28 with 2 zeros on every side. */
export function digitsNetwork(seed: number): Model {
  return sequential(
    [
      input([1, 32, 32]),
      conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
      maxPool2d(),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { name: 'digits', seed },
  );
}
