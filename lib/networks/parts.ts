import type { InitializerLike } from '../initializers/initializer';
import { type Conv2dOptions, conv2d } from '../layers/conv2d';
import { linearize } from '../layers/flatten';
import type { Layer } from '../layers/layer';

/** What of the first networks can be made otherwise, to see what comes of it. */
export interface NetworkParts {
  /** First weights. Default: `glorotNormal`, normal with variance 2 / (inputs + outputs); biases start at zero. */
  readonly kernelInitializer?: InitializerLike;
  /** The layer that makes a row of numbers of an image. Default: `linearize`. */
  readonly linearize?: () => Layer;
  /** The second convolution, of 16 maps, where there is one. Default: a `conv2d` that sees all maps. */
  readonly secondConvolution?: (options: Omit<Conv2dOptions, 'filters'>) => Layer;
}

/** The parts with their defaults. */
export function toParts(parts: NetworkParts): Required<NetworkParts> {
  return {
    kernelInitializer: 'glorotNormal',
    linearize,
    secondConvolution: (options) => conv2d({ filters: 16, ...options }),
    ...parts,
  };
}
