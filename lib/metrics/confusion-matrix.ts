import { LaminetError } from '../errors';
import { checkScores, type Labels, likeliestClass, type Scores } from './scores';

/** How often samples of each class were taken for each class. */
export interface ConfusionMatrix {
  readonly classes: number;
  /** `counts[label * classes + predicted]`: a row for each true class, a column for each predicted one. */
  readonly counts: Float64Array;
}

/**
 * Counts the samples of each class by the class with their largest score, of equal ones the first.
 *
 *     const matrix = confusionMatrix(await model.predict(test), test.labels);
 *
 * Errors: `E_SHAPE` where counts differ, `E_DATA` for a label that is no class, a score that is NaN, or no samples.
 *
 * @example
 * confusionMatrix({ data: [0.2, 0.8, 0.7, 0.3], shape: [2, 2] }, [1, 0]);
 */
export function confusionMatrix(scores: Scores, labels: Labels): ConfusionMatrix {
  const { samples, classes, labels: known } = checkScores(scores, labels);
  const counts = new Float64Array(classes * classes);
  for (let sample = 0; sample < samples; sample++) {
    const place = (known[sample] as number) * classes + likeliestClass(scores.data, sample, classes);
    counts[place] = (counts[place] as number) + 1;
  }
  return { classes, counts };
}

/** What a confusion matrix says of each class, and in all. */
export interface ConfusionTotals {
  /** By class: samples that were taken for it and are of it, samples that were taken for it, samples that are of it. */
  readonly hits: readonly number[];
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
  readonly samples: number;
  readonly correct: number;
}

/** The sums of a matrix. Errors: `E_SHAPE` for one that is not square, `E_DATA` for counts that are none, or all 0. */
export function totalsOf({ classes, counts }: ConfusionMatrix): ConfusionTotals {
  if (!Number.isInteger(classes) || classes < 1 || counts.length !== classes * classes) {
    throw new LaminetError(
      'E_SHAPE',
      `a confusion matrix of ${String(classes)} classes must hold their square in counts, found ${counts.length}`,
      { classes, counts: counts.length },
    );
  }
  const hits = new Array<number>(classes).fill(0);
  const predicted = new Array<number>(classes).fill(0);
  const actual = new Array<number>(classes).fill(0);
  for (const [place, count] of counts.entries()) {
    if (!(Number.isFinite(count) && count >= 0)) {
      throw new LaminetError(
        'E_DATA',
        `a confusion matrix must hold counts of at least 0, found ${count} at ${place}`,
        {
          place,
          found: count,
        },
      );
    }
    const label = Math.floor(place / classes);
    const column = place % classes;
    actual[label] = (actual[label] as number) + count;
    predicted[column] = (predicted[column] as number) + count;
    if (label === column) hits[label] = count;
  }
  const samples = actual.reduce((sum, count) => sum + count, 0);
  if (samples === 0) throw new LaminetError('E_DATA', 'there are no samples to measure');
  return { hits, predicted, actual, samples, correct: hits.reduce((sum, count) => sum + count, 0) };
}
