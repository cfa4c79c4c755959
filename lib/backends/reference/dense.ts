import type { DenseGeometry } from '../../ops/dense';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `y[o] = bias[o] + sum over i of weight[o, i] * x[i]`. */
export const dense: Kernel<
  DenseGeometry,
  [x: FloatArray, weight: FloatArray, bias: FloatArray | undefined],
  [y: FloatArray]
> = ({ geometry: { inputs, outputs }, inputs: [x, weight, bias], outputs: [y], step: { count } }) => {
  for (let n = 0; n < count; n++) {
    const rowOfX = n * inputs;
    for (let o = 0; o < outputs; o++) {
      const rowOfWeight = o * inputs;
      let sum = bias ? (bias[o] as number) : 0;
      for (let i = 0; i < inputs; i++) sum += (weight[rowOfWeight + i] as number) * (x[rowOfX + i] as number);
      y[n * outputs + o] = sum;
    }
  }
};

/** `gradInput[i] = sum over o of weight[o, i] * gradOutput[o]`. */
export const denseGradInput: Kernel<
  DenseGeometry,
  [gradOutput: FloatArray, weight: FloatArray],
  [gradInput: FloatArray]
> = ({ geometry: { inputs, outputs }, inputs: [gradOutput, weight], outputs: [gradInput], step: { count } }) => {
  const sums = new Float64Array(inputs);
  for (let n = 0; n < count; n++) {
    sums.fill(0);
    for (let o = 0; o < outputs; o++) {
      const gradient = gradOutput[n * outputs + o] as number;
      const rowOfWeight = o * inputs;
      for (let i = 0; i < inputs; i++) {
        sums[i] = (sums[i] as number) + (weight[rowOfWeight + i] as number) * gradient;
      }
    }
    gradInput.set(sums, n * inputs);
  }
};

/** `gradWeight[o, i]`: the sum over the batch of `gradOutput[o] * x[i]`. */
export const denseGradWeight: Kernel<
  DenseGeometry,
  [gradOutput: FloatArray, x: FloatArray],
  [gradWeight: FloatArray]
> = ({ geometry: { inputs, outputs }, inputs: [gradOutput, x], outputs: [gradWeight], step: { count } }) => {
  const sums = new Float64Array(inputs);
  for (let o = 0; o < outputs; o++) {
    sums.fill(0);
    for (let n = 0; n < count; n++) {
      const gradient = gradOutput[n * outputs + o] as number;
      const rowOfX = n * inputs;
      for (let i = 0; i < inputs; i++) sums[i] = (sums[i] as number) + gradient * (x[rowOfX + i] as number);
    }
    gradWeight.set(sums, o * inputs);
  }
};
