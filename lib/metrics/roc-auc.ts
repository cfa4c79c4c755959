import { LaminetError } from '../errors';
import { checkCounts, checkScore, checkScores, type Labels, type Scores } from './scores';

/** The places of some scores in growing order, from 1 on; equal scores share the mean of their places. */
function ranksOf(scores: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: scores.length }, (_, index) => index);
  const at = (index = 0): number => scores[index] as number;
  // Not by their difference, which is NaN for two infinities.
  order.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
  const ranks = new Float64Array(scores.length);
  for (let first = 0, last = 0; first < order.length; first = last) {
    while (last < order.length && at(order[last]) === at(order[first])) last += 1;
    // The mean of first + 1 to last.
    for (const index of order.subarray(first, last)) ranks[index] = (first + 1 + last) / 2;
  }
  return ranks;
}

/** The area from the ranks of the positive samples. */
function areaOf(scores: ArrayLike<number>, isPositive: (sample: number) => boolean, what: string): number {
  let positives = 0;
  let sum = 0;
  for (const [sample, rank] of ranksOf(scores).entries()) {
    if (!isPositive(sample)) continue;
    positives += 1;
    sum += rank;
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new LaminetError(
      'E_DATA',
      `the area under the ROC curve ${what} needs samples of both kinds, found ${positives} positive and ${negatives} negative ones`,
      { positives, negatives },
    );
  }
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * The area under the ROC curve of two classes: the probability that a positive sample has a larger score than a negative
 * one, ties counting half. By ranks, `(R - P (P + 1) / 2) / (P N)`, R being the sum of the ranks of the P positive samples
 * among all P + N.
 *
 * @param scores one a sample, the larger the likelier positive
 * @param labels 1 for positive, 0 for negative
 * Errors: `E_SHAPE` where counts differ; `E_DATA` for another label, a score that is NaN, or samples of one kind only.
 * Source: Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
 *
 * @example
 * rocAuc([0.2, 0.8, 0.7], [0, 1, 1]);
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkCounts(scores.length, labels.length);
  for (let sample = 0; sample < scores.length; sample++) {
    checkScore(scores[sample], sample);
    const label = labels[sample];
    if (label !== 0 && label !== 1) {
      throw new LaminetError('E_DATA', `the label of sample ${sample} must be 0 or 1, found ${String(label)}`, {
        sample,
        label,
      });
    }
  }
  return areaOf(scores, (sample) => labels[sample] === 1, 'of two classes');
}

/** What {@link rocAucOneVsRest} returns. */
export interface RocAucReport {
  /** By class: the area of that class against all others. */
  readonly classes: readonly number[];
  /** The mean over the classes. */
  readonly macro: number;
  /** The mean over the classes, weighted by their samples. */
  readonly weighted: number;
}

/**
 * The area under the ROC curve of each class against all others, and their means.
 * Errors: `E_SHAPE` where counts differ; `E_DATA` for a label that is no class, a score that is NaN, or a class that no
 * sample or every sample is of: it has no such area.
 * Source: Fawcett 2006, "An introduction to ROC analysis", section 9.2; the weighted mean is that of Provost and Domingos.
 *
 * @example
 * rocAucOneVsRest({ data: [0.2, 0.8, 0.7, 0.3], shape: [2, 2] }, [1, 0]);
 */
export function rocAucOneVsRest(scores: Scores, labels: Labels): RocAucReport {
  const { samples, classes, labels: known } = checkScores(scores, labels);
  const support = new Array<number>(classes).fill(0);
  for (let sample = 0; sample < samples; sample++) {
    const label = known[sample] as number;
    support[label] = (support[label] as number) + 1;
  }
  const areas = support.map((_, own) => {
    const column = Float64Array.from({ length: samples }, (_, sample) => scores.data[sample * classes + own] as number);
    return areaOf(column, (sample) => known[sample] === own, `of class ${own}`);
  });
  return {
    classes: areas,
    macro: areas.reduce((sum, area) => sum + area, 0) / classes,
    weighted: areas.reduce((sum, area, own) => sum + area * (support[own] as number), 0) / samples,
  };
}
