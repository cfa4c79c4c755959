import type { SoftmaxGeometry } from '../../ops/softmax';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

type Forward = Kernel<SoftmaxGeometry, [x: FloatArray], [y: FloatArray]>;
type Backward = Kernel<SoftmaxGeometry, [gradOutput: FloatArray, y: FloatArray], [gradInput: FloatArray]>;

/** Calls `visit` with the place of channel 0 of every pixel of every sample; the next channel is `pixels` further. */
function forEachPixel({ channels, pixels }: SoftmaxGeometry, count: number, visit: (first: number) => void): void {
  for (let n = 0; n < count; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) visit(n * channels * pixels + pixel);
  }
}

/** The largest of `channels` numbers that lie `stride` apart, and the sum of exp(x - largest), which is at least 1. */
export function largestAndSum(
  x: FloatArray,
  first: number,
  channels: number,
  stride: number,
): { largest: number; sum: number } {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < channels; k++) largest = Math.max(largest, x[first + k * stride] as number);
  let sum = 0;
  for (let k = 0; k < channels; k++) sum += Math.exp((x[first + k * stride] as number) - largest);
  return { largest, sum };
}

/** `y[k] = exp(x[k] - largest) / sum`. */
export const softmax: Forward = ({ geometry, inputs: [x], outputs: [y], step: { count } }) => {
  const { channels, pixels } = geometry;
  forEachPixel(geometry, count, (first) => {
    const { largest, sum } = largestAndSum(x, first, channels, pixels);
    for (let k = 0; k < channels; k++) {
      const at = first + k * pixels;
      y[at] = Math.exp((x[at] as number) - largest) / sum;
    }
  });
};

/** `y[k] * (g[k] - sum over j of g[j] * y[j])`. */
export const softmaxGrad: Backward = ({ geometry, inputs: [gradOutput, y], outputs: [gradInput], step: { count } }) => {
  const { channels, pixels } = geometry;
  forEachPixel(geometry, count, (first) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) {
      const at = first + k * pixels;
      sum += (gradOutput[at] as number) * (y[at] as number);
    }
    for (let k = 0; k < channels; k++) {
      const at = first + k * pixels;
      gradInput[at] = (y[at] as number) * ((gradOutput[at] as number) - sum);
    }
  });
};

/** `y[k] = x[k] - largest - log(sum)`. */
export const logSoftmax: Forward = ({ geometry, inputs: [x], outputs: [y], step: { count } }) => {
  const { channels, pixels } = geometry;
  forEachPixel(geometry, count, (first) => {
    const { largest, sum } = largestAndSum(x, first, channels, pixels);
    const logSum = Math.log(sum);
    for (let k = 0; k < channels; k++) {
      const at = first + k * pixels;
      y[at] = (x[at] as number) - largest - logSum;
    }
  });
};

/** `g[k] - exp(y[k]) * sum over j of g[j]`. */
export const logSoftmaxGrad: Backward = ({
  geometry,
  inputs: [gradOutput, y],
  outputs: [gradInput],
  step: { count },
}) => {
  const { channels, pixels } = geometry;
  forEachPixel(geometry, count, (first) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += gradOutput[first + k * pixels] as number;
    for (let k = 0; k < channels; k++) {
      const at = first + k * pixels;
      gradInput[at] = (gradOutput[at] as number) - Math.exp(y[at] as number) * sum;
    }
  });
};
