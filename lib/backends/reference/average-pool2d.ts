import type { AveragePool2dGeometry } from '../../ops/average-pool2d';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** The pixels [begin, end) of an axis of `size` that a window of `extent` from `origin` on lies over. */
function pixelsUnder(origin: number, extent: number, size: number): readonly [begin: number, end: number] {
  return [Math.max(origin, 0), Math.min(origin + extent, size)];
}

/** `y[c, i, j]`: the sum over the window's pixels in the image, divided by `divisor`, or by their number. */
export const averagePool2d: Kernel<AveragePool2dGeometry> = ({
  geometry: g,
  inputs: [x],
  outputs: [y],
  step: { count },
}) => {
  let output = 0;
  for (let map = 0; map < count * g.channels; map++) {
    for (let i = 0; i < g.outHeight; i++) {
      const [top, bottom] = pixelsUnder(i * g.strideHeight - g.padTop, g.kernelHeight, g.inHeight);
      for (let j = 0; j < g.outWidth; j++) {
        const [left, right] = pixelsUnder(j * g.strideWidth - g.padLeft, g.kernelWidth, g.inWidth);
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          const rowOfX = (map * g.inHeight + row) * g.inWidth;
          for (let column = left; column < right; column++) sum += x[rowOfX + column] as number;
        }
        y[output++] = sum / (g.divisor || (bottom - top) * (right - left));
      }
    }
  }
};

/** `gradInput[c, row, column]`: the sum of `gradOutput / divisor` over the windows that the pixel lies in. */
export const averagePool2dGrad: Kernel<AveragePool2dGeometry, [gradOutput: FloatArray], [gradInput: FloatArray]> = ({
  geometry: g,
  inputs: [gradOutput],
  outputs: [gradInput],
  step: { count },
}) => {
  const mapSize = g.inHeight * g.inWidth;
  const sums = new Float64Array(mapSize);
  let output = 0;
  for (let map = 0; map < count * g.channels; map++) {
    sums.fill(0);
    for (let i = 0; i < g.outHeight; i++) {
      const [top, bottom] = pixelsUnder(i * g.strideHeight - g.padTop, g.kernelHeight, g.inHeight);
      for (let j = 0; j < g.outWidth; j++) {
        const [left, right] = pixelsUnder(j * g.strideWidth - g.padLeft, g.kernelWidth, g.inWidth);
        const share = (gradOutput[output++] as number) / (g.divisor || (bottom - top) * (right - left));
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            const pixel = row * g.inWidth + column;
            sums[pixel] = (sums[pixel] as number) + share;
          }
        }
      }
    }
    gradInput.set(sums, map * mapSize);
  }
};
