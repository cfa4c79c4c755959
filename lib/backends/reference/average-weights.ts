import type { AverageGeometry } from '../../ops/average-weights';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `average = kept * average + (1 - kept) * w`. */
export const averageWeights: Kernel<AverageGeometry, [parameter: FloatArray, average: FloatArray], []> = ({
  geometry: { elements, factor },
  inputs: [parameter, average],
  step: { factors },
}) => {
  const kept = factors[factor] as number;
  for (let index = 0; index < elements; index++) {
    average[index] = kept * (average[index] as number) + (1 - kept) * (parameter[index] as number);
  }
};
