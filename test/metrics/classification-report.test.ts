import fc from 'fast-check';
import { accuracy } from '../../lib/metrics/accuracy';
import { type ClassScores, classificationReport } from '../../lib/metrics/classification-report';
import { confusionMatrix } from '../../lib/metrics/confusion-matrix';
import { labelledScores } from '../support/labelled-scores';
import { expectClose, float64Rounding } from '../support/tolerance';

const numbers = ({ precision, recall, f1 }: ClassScores): number[] => [precision, recall, f1];

describe('classificationReport', () => {
  // 4 of class 0 (3 found), 2 of class 1 (1 found), 4 of class 2 (2 found).
  const counts = Float64Array.of(3, 1, 0, 0, 1, 1, 1, 1, 2);

  it('has precision, recall and F1 of each class, and their means', () => {
    const { classes, macro, weighted, micro, ...rest } = classificationReport({ classes: 3, counts });
    expect(classes.map(({ support }) => support)).toEqual([4, 2, 4]);
    expectClose('class 0', numbers(classes[0] as ClassScores), [3 / 4, 3 / 4, 3 / 4], float64Rounding);
    expectClose('class 1', numbers(classes[1] as ClassScores), [1 / 3, 1 / 2, 2 / 5], float64Rounding);
    expectClose('class 2', numbers(classes[2] as ClassScores), [2 / 3, 1 / 2, 4 / 7], float64Rounding);
    const means = [(3 / 4 + 1 / 3 + 2 / 3) / 3, (3 / 4 + 1) / 3, (3 / 4 + 2 / 5 + 4 / 7) / 3];
    expectClose('macro', numbers(macro), means, float64Rounding);
    const weightedMeans = [(3 + 2 / 3 + 8 / 3) / 10, (3 + 1 + 2) / 10, (3 + 4 / 5 + 16 / 7) / 10];
    expectClose('weighted', numbers(weighted), weightedMeans, float64Rounding);
    expect(numbers(micro)).toEqual([0.6, 0.6, 0.6]);
    expect(rest).toEqual({ accuracy: 0.6, samples: 10 });
  });

  it('says what 0 / 0 is', () => {
    // Nothing was taken for class 1, and there is nothing of class 2.
    const matrix = { classes: 3, counts: Float64Array.of(2, 0, 0, 1, 0, 1, 0, 0, 0) };
    const zero = classificationReport(matrix);
    expect(zero.classes.map(numbers)).toEqual([
      [2 / 3, 1, 4 / 5],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const one = classificationReport(matrix, { zeroDivision: 1 });
    expect(one.classes.map(numbers)).toEqual([
      [2 / 3, 1, 4 / 5],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const none = classificationReport(matrix, { zeroDivision: Number.NaN });
    expect(none.classes.map(numbers)).toEqual([
      [2 / 3, 1, 4 / 5],
      [Number.NaN, 0, 0],
      [0, Number.NaN, 0],
    ]);
    // What is NaN is left out: precision of classes 0 and 2, recall of 0 and 1.
    expectClose('macro', numbers(none.macro), [1 / 3, 1 / 2, 4 / 15], float64Rounding);
    expectClose('weighted', numbers(none.weighted), [2 / 3, 1 / 2, 2 / 5], float64Rounding);
  });

  it('keeps every score between 0 and 1, F1 between precision and recall, and recall weighted is the accuracy', () => {
    fc.assert(
      fc.property(labelledScores, ({ data, shape, labels }) => {
        const matrix = confusionMatrix({ data, shape }, labels);
        const { classes, macro, weighted, micro, samples } = classificationReport(matrix);
        for (const scores of [...classes, macro, weighted, micro]) {
          expect(numbers(scores).every((value) => value >= 0 && value <= 1)).toBe(true);
        }
        for (const { precision, recall, f1 } of classes) {
          expect(f1).toBeLessThanOrEqual(Math.max(precision, recall));
          expect(f1).toBeGreaterThanOrEqual(Math.min(precision, recall) - Number.EPSILON);
        }
        expect(samples).toBe(labels.length);
        expectClose('recall', [weighted.recall], [accuracy(matrix)], float64Rounding);
      }),
    );
  });

  it('refuses another 0 / 0', () => {
    expect(() => classificationReport({ classes: 3, counts }, { zeroDivision: 0.5 })).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: 'zeroDivision must be 0, 1 or NaN, found 0.5' }),
    );
  });
});
