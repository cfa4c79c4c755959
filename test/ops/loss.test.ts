import { activation } from '../../lib/layers/activation';
import { crossEntropy, logisticError, sumOfSquaredErrors } from '../../lib/losses/loss';
import { drawLoss, type LossSamples, lossCasesWithTargets } from '../cases/loss';
import { oracle, targets } from '../support/backends';
import { type LossResult, runLoss } from '../support/single-op';
import { centralDifference, exact, expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

const COUNT = 3;
const OUTPUTS = 6;
const STEP = 2 ** -17;

type Case = (typeof lossCasesWithTargets)[number];

const run = (lossCase: Case, samples: Omit<LossSamples, 'sampleWeights'> & Partial<LossSamples>): LossResult =>
  runLoss(oracle, { ...lossCase, ...samples });

describe("the gradient of a step's loss is what differences of it say", () => {
  function expectSlope(lossCase: Case, samples: Parameters<typeof run>[1]): void {
    const { gx } = run(lossCase, samples);
    const numeric = Array.from(samples.x, (value, index) => {
      const above = run(lossCase, { ...samples, x: samples.x.with(index, value + STEP) }).loss;
      const below = run(lossCase, { ...samples, x: samples.x.with(index, value - STEP) }).loss;
      return (above - below) / (2 * STEP);
    });
    expect(Math.max(...numeric.map(Math.abs))).toBeGreaterThan(0.01);
    expectClose('gradient', gx, numeric, centralDifference);
  }

  it.each(lossCasesWithTargets)('$name, targets as $kind', (lossCase) => {
    const { sampleWeights, ...samples } = drawLoss(lossCase, COUNT, OUTPUTS, 1);
    expectSlope(lossCase, samples);
    expectSlope(lossCase, { ...samples, sampleWeights });
  });

  it.each(lossCasesWithTargets)('$name, targets as $kind, is computed by $op', (lossCase) => {
    const { program } = run(lossCase, drawLoss(lossCase, COUNT, OUTPUTS, 1));
    const ops = program.instructions.filter(({ phase }) => phase === 'loss').map(({ op }) => op);
    const { classTargets, lessEntropy } = lossCase.loss;
    expect(ops).toEqual([
      ...(classTargets ? ['classTargets'] : []),
      lossCase.op,
      ...(lessEntropy ? ['negativeEntropy', 'add'] : []),
      'sumLoss',
      'countCorrect',
    ]);
  });
});

/** Logits, targets, and what loss and gradient are in the limit of far apart logits; all of them are exact in float32. */
const EXTREMES = [
  { loss: 'softmax', z: [1e4, -1e4, 0], t: [1, 0, 0], value: 0, gradient: [0, 0, 0] },
  { loss: 'softmax', z: [1e4, -1e4, 0], t: [0, 1, 0], value: 2e4, gradient: [1, -1, 0] },
  { loss: 'softmax', z: [1e4, -1e4, 0], t: [0, 0, 1], value: 1e4, gradient: [1, 0, -1] },
  { loss: 'softmax', z: [1e4, 1e4], t: [1, 0], value: Math.LN2, gradient: [-0.5, 0.5] },
  { loss: 'softmax', z: [-1e4, -1e4], t: [0, 1], value: Math.LN2, gradient: [0.5, -0.5] },
  { loss: 'sigmoid logistic', z: [1e4, -1e4], t: [1, 0], value: 0, gradient: [0, 0] },
  { loss: 'sigmoid logistic', z: [1e4, -1e4], t: [0, 1], value: 2e4, gradient: [1, -1] },
  { loss: 'sigmoid logistic', z: [1e4, -1e4], t: [0.5, 0.25], value: 7.5e3, gradient: [0.5, -0.25] },
  // With z[0] far ahead, -log p[k] is z[0] - z[k], and -log(1 - p[0]) is z[0] - z[2], since z[2] leads the others.
  { loss: 'softmax logistic', z: [1e4, -1e4, 0], t: [1, 0, 0], value: 0, gradient: [0, 0, 0] },
  { loss: 'softmax logistic', z: [1e4, -1e4, 0], t: [0, 1, 0], value: 3e4, gradient: [2, -1, -1] },
  { loss: 'softmax logistic', z: [1e4, -1e4, 0], t: [0, 0, 1], value: 2e4, gradient: [2, 0, -2] },
  // Of two classes, 1 - p of one is p of the other.
  { loss: 'softmax logistic', z: [1e4, 1e4], t: [1, 0], value: 2 * Math.LN2, gradient: [-1, 1] },
  { loss: 'softmax logistic', z: [-1e4, 1e4], t: [1, 0], value: 4e4, gradient: [-2, 2] },
] as const;

const FUSED = {
  softmax: { loss: crossEntropy(), layers: [activation('softmax')] },
  'sigmoid logistic': { loss: logisticError(), layers: [activation('sigmoid')] },
  'softmax logistic': { loss: logisticError(), layers: [activation('softmax')] },
};

describe.each(targets)('fused losses of logits far apart, on $name', (target) => {
  it.each(EXTREMES)('$loss of $z for $t', ({ loss, z, t, value, gradient }) => {
    const result = runLoss(target, { ...FUSED[loss], outputs: z.length, x: z, targets: t, kind: 'values' });
    const tolerance = target === oracle ? float64Fixture : float32Reduction(z.length);
    expect(result.status).toBe('done');
    expectClose('loss', [result.loss], [value], tolerance);
    expectClose('gradient', result.gx, gradient, tolerance);
  });

  it('a softmax over a single class costs nothing and is not trained', () => {
    for (const loss of ['softmax', 'softmax logistic'] as const) {
      const result = runLoss(target, { ...FUSED[loss], outputs: 1, x: [3], targets: [0], kind: 'classes' });
      expectClose(loss, [result.loss, ...result.gx], [0, 0], exact);
    }
  });
});

describe.each(targets)('counting on $name', (target) => {
  const count = (x: readonly number[], classes: ArrayLike<number>, kind: 'classes' | 'values'): number =>
    runLoss(target, { loss: sumOfSquaredErrors(), outputs: 3, x, targets: classes, kind }).correct;

  it('is right where the largest output is the class', () => {
    expect(count([1, 2, 3, 3, 2, 1, 0, 5, 0], [2, 0, 0], 'classes')).toBe(2);
  });

  it('takes the first of equal outputs', () => {
    expect(count([7, 7, 7], [0], 'classes')).toBe(1);
    expect(count([1, 7, 7], [2], 'classes')).toBe(0);
  });

  it('takes the first of the largest target values', () => {
    expect(count([0, 9, 1, 0, 9, 1], [0, 0.5, 0.5, 0, 0.1, 0.9], 'values')).toBe(1);
  });
});

it('probabilities of exactly 0 and 1 have finite losses: logarithms end at -100', () => {
  const onZero = runLoss(oracle, { loss: crossEntropy(), outputs: 2, x: [0, 1], targets: [0], kind: 'classes' });
  expectClose('cross-entropy', [onZero.loss], [100], exact);
  expectClose('its gradient', onZero.gx, [-1e12, 0], exact);
  const wrong = runLoss(oracle, { loss: logisticError(), outputs: 2, x: [0, 1], targets: [0], kind: 'classes' });
  expectClose('logistic error', [wrong.loss], [200], exact);
  expectClose('its gradient', wrong.gx, [-1e12, 1e12], exact);
});
