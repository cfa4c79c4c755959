import type { ElementwiseGeometry } from '../../ops/elementwise';
import type { PreluGeometry } from '../../ops/prelu';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Calls `visit` with every place of the step's elements, and the slope that belongs to it. */
function forEachElement(
  { channels, pixels }: PreluGeometry,
  count: number,
  weight: FloatArray,
  visit: (at: number, slope: number) => void,
): void {
  for (let map = 0; map < count * channels; map++) {
    const slope = weight[map % channels] as number;
    for (let at = map * pixels; at < (map + 1) * pixels; at++) visit(at, slope);
  }
}

/** `y = x` where x is above 0, else `slope * x`. */
export const prelu: Kernel<PreluGeometry, [x: FloatArray, weight: FloatArray]> = ({
  geometry,
  inputs: [x, weight],
  outputs: [y],
  step: { count },
}) => {
  forEachElement(geometry, count, weight, (at, slope) => {
    const value = x[at] as number;
    y[at] = value > 0 ? value : slope * value;
  });
};

/** `g` where x is above 0, else `slope * g`. */
export const preluGradInput: Kernel<PreluGeometry, [gradOutput: FloatArray, x: FloatArray, weight: FloatArray]> = ({
  geometry,
  inputs: [gradOutput, x, weight],
  outputs: [gradInput],
  step: { count },
}) => {
  forEachElement(geometry, count, weight, (at, slope) => {
    const g = gradOutput[at] as number;
    gradInput[at] = (x[at] as number) > 0 ? g : slope * g;
  });
};

/** 0 where x is above 0, else `g * x`: what the gradient of the slopes is the sum of. */
export const preluGradTerms: Kernel<ElementwiseGeometry, [gradOutput: FloatArray, x: FloatArray]> = ({
  geometry: { elements },
  inputs: [gradOutput, x],
  outputs: [terms],
  step: { count },
}) => {
  for (let index = 0; index < count * elements; index++) {
    const value = x[index] as number;
    terms[index] = value > 0 ? 0 : (gradOutput[index] as number) * value;
  }
};
