import type { GroupNormGeometry } from '../../ops/group-norm';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Calls `visit` for each group of each sample, with its number among all and where its elements begin and end. */
function eachGroup(
  { channels, pixels, groups }: GroupNormGeometry,
  count: number,
  visit: (sample: number, group: number, begin: number, end: number) => void,
): void {
  const size = (channels * pixels) / groups;
  for (let n = 0; n < count; n++) {
    for (let group = 0; group < groups; group++) {
      const begin = (n * groups + group) * size;
      visit(n, group, begin, begin + size);
    }
  }
}

/** `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, and the means and inverse deviations. */
export const groupNorm: Kernel<
  GroupNormGeometry,
  [x: FloatArray, gamma: FloatArray | undefined, beta: FloatArray | undefined],
  [y: FloatArray, statistics: FloatArray]
> = ({ geometry: g, inputs: [x, gamma, beta], outputs: [y, statistics], step: { count } }) => {
  eachGroup(g, count, (n, group, begin, end) => {
    let sum = 0;
    for (let at = begin; at < end; at++) sum += x[at] as number;
    const mean = sum / (end - begin);
    let squares = 0;
    for (let at = begin; at < end; at++) squares += ((x[at] as number) - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / (end - begin) + g.epsilon);
    statistics[2 * n * g.groups + group] = mean;
    statistics[(2 * n + 1) * g.groups + group] = inverse;
    for (let at = begin; at < end; at++) {
      const channel = Math.floor(at / g.pixels) % g.channels;
      y[at] = (gamma?.[channel] ?? 1) * ((x[at] as number) - mean) * inverse + (beta?.[channel] ?? 0);
    }
  });
};

/** The gradient of x: see the op's formula. */
export const groupNormGradInput: Kernel<
  GroupNormGeometry,
  [gradOutput: FloatArray, x: FloatArray, statistics: FloatArray, gamma: FloatArray | undefined],
  [gradInput: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, x, statistics, gamma], outputs: [gradInput], step: { count } }) => {
  eachGroup(g, count, (n, group, begin, end) => {
    const mean = statistics[2 * n * g.groups + group] as number;
    const inverse = statistics[(2 * n + 1) * g.groups + group] as number;
    const scaled = (at: number): number =>
      (gamma?.[Math.floor(at / g.pixels) % g.channels] ?? 1) * (gradOutput[at] as number);
    const normalized = (at: number): number => ((x[at] as number) - mean) * inverse;
    let sum = 0;
    let product = 0;
    for (let at = begin; at < end; at++) {
      sum += scaled(at);
      product += scaled(at) * normalized(at);
    }
    const meanGradient = sum / (end - begin);
    const meanProduct = product / (end - begin);
    for (let at = begin; at < end; at++) {
      gradInput[at] = inverse * (scaled(at) - meanGradient - normalized(at) * meanProduct);
    }
  });
};

/** `gradGamma`: the sum of each gradient times its normalized input, over batch and pixels. */
export const groupNormGradGamma: Kernel<
  GroupNormGeometry,
  [gradOutput: FloatArray, x: FloatArray, statistics: FloatArray],
  [gradGamma: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, x, statistics], outputs: [gradGamma], step: { count } }) => {
  const sums = new Float64Array(g.channels);
  eachGroup(g, count, (n, group, begin, end) => {
    const mean = statistics[2 * n * g.groups + group] as number;
    const inverse = statistics[(2 * n + 1) * g.groups + group] as number;
    for (let at = begin; at < end; at++) {
      const channel = Math.floor(at / g.pixels) % g.channels;
      const product = (gradOutput[at] as number) * ((x[at] as number) - mean) * inverse;
      sums[channel] = (sums[channel] as number) + product;
    }
  });
  gradGamma.set(sums);
};
