import { LaminetError } from '../errors';
import { formatShape, type Shape, sizeOf } from '../tensor/shape';

/** A row of numbers for each sample, the larger the likelier the class: logits, probabilities, or what `predict` returns. */
export interface Scores {
  readonly data: ArrayLike<number>;
  /** `[samples, classes]`; further sizes are taken as one with the classes. */
  readonly shape: Shape;
}

/** A class number for each sample. A data set without labels has none, which is refused (`E_DATA`). */
export type Labels = ArrayLike<number> | undefined;

/** Throws unless a label is the number of a class. */
function checkLabel(label: number | undefined, classes: number, sample: number): void {
  if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes) return;
  throw new LaminetError(
    'E_DATA',
    `the label of sample ${sample} must be a class from 0 to ${classes - 1}, found ${String(label)}`,
    { sample, label, classes },
  );
}

/** Throws for a score that cannot be compared. */
export function checkScore(score: number | undefined, sample: number): void {
  if (typeof score === 'number' && !Number.isNaN(score)) return;
  throw new LaminetError('E_DATA', `the scores of sample ${sample} must be numbers, found ${String(score)}`, {
    sample,
  });
}

/** Throws unless there is one label a sample, and a sample at all. */
export function checkCounts(samples: number, labels: number): void {
  if (samples !== labels) {
    throw new LaminetError('E_SHAPE', `expected a label for each of ${samples} samples, found ${labels}`, {
      samples,
      labels,
    });
  }
  if (samples === 0) throw new LaminetError('E_DATA', 'there are no samples to measure');
}

/** Scores and labels that fit each other. */
export interface CheckedScores {
  readonly samples: number;
  readonly classes: number;
  readonly labels: ArrayLike<number>;
}

/**
 * The numbers of samples and classes of some scores and their labels, after everything was checked.
 * Errors: `E_SHAPE` where counts differ, `E_DATA` for a label that is no class, a score that is NaN, or no samples.
 */
export function checkScores(scores: Scores, labels: Labels): CheckedScores {
  const { data, shape } = scores;
  const [samples = 0, ...others] = shape;
  const classes = sizeOf(others);
  if (others.length === 0 || classes < 2 || data.length !== samples * classes) {
    throw new LaminetError(
      'E_SHAPE',
      `scores must be [samples, classes] with at least 2 classes, found ${formatShape(shape)} with ${data.length} numbers`,
      { shape, numbers: data.length },
    );
  }
  if (labels === undefined) throw new LaminetError('E_DATA', 'there are no labels to compare the scores with');
  checkCounts(samples, labels.length);
  for (let index = 0; index < data.length; index++) checkScore(data[index], Math.floor(index / classes));
  for (let sample = 0; sample < samples; sample++) checkLabel(labels[sample], classes, sample);
  return { samples, classes, labels };
}

/** The class with the largest score; of equal ones the first, as training and `evaluate` count it. */
export function likeliestClass(data: ArrayLike<number>, sample: number, classes: number): number {
  const first = sample * classes;
  let likeliest = 0;
  for (let k = 1; k < classes; k++) {
    if ((data[first + k] as number) > (data[first + likeliest] as number)) likeliest = k;
  }
  return likeliest;
}
