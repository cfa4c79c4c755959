import type { FloatArray } from '../../tensor/storage';
import { logistic } from './elementwise';
import { type LossGradKernel, type LossKernel, summedLoss, summedLossGrad, targetOf } from './loss';
import { largestAndSum } from './softmax';

/** `-sum over k of t[k] (z[k] - log sum over j of exp z[j])`. */
export const softmaxCrossEntropy: LossKernel = ({
  geometry,
  inputs: [z, targets],
  outputs: [losses],
  step: { count },
}) => {
  const { classes, divisor } = geometry;
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const { largest, sum } = largestAndSum(z, row, classes, 1);
    const logSum = Math.log(sum);
    let loss = 0;
    for (let k = 0; k < classes; k++) {
      const logProbability = (z[row + k] as number) - largest - logSum;
      loss -= targetOf(targets, geometry, n, k) * logProbability;
    }
    losses[n] = loss / divisor;
  }
};

/** `softmax(z) * sum(t) - t`. */
export const softmaxCrossEntropyGrad: LossGradKernel = ({
  geometry,
  inputs: [z, targets],
  outputs: [gradInput],
  step: { count },
}) => {
  const { classes, divisor } = geometry;
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const { largest, sum } = largestAndSum(z, row, classes, 1);
    let targetSum = 0;
    for (let k = 0; k < classes; k++) targetSum += targetOf(targets, geometry, n, k);
    for (let k = 0; k < classes; k++) {
      const probability = Math.exp((z[row + k] as number) - largest) / sum;
      gradInput[row + k] = (probability * targetSum - targetOf(targets, geometry, n, k)) / (count * divisor);
    }
  }
};

/** `sum over k of max(z, 0) - z t + log(1 + exp(-|z|))`. */
export const sigmoidLogisticError = summedLoss((z, t) => Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z))));

/** `sigmoid(z) - t`. */
export const sigmoidLogisticErrorGrad = summedLossGrad((z, t) => logistic(z) - t);

/** One sample's logits, seen from the largest, so that neither p nor 1 - p is ever a difference of near numbers. */
interface Odds {
  /** The class of the largest logit, m, and that logit. */
  readonly winner: number;
  readonly largest: number;
  /** The largest of the other logits, and the sum of exp(z[j] - second) over the others. */
  readonly second: number;
  readonly othersSum: number;
  /** `sum over j != m of exp(z[j] - z[m])`: (1 - p[m]) / p[m]. It may be too small for a number, and is 0 then. */
  readonly odds: number;
}

function oddsOf(z: FloatArray, row: number, classes: number): Odds {
  let winner = 0;
  for (let k = 1; k < classes; k++) if ((z[row + k] as number) > (z[row + winner] as number)) winner = k;
  const largest = z[row + winner] as number;
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (k !== winner) second = Math.max(second, z[row + k] as number);
  let othersSum = 0;
  for (let k = 0; k < classes; k++) if (k !== winner) othersSum += Math.exp((z[row + k] as number) - second);
  return { winner, largest, second, othersSum, odds: othersSum * Math.exp(second - largest) };
}

/** `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])` with p = softmax(z). */
export const softmaxLogisticError: LossKernel = ({
  geometry,
  inputs: [z, targets],
  outputs: [losses],
  step: { count },
}) => {
  const { classes, divisor } = geometry;
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const { winner, largest, second, othersSum, odds } = oddsOf(z, row, classes);
    // exp(z[m]) / sum of all is 1 / (1 + odds), and the others' part of it is odds / (1 + odds).
    const logAll = Math.log1p(odds);
    const logOthers = second - largest + Math.log(othersSum) - logAll;
    let loss = 0;
    for (let k = 0; k < classes; k++) {
      const target = targetOf(targets, geometry, n, k);
      const logProbability = (z[row + k] as number) - largest - logAll;
      const logRest = k === winner ? logOthers : Math.log1p(-Math.exp(logProbability));
      loss -= target * logProbability;
      // A target of 1 asks nothing of 1 - p, even where that is 0 and its logarithm infinite (a single class).
      if (target !== 1) loss -= (1 - target) * logRest;
    }
    losses[n] = loss / divisor;
  }
};

/** The gradient of {@link softmaxLogisticError}, in the names of its op's docstring: p, r, a, A and m. */
export const softmaxLogisticErrorGrad: LossGradKernel = ({
  geometry,
  inputs: [z, targets],
  outputs: [gradInput],
  step: { count },
}) => {
  const { classes, divisor } = geometry;
  const p = new Float64Array(classes);
  const r = new Float64Array(classes);
  const a = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const { winner, largest, second, othersSum, odds } = oddsOf(z, row, classes);
    let sumOfA = 0;
    for (let k = 0; k < classes; k++) {
      const probability = Math.exp((z[row + k] as number) - largest) / (1 + odds);
      p[k] = probability;
      if (k === winner) continue;
      const target = targetOf(targets, geometry, n, k);
      r[k] = Math.exp((z[row + k] as number) - second) / othersSum;
      a[k] = ((1 - target) * probability) / (1 - probability) - target;
      sumOfA += a[k] as number;
    }
    const winnerTarget = targetOf(targets, geometry, n, winner);
    const winnerProbability = p[winner] as number;
    const winnerRest = odds / (1 + odds);
    for (let k = 0; k < classes; k++) {
      const probability = p[k] as number;
      const gradient =
        k === winner
          ? (1 - winnerTarget) * probability - winnerTarget * winnerRest - probability * sumOfA
          : (a[k] as number) -
            probability * sumOfA +
            probability * winnerTarget -
            (1 - winnerTarget) * winnerProbability * (r[k] as number);
      gradInput[row + k] = gradient / (count * divisor);
    }
  }
};
