import fc from 'fast-check';
import { rocAuc, rocAucOneVsRest } from '../../lib/metrics/roc-auc';
import { type LabelledScores, labelledScores } from '../support/labelled-scores';
import { expectClose, float64Rounding } from '../support/tolerance';

/** The scores of one class, and which samples are of it; undefined where all are or none is. */
function oneClass({ data, shape, labels }: LabelledScores): { scores: Float64Array; labels: Int32Array } | undefined {
  const own = labels.map((label) => (label === 0 ? 1 : 0));
  const positives = own.filter((label) => label === 1).length;
  if (positives === 0 || positives === own.length) return undefined;
  return { scores: data.filter((_, index) => index % shape[1] === 0), labels: own };
}

describe('rocAuc', () => {
  it.each<[string, number[], number[], number]>([
    ['all pairs in order', [1, 2, 3, 4], [0, 0, 1, 1], 1],
    ['all pairs the wrong way', [4, 3, 2, 1], [0, 0, 1, 1], 0],
    ['three pairs of four', [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75],
    ['only ties', [7, 7, 7], [0, 1, 1], 0.5],
    // 6 pairs: 3 in order, 2 ties, 1 the wrong way.
    ['some ties', [1, 2, 2, 3, 2], [0, 0, 1, 0, 1], (2 * (1 + 0.5 + 0)) / 6],
    ['infinities', [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], [0, 0, 1], 0.75],
  ])('with %s', (_, scores, labels, expected) => {
    expect(rocAuc(scores, labels)).toBe(expected);
  });

  it('is the share of pairs in order, ties counting half', () => {
    fc.assert(
      fc.property(labelledScores, (drawn) => {
        const one = oneClass(drawn);
        fc.pre(one !== undefined);
        const { scores, labels } = one;
        let pairs = 0;
        let sum = 0;
        for (const [i, positive] of scores.entries()) {
          for (const [j, negative] of scores.entries()) {
            if (labels[i] !== 1 || labels[j] !== 0) continue;
            pairs += 1;
            sum += positive > negative ? 1 : positive === negative ? 0.5 : 0;
          }
        }
        expectClose('area', [rocAuc(scores, labels)], [sum / pairs], float64Rounding);
      }),
    );
  });

  it('asks for the order of the scores alone, and turned around gives what is left to 1', () => {
    fc.assert(
      fc.property(labelledScores, (drawn) => {
        const one = oneClass(drawn);
        fc.pre(one !== undefined);
        const { scores, labels } = one;
        const area = rocAuc(scores, labels);
        expect(rocAuc(scores.map(Math.atan), labels)).toBe(area);
        const turned = rocAuc(
          scores.map((score) => -score),
          labels,
        );
        expectClose('turned', [turned], [1 - area], float64Rounding);
      }),
    );
  });

  it.each<[number[], number[], string, string]>([
    [[1, 2], [1], 'E_SHAPE', 'expected a label for each of 2 samples, found 1'],
    [[], [], 'E_DATA', 'there are no samples to measure'],
    [[1, Number.NaN], [0, 1], 'E_DATA', 'the scores of sample 1 must be numbers, found NaN'],
    [[1, 2], [0, 2], 'E_DATA', 'the label of sample 1 must be 0 or 1, found 2'],
    [
      [1, 2],
      [1, 1],
      'E_DATA',
      'the area under the ROC curve of two classes needs samples of both kinds, found 2 positive and 0 negative ones',
    ],
  ])('refuses scores %p with labels %p', (scores, labels, code, message) => {
    expect(() => rocAuc(scores, labels)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('rocAucOneVsRest', () => {
  it('is the area of each class against the others, and their means', () => {
    // Class 0 has the scores 3 | 1 2 2, class 1 1 1 | 0 3, class 2 0 | 2 0 1.
    const data = [3, 0, 2, /**/ 1, 1, 0, /**/ 2, 1, 1, /**/ 2, 3, 0];
    const { classes, macro, weighted } = rocAucOneVsRest({ data, shape: [4, 3] }, [0, 1, 1, 2]);
    const expected = [1, 0.5, 0.5 / 3];
    expectClose('classes', classes, expected, float64Rounding);
    expectClose('means', [macro, weighted], [(1.5 + 0.5 / 3) / 3, (1 + 2 * 0.5 + 0.5 / 3) / 4], float64Rounding);
  });

  it('refuses a class without samples, by its number', () => {
    expect(() => rocAucOneVsRest({ data: [1, 2, 3, 4, 5, 6], shape: [2, 3] }, [0, 1])).toThrow(
      expect.objectContaining({
        code: 'E_DATA',
        message:
          'the area under the ROC curve of class 2 needs samples of both kinds, found 0 positive and 2 negative ones',
      }),
    );
  });
});
