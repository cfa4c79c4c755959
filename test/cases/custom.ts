import { defineLayer } from '../../lib/layers/define-layer';
import { AWKWARD_BATCHES, type LayerCase } from './layer-case';

/** The products of neighbouring numbers, weighted: `y[k] = weight[k, 0] * x[k] * x[k + 1] + bias[k]`. */
export const neighbours = defineLayer<{ readonly shift?: number }>({
  name: 'neighbours',
  outputShape: ([size = 0]) => [size - 1],
  parameters: ([size = 0], { shift = 0 }) => ({
    weight: { shape: [size - 1, 1] },
    bias: { shape: [size - 1], initializer: { name: 'constant', value: shift } },
  }),
  forward({ samples, input, output, inputShape: [width = 0], outputShape: [size = 0], parameters }) {
    const { weight = [], bias = [] } = parameters;
    for (let n = 0; n < samples; n++) {
      for (let k = 0; k < size; k++) {
        const product = (input[n * width + k] as number) * (input[n * width + k + 1] as number);
        output[n * size + k] = (weight[k] as number) * product + (bias[k] as number);
      }
    }
  },
  backward({ samples, input, gradOutput, gradInput, inputShape: [width = 0], outputShape: [size = 0], ...call }) {
    const weight = call.parameters.weight ?? [];
    const { weight: gradWeight, bias: gradBias } = call.gradients;
    for (let n = 0; n < samples; n++) {
      for (let k = 0; k < size; k++) {
        const g = gradOutput[n * size + k] as number;
        const [a, b] = [input[n * width + k] as number, input[n * width + k + 1] as number];
        if (gradWeight) gradWeight[k] = (gradWeight[k] as number) + g * a * b;
        if (gradBias) gradBias[k] = (gradBias[k] as number) + g;
        gradInput[n * width + k] = (gradInput[n * width + k] as number) + g * (weight[k] as number) * b;
        gradInput[n * width + k + 1] = (gradInput[n * width + k + 1] as number) + g * (weight[k] as number) * a;
      }
    }
  },
});

/** A function without parameters, of images: each pixel squared. */
export const square = defineLayer({
  name: 'square',
  outputShape: (shape) => shape,
  forward({ input, output }) {
    for (const [index, x] of input.entries()) output[index] = x * x;
  },
  backward({ input, gradOutput, gradInput }) {
    for (const [index, x] of input.entries()) gradInput[index] = 2 * x * (gradOutput[index] as number);
  },
});

export const customCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => ({
    name: `neighbours, batch ${batch}`,
    batch,
    inputShape: [7],
    layer: neighbours(),
  })),
  { name: 'square of 3x5x4', batch: 17, inputShape: [3, 5, 4], layer: square() },
  { name: 'square of 1', batch: 3, inputShape: [1], layer: square() },
];
