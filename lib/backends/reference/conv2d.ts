import type { Conv2dGeometry } from '../../ops/conv2d';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/**
 * All three kernels walk the same five nested places: filter k, output row i, output column j, and for each of these the
 * window's channel c, row r and column s. What the forward pass reads at such a place is what the backward pass adds to.
 * A tap outside the image lies in the padding: it reads zero, and nothing flows back through it.
 */

/** `y[k, i, j] = bias[k] + sum over c, r, s of x[c, row, column] * weight[k, c, r, s]`. */
export const conv2d: Kernel<
  Conv2dGeometry,
  [x: FloatArray, weight: FloatArray, bias: FloatArray | undefined],
  [y: FloatArray]
> = ({ geometry: g, inputs: [x, weight, bias], outputs: [y], step: { count } }) => {
  const channelsPerGroup = g.inChannels / g.groups;
  const filtersPerGroup = g.outChannels / g.groups;
  let output = 0;
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < g.outChannels; k++) {
      const firstChannel = n * g.inChannels + Math.floor(k / filtersPerGroup) * channelsPerGroup;
      for (let i = 0; i < g.outHeight; i++) {
        for (let j = 0; j < g.outWidth; j++) {
          const left = j * g.strideWidth - g.padLeft;
          let sum = bias ? (bias[k] as number) : 0;
          for (let c = 0; c < channelsPerGroup; c++) {
            for (let r = 0; r < g.kernelHeight; r++) {
              const row = i * g.strideHeight - g.padTop + r * g.dilationHeight;
              if (row < 0 || row >= g.inHeight) continue;
              const rowOfX = ((firstChannel + c) * g.inHeight + row) * g.inWidth;
              const rowOfWeight = ((k * channelsPerGroup + c) * g.kernelHeight + r) * g.kernelWidth;
              for (let s = 0; s < g.kernelWidth; s++) {
                const column = left + s * g.dilationWidth;
                if (column < 0 || column >= g.inWidth) continue;
                sum += (x[rowOfX + column] as number) * (weight[rowOfWeight + s] as number);
              }
            }
          }
          y[output++] = sum;
        }
      }
    }
  }
};

/** `gradInput[c, row, column]`: the sum of `gradOutput[k, i, j] * weight[k, c, r, s]` over the taps that read that pixel. */
export const conv2dGradInput: Kernel<
  Conv2dGeometry,
  [gradOutput: FloatArray, weight: FloatArray],
  [gradInput: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, weight], outputs: [gradInput], step: { count } }) => {
  const channelsPerGroup = g.inChannels / g.groups;
  const filtersPerGroup = g.outChannels / g.groups;
  const imageSize = g.inChannels * g.inHeight * g.inWidth;
  const sums = new Float64Array(imageSize);
  let output = 0;
  for (let n = 0; n < count; n++) {
    sums.fill(0);
    for (let k = 0; k < g.outChannels; k++) {
      const firstChannel = Math.floor(k / filtersPerGroup) * channelsPerGroup;
      for (let i = 0; i < g.outHeight; i++) {
        for (let j = 0; j < g.outWidth; j++) {
          const left = j * g.strideWidth - g.padLeft;
          const gradient = gradOutput[output++] as number;
          for (let c = 0; c < channelsPerGroup; c++) {
            for (let r = 0; r < g.kernelHeight; r++) {
              const row = i * g.strideHeight - g.padTop + r * g.dilationHeight;
              if (row < 0 || row >= g.inHeight) continue;
              const rowOfX = ((firstChannel + c) * g.inHeight + row) * g.inWidth;
              const rowOfWeight = ((k * channelsPerGroup + c) * g.kernelHeight + r) * g.kernelWidth;
              for (let s = 0; s < g.kernelWidth; s++) {
                const column = left + s * g.dilationWidth;
                if (column < 0 || column >= g.inWidth) continue;
                const pixel = rowOfX + column;
                sums[pixel] = (sums[pixel] as number) + gradient * (weight[rowOfWeight + s] as number);
              }
            }
          }
        }
      }
    }
    gradInput.set(sums, n * imageSize);
  }
};

/** `gradWeight[k, c, r, s]`: the sum over batch and positions of `gradOutput[k, i, j] * x[c, row, column]`. */
export const conv2dGradWeight: Kernel<
  Conv2dGeometry,
  [gradOutput: FloatArray, x: FloatArray],
  [gradWeight: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, x], outputs: [gradWeight], step: { count } }) => {
  const channelsPerGroup = g.inChannels / g.groups;
  const filtersPerGroup = g.outChannels / g.groups;
  let tap = 0;
  for (let k = 0; k < g.outChannels; k++) {
    const firstChannel = Math.floor(k / filtersPerGroup) * channelsPerGroup;
    for (let c = 0; c < channelsPerGroup; c++) {
      for (let r = 0; r < g.kernelHeight; r++) {
        for (let s = 0; s < g.kernelWidth; s++) {
          const left = s * g.dilationWidth - g.padLeft;
          let sum = 0;
          for (let n = 0; n < count; n++) {
            for (let i = 0; i < g.outHeight; i++) {
              const row = i * g.strideHeight - g.padTop + r * g.dilationHeight;
              if (row < 0 || row >= g.inHeight) continue;
              const rowOfX = ((n * g.inChannels + firstChannel + c) * g.inHeight + row) * g.inWidth;
              const rowOfGradient = ((n * g.outChannels + k) * g.outHeight + i) * g.outWidth;
              for (let j = 0; j < g.outWidth; j++) {
                const column = left + j * g.strideWidth;
                if (column < 0 || column >= g.inWidth) continue;
                sum += (gradOutput[rowOfGradient + j] as number) * (x[rowOfX + column] as number);
              }
            }
          }
          gradWeight[tap++] = sum;
        }
      }
    }
  }
};
