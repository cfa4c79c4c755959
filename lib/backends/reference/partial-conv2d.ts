import type { PartialConv2dGeometry } from '../../ops/partial-conv2d';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Calls `visit` for each kernel of the table: its number, its output map and its input map. */
function eachKernel(g: PartialConv2dGeometry, visit: (kernel: number, k: number, c: number) => void): void {
  let kernel = 0;
  for (let k = 0; k < g.outChannels; k++) {
    for (const last = kernel + (g.kernelCounts[k] as number); kernel < last; kernel++) {
      visit(kernel, k, g.inputMaps[kernel] as number);
    }
  }
}

/**
 * Calls `visit` for each place where a kernel's tap meets a pixel: the tap's number in the kernel, the pixel's in the input
 * map, the output's in the output map. A tap outside the image lies in the padding: it meets nothing.
 */
function eachMeeting(g: PartialConv2dGeometry, visit: (tap: number, pixel: number, output: number) => void): void {
  for (let i = 0; i < g.outHeight; i++) {
    for (let j = 0; j < g.outWidth; j++) {
      for (let r = 0; r < g.kernelHeight; r++) {
        const row = i * g.strideHeight - g.padTop + r * g.dilationHeight;
        if (row < 0 || row >= g.inHeight) continue;
        for (let s = 0; s < g.kernelWidth; s++) {
          const column = j * g.strideWidth - g.padLeft + s * g.dilationWidth;
          if (column < 0 || column >= g.inWidth) continue;
          visit(r * g.kernelWidth + s, row * g.inWidth + column, i * g.outWidth + j);
        }
      }
    }
  }
}

/** Where one kernel's numbers begin: of its taps, its input map in a sample, its output map in a sample. */
function startsOf(g: PartialConv2dGeometry, n: number, kernel: number, k: number, c: number) {
  return {
    taps: kernel * g.kernelHeight * g.kernelWidth,
    image: (n * g.inChannels + c) * g.inHeight * g.inWidth,
    map: (n * g.outChannels + k) * g.outHeight * g.outWidth,
  };
}

/** `y[k, i, j] = bias[k] + sum over k's kernels n, r, s of x[map(n), row, column] * weight[n, r, s]`. */
export const partialConv2d: Kernel<
  PartialConv2dGeometry,
  [x: FloatArray, weight: FloatArray, bias: FloatArray | undefined],
  [y: FloatArray]
> = ({ geometry: g, inputs: [x, weight, bias], outputs: [y], step: { count } }) => {
  const pixels = g.outHeight * g.outWidth;
  const sums = new Float64Array(count * g.outChannels * pixels);
  if (bias)
    for (let map = 0; map < count * g.outChannels; map++)
      sums.fill(bias[map % g.outChannels] as number, map * pixels, (map + 1) * pixels);
  for (let n = 0; n < count; n++) {
    eachKernel(g, (kernel, k, c) => {
      const { taps, image, map } = startsOf(g, n, kernel, k, c);
      eachMeeting(g, (tap, pixel, output) => {
        const product = (x[image + pixel] as number) * (weight[taps + tap] as number);
        sums[map + output] = (sums[map + output] as number) + product;
      });
    });
  }
  y.set(sums);
};

/** `gradInput[c, row, column]`: the sum of `gradOutput[k, i, j] * weight[n, r, s]` over the taps that read that pixel. */
export const partialConv2dGradInput: Kernel<
  PartialConv2dGeometry,
  [gradOutput: FloatArray, weight: FloatArray],
  [gradInput: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, weight], outputs: [gradInput], step: { count } }) => {
  const sums = new Float64Array(count * g.inChannels * g.inHeight * g.inWidth);
  for (let n = 0; n < count; n++) {
    eachKernel(g, (kernel, k, c) => {
      const { taps, image, map } = startsOf(g, n, kernel, k, c);
      eachMeeting(g, (tap, pixel, output) => {
        const product = (gradOutput[map + output] as number) * (weight[taps + tap] as number);
        sums[image + pixel] = (sums[image + pixel] as number) + product;
      });
    });
  }
  gradInput.set(sums);
};

/** `gradWeight[n, r, s]`: the sum over batch and positions of `gradOutput[k, i, j] * x[map(n), row, column]`. */
export const partialConv2dGradWeight: Kernel<
  PartialConv2dGeometry,
  [gradOutput: FloatArray, x: FloatArray],
  [gradWeight: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, x], outputs: [gradWeight], step: { count } }) => {
  const sums = new Float64Array(gradWeight.length);
  for (let n = 0; n < count; n++) {
    eachKernel(g, (kernel, k, c) => {
      const { taps, image, map } = startsOf(g, n, kernel, k, c);
      eachMeeting(g, (tap, pixel, output) => {
        const product = (gradOutput[map + output] as number) * (x[image + pixel] as number);
        sums[taps + tap] = (sums[taps + tap] as number) + product;
      });
    });
  }
  gradWeight.set(sums);
};
