import { sizeOf } from '../tensor/shape';
import { type Inference, type NoAttributes, type Op, requireInput } from './op';

/** The bound on gradients. */
export interface ClipAttributes {
  readonly limit: number;
}

/** The same, with how many numbers there are. */
export type ClipGeometry = { readonly elements: number; readonly limit: number };

/** Bounds each number of a gradient, where it is: `g = min(max(g, -limit), limit)`. NaN stays. */
export const clipValue: Op<ClipAttributes, ClipGeometry> = {
  name: 'clipValue',
  infer(inputs, { limit }): Inference<ClipGeometry> {
    return { geometry: { elements: sizeOf(requireInput('clipValue', inputs, 0).shape), limit }, outputs: [] };
  },
};

/** `sum g^2` of a gradient, added to that of the gradients before, if there are some: the inputs are the gradient and their sum. */
export const squaredNorm: Op<NoAttributes, { readonly elements: number }> = {
  name: 'squaredNorm',
  infer(inputs) {
    return {
      geometry: { elements: sizeOf(requireInput('squaredNorm', inputs, 0).shape) },
      outputs: [{ shape: [], kind: 'float', batched: false }],
    };
  },
};

/**
 * Shortens a gradient, where it is: `g *= min(1, limit / (norm + 1e-6))`. The inputs are the gradient and the square of the
 * norm, its own or that of all gradients together.
 *
 * Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1, with
 * the 1e-6 of PyTorch's clip_grad_norm_.
 */
export const clipNorm: Op<ClipAttributes, ClipGeometry> = {
  name: 'clipNorm',
  infer(inputs, { limit }): Inference<ClipGeometry> {
    requireInput('clipNorm', inputs, 1);
    return { geometry: { elements: sizeOf(requireInput('clipNorm', inputs, 0).shape), limit }, outputs: [] };
  },
};
