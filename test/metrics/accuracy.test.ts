import fc from 'fast-check';
import { accuracy, topKAccuracy } from '../../lib/metrics/accuracy';
import { confusionMatrix } from '../../lib/metrics/confusion-matrix';
import { labelledScores } from '../support/labelled-scores';

describe('accuracy', () => {
  it('is the share on the diagonal', () => {
    expect(accuracy({ classes: 3, counts: Float64Array.of(2, 1, 0, 0, 3, 0, 1, 1, 2) })).toBe(0.7);
  });
});

describe('topKAccuracy', () => {
  const scores = { data: [0.5, 0.3, 0.2, /**/ 0.1, 0.6, 0.3, /**/ 0.4, 0.4, 0.2], shape: [3, 3] };

  it('looks for the class among the k likeliest', () => {
    const labels = [0, 2, 1];
    expect([1, 2, 3].map((k) => topKAccuracy(scores, labels, k))).toEqual([1 / 3, 1, 1]);
    expect(topKAccuracy({ data: [6, 5, 4, 3, 2, 1], shape: [1, 6] }, [4])).toBe(1);
    expect(topKAccuracy({ data: [6, 5, 4, 3, 2, 1], shape: [1, 6] }, [5])).toBe(0);
  });

  it('for k = 1 is the accuracy, grows with k, and is 1 in the end', () => {
    fc.assert(
      fc.property(labelledScores, ({ data, shape, labels }) => {
        const values = Array.from({ length: shape[1] }, (_, index) => topKAccuracy({ data, shape }, labels, index + 1));
        expect(values[0]).toBe(accuracy(confusionMatrix({ data, shape }, labels)));
        expect(values.toSorted((a, b) => a - b)).toEqual(values);
        expect(values.at(-1)).toBe(1);
      }),
    );
  });

  it.each([0, 4, 1.5, Number.NaN])('refuses a k of %p', (k) => {
    expect(() => topKAccuracy(scores, [0, 1, 2], k)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: `k must be a whole number from 1 to 3, found ${k}` }),
    );
  });

  it('refuses labels that are no classes', () => {
    expect(() => topKAccuracy(scores, [0, 1, 3], 1)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  });
});
