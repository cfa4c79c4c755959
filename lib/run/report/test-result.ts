import type { Dataset } from '../../data/dataset';
import { type ConfusionMatrix, confusionMatrix } from '../../metrics/confusion-matrix';
import type { Model } from '../../model/model';

/** A sample that was taken for another class. */
export interface Mistake {
  /** Its place in the data set. */
  readonly sample: number;
  readonly label: number;
  readonly predicted: number;
  /** The network's outputs for the two classes. */
  readonly labelOutput: number;
  readonly predictedOutput: number;
}

/** What a network makes of a test set. */
export interface TestResult {
  readonly matrix: ConfusionMatrix;
  /** The worst first: by how far the output of the wrong class lies above that of the right one. */
  readonly mistakes: readonly Mistake[];
  /** Whether the outputs of each sample are probabilities: from 0 to 1, and 1 in all. */
  readonly probabilities: boolean;
}

/** How far a sum of float32 probabilities may be from 1. */
const SUM_SLACK = 2 ** -16;

/** Predicts a test set. Undefined where it has no labels, or the network not an output a class. */
export async function measureTest(model: Model, test: Dataset, signal?: AbortSignal): Promise<TestResult | undefined> {
  const { labels, classes } = test;
  const { outputs, outputShape } = model.graph;
  if (!labels || outputs.length !== 1 || outputShape.length !== 1 || outputShape[0] !== classes) return undefined;
  const prediction = await model.predict(test, signal ? { signal } : {});
  const rows = Array.from({ length: test.count }, (_, sample) =>
    prediction.data.subarray(sample * classes, (sample + 1) * classes),
  );
  const mistakes = rows
    .map((row, sample) => toMistake(row, sample, labels[sample] as number))
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.predictedOutput - b.labelOutput - (a.predictedOutput - a.labelOutput) || a.sample - b.sample);
  return { matrix: confusionMatrix(prediction, labels), mistakes, probabilities: rows.every(isDistribution) };
}

function toMistake(row: ArrayLike<number>, sample: number, label: number): Mistake {
  let predicted = 0;
  for (let index = 1; index < row.length; index++) {
    if ((row[index] as number) > (row[predicted] as number)) predicted = index;
  }
  return {
    sample,
    label,
    predicted,
    labelOutput: row[label] as number,
    predictedOutput: row[predicted] as number,
  };
}

/** Whether a row is of probabilities. */
export function isDistribution(row: ArrayLike<number>): boolean {
  const values = Array.from(row);
  const sum = values.reduce((total, value) => total + value, 0);
  return values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) <= SUM_SLACK;
}
