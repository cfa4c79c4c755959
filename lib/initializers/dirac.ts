import { LaminetError } from '../errors';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Initializer } from './contract';

/**
 * The weights that hand their input on: a one for each output channel's own input channel, in the middle of the kernel, and
 * zeros elsewhere. A convolution with `padding: 'same'`, as many filters as channels and no stride then puts out what it is
 * given (with dilation, where the kernel is odd); more filters than channels put out zeros behind them. With groups, each
 * group hands on its own channels. A fully connected layer gets the identity matrix. The middle of an even kernel is the
 * tap before it, where `same` has it.
 *
 * Error: `E_SHAPE` for a tensor that is neither `[outputs, inputs]` nor a convolution's.
 * Source: Zagoruyko and Komodakis 2017, "DiracNets".
 */
export const dirac: Initializer = {
  config: 'dirac',
  fill(values, { shape, fanOut }) {
    const [outputs = 0, inputs = 0, height = 1, width = 1] = shape;
    const taps = height * width;
    // A convolution's fanOut is (filters / groups) * taps.
    const groups = (outputs * taps) / fanOut;
    const fits = (shape.length === 2 || shape.length === 4) && Number.isInteger(groups) && outputs % groups === 0;
    if (!fits) {
      throw new LaminetError(
        'E_SHAPE',
        `dirac fills the weights of fully connected layers and convolutions, found ${formatShape(shape)}`,
        { shape, fanOut },
      );
    }
    const middle = Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);
    const filters = outputs / groups;
    values.fill(0, 0, sizeOf(shape));
    for (let output = 0; output < outputs; output++) {
      const channel = output % filters;
      if (channel < inputs) values[(output * inputs + channel) * taps + middle] = 1;
    }
  },
};
