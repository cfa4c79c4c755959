import fc from 'fast-check';

/** Scores of some samples with their labels. */
export interface LabelledScores {
  readonly data: Float64Array;
  readonly shape: readonly [samples: number, classes: number];
  readonly labels: Int32Array;
}

/** Few different scores, so that many are equal; infinities are among them. */
const score = fc.constantFrom(Number.NEGATIVE_INFINITY, -1.5, -1, 0, 0.25, 1, 2, Number.POSITIVE_INFINITY);

/** From 1 to 30 samples of 2 to 5 classes. */
export const labelledScores: fc.Arbitrary<LabelledScores> = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 2, max: 5 }))
  .chain(([samples, classes]) =>
    fc
      .tuple(
        fc.array(score, { minLength: samples * classes, maxLength: samples * classes }),
        fc.array(fc.nat(classes - 1), { minLength: samples, maxLength: samples }),
      )
      .map(([data, labels]) => ({
        data: Float64Array.from(data),
        shape: [samples, classes],
        labels: Int32Array.from(labels),
      })),
  );
