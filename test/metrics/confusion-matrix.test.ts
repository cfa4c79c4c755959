import fc from 'fast-check';
import { classificationReport } from '../../lib/metrics/classification-report';
import { confusionMatrix } from '../../lib/metrics/confusion-matrix';
import { labelledScores } from '../support/labelled-scores';

describe('confusionMatrix', () => {
  it('has a row for each true class and a column for each predicted one', () => {
    const data = Float32Array.of(9, 1, 0, /**/ 0, 1, 9, /**/ 0, 9, 1, /**/ 0, 1, 9, /**/ 1, 9, 0);
    const matrix = confusionMatrix({ data, shape: [5, 3] }, Int32Array.of(0, 0, 1, 2, 2));
    expect(matrix.classes).toBe(3);
    expect([...matrix.counts]).toEqual([1, 0, 1, 0, 1, 0, 0, 1, 1]);
  });

  it('takes the first of equal scores, and further sizes as one with the classes', () => {
    const matrix = confusionMatrix({ data: [1, 1, 0, 0, 0, 0, 2, 2], shape: [2, 2, 2] }, [1, 2]);
    expect(matrix.classes).toBe(4);
    expect([...matrix.counts].flatMap((count, place) => (count > 0 ? [[place, count]] : []))).toEqual([
      [4, 1],
      [10, 1],
    ]);
  });

  it('has the samples of each class in its row, whatever their order', () => {
    fc.assert(
      fc.property(labelledScores, ({ data, shape, labels }) => {
        const { classes, counts } = confusionMatrix({ data, shape }, labels);
        for (let label = 0; label < classes; label++) {
          const row = counts.subarray(label * classes, (label + 1) * classes);
          expect(row.reduce((sum, count) => sum + count, 0)).toBe(labels.filter((one) => one === label).length);
        }
        const rows = Array.from(labels, (_, n) => data.subarray(n * classes, (n + 1) * classes)).reverse();
        const backwards = Float64Array.from(rows.flatMap((row) => [...row]));
        expect(confusionMatrix({ data: backwards, shape }, labels.toReversed()).counts).toEqual(counts);
      }),
    );
  });

  it.each<[number[], number[], number[] | undefined, string, string]>([
    [[1], [1], [0], 'E_SHAPE', 'scores must be [samples, classes] with at least 2 classes, found 1 with 1 numbers'],
    [
      [1],
      [1, 1],
      [0],
      'E_SHAPE',
      'scores must be [samples, classes] with at least 2 classes, found 1x1 with 1 numbers',
    ],
    [
      [1, 2, 3],
      [2, 2],
      [0, 1],
      'E_SHAPE',
      'scores must be [samples, classes] with at least 2 classes, found 2x2 with 3 numbers',
    ],
    [[1, 2], [1, 2], [0, 1], 'E_SHAPE', 'expected a label for each of 1 samples, found 2'],
    [[1, 2], [1, 2], [2], 'E_DATA', 'the label of sample 0 must be a class from 0 to 1, found 2'],
    [[1, 2], [1, 2], [-1], 'E_DATA', 'the label of sample 0 must be a class from 0 to 1, found -1'],
    [[1, 2], [1, 2], [0.5], 'E_DATA', 'the label of sample 0 must be a class from 0 to 1, found 0.5'],
    [[0, 1, 2, Number.NaN], [2, 2], [0, 1], 'E_DATA', 'the scores of sample 1 must be numbers, found NaN'],
    [[], [0, 3], [], 'E_DATA', 'there are no samples to measure'],
    [[1, 2], [1, 2], undefined, 'E_DATA', 'there are no labels to compare the scores with'],
  ])('refuses scores %p of shape %p with labels %p', (data, shape, labels, code, message) => {
    expect(() => confusionMatrix({ data, shape }, labels)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('a confusion matrix made by hand', () => {
  it.each<[number, number[], string, string]>([
    [2, [1, 2, 3], 'E_SHAPE', 'a confusion matrix of 2 classes must hold their square in counts, found 3'],
    [0, [], 'E_SHAPE', 'a confusion matrix of 0 classes must hold their square in counts, found 0'],
    [2, [1, 0, -1, 0], 'E_DATA', 'a confusion matrix must hold counts of at least 0, found -1 at 2'],
    [2, [0, 0, 0, 0], 'E_DATA', 'there are no samples to measure'],
  ])('of %p classes with counts %p is refused', (classes, counts, code, message) => {
    expect(() => classificationReport({ classes, counts: Float64Array.from(counts) })).toThrow(
      expect.objectContaining({ code, message }),
    );
  });
});
