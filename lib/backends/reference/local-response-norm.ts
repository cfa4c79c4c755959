import type { LocalResponseNormGeometry } from '../../ops/local-response-norm';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** The channels from `before` before `c` to `after` behind it, as far as there are any. */
function neighbours(
  channels: number,
  c: number,
  before: number,
  after: number,
): readonly [first: number, last: number] {
  return [Math.max(c - before, 0), Math.min(c + after, channels - 1)];
}

/** By channel: the sum that its number at one pixel is divided by a power of. `first` is the pixel in channel 0. */
function divisors({ channels, pixels, size, alpha, k }: LocalResponseNormGeometry, x: FloatArray, first: number) {
  return Float64Array.from({ length: channels }, (_, c) => {
    const [from, to] = neighbours(channels, c, Math.floor(size / 2), Math.floor((size - 1) / 2));
    let squares = 0;
    for (let j = from; j <= to; j++) squares += (x[first + j * pixels] as number) ** 2;
    return k + (alpha / size) * squares;
  });
}

/** Calls `visit` with each pixel's place in channel 0 of each sample. */
function eachPixel({ channels, pixels }: LocalResponseNormGeometry, count: number, visit: (first: number) => void) {
  for (let n = 0; n < count; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) visit(n * channels * pixels + pixel);
  }
}

/** `y[c] = x[c] / d[c]^beta`. */
export const localResponseNorm: Kernel<LocalResponseNormGeometry> = ({
  geometry: g,
  inputs: [x],
  outputs: [y],
  step: { count },
}) => {
  eachPixel(g, count, (first) => {
    const d = divisors(g, x, first);
    for (let c = 0; c < g.channels; c++) {
      const at = first + c * g.pixels;
      y[at] = (x[at] as number) * (d[c] as number) ** -g.beta;
    }
  });
};

/** `gradInput[c] = g[c] / d[c]^beta - 2 * alpha * beta / size * x[c] * sum over j of g[j] * y[j] / d[j]`. */
export const localResponseNormGrad: Kernel<
  LocalResponseNormGeometry,
  [gradOutput: FloatArray, x: FloatArray],
  [gradInput: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, x], outputs: [gradInput], step: { count } }) => {
  const factor = (2 * g.alpha * g.beta) / g.size;
  eachPixel(g, count, (first) => {
    const d = divisors(g, x, first);
    const powers = d.map((value) => value ** -g.beta);
    const shares = d.map((value, c) => {
      const at = first + c * g.pixels;
      return ((gradOutput[at] as number) * (x[at] as number) * (powers[c] as number)) / value;
    });
    for (let c = 0; c < g.channels; c++) {
      // The other way round: x[c] is in the sums of the channels that reach it.
      const [from, to] = neighbours(g.channels, c, Math.floor((g.size - 1) / 2), Math.floor(g.size / 2));
      let sum = 0;
      for (let j = from; j <= to; j++) sum += shares[j] as number;
      const at = first + c * g.pixels;
      gradInput[at] = (gradOutput[at] as number) * (powers[c] as number) - factor * (x[at] as number) * sum;
    }
  });
};
