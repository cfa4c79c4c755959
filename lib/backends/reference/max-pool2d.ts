import type { PoolGeometry } from '../../ops/window';
import type { FloatArray } from '../../tensor/storage';
import type { IndexArray, Kernel } from './kernel';

/**
 * The largest value of each window, and its place there, counted row by row. The first of equal values wins; a NaN wins
 * over all, and since nothing is above it, only a later NaN over it.
 */
export const maxPool2d: Kernel<PoolGeometry, [x: FloatArray], [y: FloatArray, winners: IndexArray]> = ({
  geometry: g,
  inputs: [x],
  outputs: [y, winners],
  step: { count },
}) => {
  let output = 0;
  for (let map = 0; map < count * g.channels; map++) {
    for (let i = 0; i < g.outHeight; i++) {
      for (let j = 0; j < g.outWidth; j++) {
        const top = i * g.strideHeight - g.padTop;
        const left = j * g.strideWidth - g.padLeft;
        let best = 0;
        let winner = -1;
        for (let r = 0; r < g.kernelHeight; r++) {
          const row = top + r;
          if (row < 0 || row >= g.inHeight) continue;
          const rowOfX = (map * g.inHeight + row) * g.inWidth;
          for (let s = 0; s < g.kernelWidth; s++) {
            const column = left + s;
            if (column < 0 || column >= g.inWidth) continue;
            const value = x[rowOfX + column] as number;
            if (winner < 0 || value > best || Number.isNaN(value)) {
              best = value;
              winner = r * g.kernelWidth + s;
            }
          }
        }
        y[output] = best;
        winners[output] = winner;
        output += 1;
      }
    }
  }
};

/** Each output's gradient goes whole to the pixel that won its window; overlapping windows add up. */
export const maxPool2dGrad: Kernel<
  PoolGeometry,
  [gradOutput: FloatArray, winners: IndexArray],
  [gradInput: FloatArray]
> = ({ geometry: g, inputs: [gradOutput, winners], outputs: [gradInput], step: { count } }) => {
  const mapSize = g.inHeight * g.inWidth;
  const sums = new Float64Array(mapSize);
  let output = 0;
  for (let map = 0; map < count * g.channels; map++) {
    sums.fill(0);
    for (let i = 0; i < g.outHeight; i++) {
      for (let j = 0; j < g.outWidth; j++) {
        const winner = winners[output] as number;
        const row = i * g.strideHeight - g.padTop + Math.floor(winner / g.kernelWidth);
        const column = j * g.strideWidth - g.padLeft + (winner % g.kernelWidth);
        const pixel = row * g.inWidth + column;
        sums[pixel] = (sums[pixel] as number) + (gradOutput[output] as number);
        output += 1;
      }
    }
    gradInput.set(sums, map * mapSize);
  }
};
