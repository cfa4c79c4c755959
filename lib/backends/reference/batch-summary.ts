import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';
import type { Targets } from './loss';

type Summary = Kernel<Record<string, never>, [losses: FloatArray], [loss: FloatArray]>;

function sumOf(losses: FloatArray, count: number): number {
  let sum = 0;
  for (let n = 0; n < count; n++) sum += losses[n] as number;
  return sum;
}

/** The mean of the samples' losses. */
export const meanLoss: Summary = ({ inputs: [losses], outputs: [loss], step: { count } }) => {
  loss[0] = sumOf(losses, count) / count;
};

/** The sum of the samples' losses. */
export const sumLoss: Summary = ({ inputs: [losses], outputs: [loss], step: { count } }) => {
  loss[0] = sumOf(losses, count);
};

/** The place of the largest of `count` numbers from `first` on; the first of equal ones. */
export function placeOfLargest(values: Targets, first: number, count: number): number {
  let place = 0;
  for (let k = 1; k < count; k++) {
    if ((values[first + k] as number) > (values[first + place] as number)) place = k;
  }
  return place;
}

/**
 * The number of samples whose largest output is the target's class, or stands where the largest target value stands; of a
 * single output and its target value, those where both or neither are above a half.
 */
export const countCorrect: Kernel<
  { readonly classes: number; readonly labels: number },
  [outputs: FloatArray, targets: Targets],
  [correct: FloatArray]
> = ({ geometry: { classes, labels }, inputs: [outputs, targets], outputs: [correct], step: { count } }) => {
  const single = classes === 1 && labels === 0;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    if (single) {
      if ((outputs[n] as number) > 0.5 === (targets[n] as number) > 0.5) sum += 1;
      continue;
    }
    const target = labels === 1 ? targets[n] : placeOfLargest(targets, n * classes, classes);
    if (placeOfLargest(outputs, n * classes, classes) === target) sum += 1;
  }
  correct[0] = sum;
};
