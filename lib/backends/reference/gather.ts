import type { GatherGeometry } from '../../ops/gather';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Copies the step's samples from the data set, scaled, into images whose borders are zeros. */
export const gather: Kernel<GatherGeometry, [], [x: FloatArray]> = ({ geometry: g, outputs: [x], step }) => {
  const { samples, order } = step.request;
  const height = g.padTop + g.sourceHeight + g.padBottom;
  const width = g.padLeft + g.sourceWidth + g.padRight;
  const sampleSize = g.channels * g.sourceHeight * g.sourceWidth;
  x.fill(0, 0, step.count * g.channels * height * width);
  for (let n = 0; n < step.count; n++) {
    let source = (order[step.first + n] as number) * sampleSize;
    for (let c = 0; c < g.channels; c++) {
      for (let row = 0; row < g.sourceHeight; row++) {
        const target = ((n * g.channels + c) * height + g.padTop + row) * width + g.padLeft;
        for (let column = 0; column < g.sourceWidth; column++) {
          x[target + column] = (samples[source++] as number) * g.scale;
        }
      }
    }
  }
};

/** Copies the step's rows to where the order has them in the run's result. */
export const scatter: Kernel<{ readonly elements: number; readonly result: number }, [x: FloatArray], []> = ({
  geometry: { elements, result },
  inputs: [x],
  step,
}) => {
  step.request.results[result]?.set(x.subarray(0, step.count * elements), step.first * elements);
};
