import { LaminetError } from '../errors';
import { type ConfusionMatrix, totalsOf } from './confusion-matrix';
import { checkScores, type Labels, type Scores } from './scores';

/**
 * The share of samples that were taken for what they are: the diagonal's sum divided by all counts. What `evaluate` calls
 * accuracy. Errors: `E_SHAPE`, `E_DATA` for a matrix that is none.
 *
 * @example
 * accuracy(confusionMatrix({ data: [0.2, 0.8, 0.7, 0.3], shape: [2, 2] }, [1, 0]));
 */
export function accuracy(matrix: ConfusionMatrix): number {
  const { correct, samples } = totalsOf(matrix);
  return correct / samples;
}

/**
 * The share of samples whose class is among the `k` with the largest scores. Of classes with equal scores the first ones
 * come first, so that for k = 1 this is {@link accuracy}.
 * Errors: `E_OPTION` for a k that is not from 1 to the number of classes; `E_SHAPE` where counts differ, `E_DATA` for a
 * label that is no class, a score that is NaN, or no samples.
 * Source: the top-5 error of Russakovsky et al. 2015, "ImageNet large scale visual recognition challenge", section 4.1.
 *
 * @example
 * topKAccuracy({ data: [0.2, 0.5, 0.3], shape: [1, 3] }, [2], 2);
 */
export function topKAccuracy(scores: Scores, labels: Labels, k = 5): number {
  const { samples, classes, labels: known } = checkScores(scores, labels);
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new LaminetError('E_OPTION', `k must be a whole number from 1 to ${classes}, found ${String(k)}`, {
      option: 'k',
      found: k,
    });
  }
  let correct = 0;
  for (let sample = 0; sample < samples; sample++) {
    const first = sample * classes;
    const label = known[sample] as number;
    const own = scores.data[first + label] as number;
    let before = 0;
    for (let other = 0; other < classes; other++) {
      const score = scores.data[first + other] as number;
      if (score > own || (score === own && other < label)) before += 1;
    }
    if (before < k) correct += 1;
  }
  return correct / samples;
}
