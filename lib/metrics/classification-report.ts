import { LaminetError } from '../errors';
import { type ConfusionMatrix, totalsOf } from './confusion-matrix';

/** How well a class is found, from 0 to 1. */
export interface ClassScores {
  /** Of the samples that were taken for the class, the share that is of it: `TP / (TP + FP)`. */
  readonly precision: number;
  /** Of the samples of the class, the share that was taken for it: `TP / (TP + FN)`. */
  readonly recall: number;
  /** The harmonic mean of both: `2 TP / (2 TP + FP + FN)`. */
  readonly f1: number;
}

/** What {@link classificationReport} returns. */
export interface ClassificationReport {
  /** By class, with the number of its samples. */
  readonly classes: readonly (ClassScores & { readonly support: number })[];
  /** The means over the classes: each counts as much as any other. */
  readonly macro: ClassScores;
  /** The means over the classes, weighted by their samples. */
  readonly weighted: ClassScores;
  /** From the sums over the classes of TP, FP and FN; with one label a sample all three are the accuracy. */
  readonly micro: ClassScores;
  readonly accuracy: number;
  readonly samples: number;
}

/** The options of {@link classificationReport}. */
export interface ClassificationReportOptions {
  /**
   * The value of 0 / 0, which is 0, 1 or NaN: the precision of a class that nothing was taken for, the recall of a class without samples. NaN is
   * left out of the means. Default: 0.
   */
  readonly zeroDivision?: number;
}

const KEYS = ['precision', 'recall', 'f1'] as const;

/** The weighted means of the classes' scores; a score that is NaN has no weight. */
function means(classes: readonly ClassScores[], weights: readonly number[]): ClassScores {
  const meanOf = (key: keyof ClassScores): number => {
    let sum = 0;
    let weight = 0;
    for (const [index, scores] of classes.entries()) {
      if (Number.isNaN(scores[key])) continue;
      sum += scores[key] * (weights[index] as number);
      weight += weights[index] as number;
    }
    return sum / weight;
  };
  const [precision, recall, f1] = KEYS.map(meanOf) as [number, number, number];
  return { precision, recall, f1 };
}

/**
 * Precision, recall and F1 of each class, and their means. With TP, FP and FN the true positives, false positives and false
 * negatives of a class, the formulas are those of {@link ClassScores}.
 *
 *     const { macro, classes } = classificationReport(confusionMatrix(await model.predict(test), test.labels));
 *
 * Errors: `E_OPTION`; `E_SHAPE`, `E_DATA` for a matrix that is none.
 * Source: van Rijsbergen 1979, "Information retrieval", chapter 7; the means and 0 / 0 as in scikit-learn's
 * precision_recall_fscore_support.
 *
 * @example
 * classificationReport(confusionMatrix({ data: [0.2, 0.8, 0.7, 0.3], shape: [2, 2] }, [1, 0]));
 */
export function classificationReport(
  matrix: ConfusionMatrix,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const { zeroDivision = 0 } = options;
  if (zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision)) {
    throw new LaminetError('E_OPTION', `zeroDivision must be 0, 1 or NaN, found ${String(zeroDivision)}`, {
      option: 'zeroDivision',
      found: zeroDivision,
    });
  }
  const divide = (part: number, whole: number): number => (whole === 0 ? zeroDivision : part / whole);
  const { hits, predicted, actual, samples, correct } = totalsOf(matrix);
  const classes = hits.map((hit, index) => {
    const [taken, support] = [predicted[index] as number, actual[index] as number];
    return {
      precision: divide(hit, taken),
      recall: divide(hit, support),
      f1: divide(2 * hit, taken + support),
      support,
    };
  });
  const accuracy = correct / samples;
  return {
    classes,
    macro: means(classes, new Array<number>(classes.length).fill(1)),
    weighted: means(classes, actual),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    accuracy,
    samples,
  };
}
