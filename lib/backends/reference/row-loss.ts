import type { FloatArray } from '../../tensor/storage';
import type { LossArithmetic } from './loss-arithmetic';
import { largestAndSum } from './softmax';

/** `-sum over k of t[k] (z[k] - log sum over j of exp z[j])`. */
export const softmaxCrossEntropy: LossArithmetic = {
  value(z, t) {
    const { largest, sum } = largestAndSum(z, 0, z.length, 1);
    const logSum = Math.log(sum);
    let loss = 0;
    for (let k = 0; k < z.length; k++) {
      // A target of 0 asks nothing of a logit, even of one that lies infinitely far below.
      if (t[k] !== 0) loss -= (t[k] as number) * ((z[k] as number) - largest - logSum);
    }
    return loss + 0 * sum;
  },
  gradient(z, t, _constants, gradient) {
    const { largest, sum } = largestAndSum(z, 0, z.length, 1);
    const targetSum = t.reduce((all, target) => all + target, 0);
    for (let k = 0; k < z.length; k++) {
      gradient[k] = (Math.exp((z[k] as number) - largest) / sum) * targetSum - (t[k] as number);
    }
  },
};

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

function oddsOf(z: FloatArray): Odds {
  const classes = z.length;
  let winner = 0;
  for (let k = 1; k < classes; k++) if ((z[k] as number) > (z[winner] as number)) winner = k;
  const largest = z[winner] as number;
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (k !== winner) second = Math.max(second, z[k] as number);
  let othersSum = 0;
  for (let k = 0; k < classes; k++) if (k !== winner) othersSum += Math.exp((z[k] as number) - second);
  return { winner, largest, second, othersSum, odds: othersSum * Math.exp(second - largest) };
}

/** `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])` with p = softmax(z). */
export const softmaxLogisticError: LossArithmetic = {
  value(z, t) {
    const { winner, largest, second, othersSum, odds } = oddsOf(z);
    // exp(z[m]) / sum of all is 1 / (1 + odds), and the others' part of it is odds / (1 + odds).
    const logAll = Math.log1p(odds);
    const logOthers = second - largest + Math.log(othersSum) - logAll;
    let loss = 0;
    for (let k = 0; k < z.length; k++) {
      const target = t[k] as number;
      const logProbability = (z[k] as number) - largest - logAll;
      const logRest = k === winner ? logOthers : Math.log1p(-Math.exp(logProbability));
      // A target of 0 asks nothing of p, and one of 1 nothing of 1 - p, even where that is 0 (a single class).
      if (target !== 0) loss -= target * logProbability;
      if (target !== 1) loss -= (1 - target) * logRest;
    }
    return loss;
  },

  // In the names of the op's docstring: p, r, a, A and m.
  gradient(z, t, _constants, gradient) {
    const { winner, largest, second, othersSum, odds } = oddsOf(z);
    const p = Float64Array.from(z, (logit) => Math.exp(logit - largest) / (1 + odds));
    const a = p.map((probability, k) => {
      const target = t[k] as number;
      return k === winner ? 0 : ((1 - target) * probability) / (1 - probability) - target;
    });
    const sumOfA = a.reduce((sum, each) => sum + each, 0);
    const winnerTarget = t[winner] as number;
    const winnerProbability = p[winner] as number;
    const winnerRest = odds / (1 + odds);
    for (let k = 0; k < z.length; k++) {
      const probability = p[k] as number;
      const r = Math.exp((z[k] as number) - second) / othersSum;
      gradient[k] =
        k === winner
          ? (1 - winnerTarget) * probability - winnerTarget * winnerRest - probability * sumOfA
          : (a[k] as number) -
            probability * sumOfA +
            probability * winnerTarget -
            (1 - winnerTarget) * winnerProbability * r;
    }
  },
};

/** Of each class p, log p and 1 - p, none of them a difference of near numbers. */
function sharesOf(z: FloatArray): readonly { readonly p: number; readonly logP: number; readonly rest: number }[] {
  const { winner, largest, odds } = oddsOf(z);
  const logAll = Math.log1p(odds);
  return Array.from(z, (logit, k) => {
    const p = Math.exp(logit - largest) / (1 + odds);
    return { p, logP: logit - largest - logAll, rest: k === winner ? odds / (1 + odds) : 1 - p };
  });
}

/** `-sum over k of t[k] (1 - p[k])^gamma log p[k]` with p = softmax(z). */
export const softmaxFocal: LossArithmetic = {
  value(z, t, { gamma = 0 }) {
    let loss = 0;
    for (const [k, { logP, rest }] of sharesOf(z).entries()) loss -= (t[k] as number) * rest ** gamma * logP;
    return loss;
  },

  // In the names of the op's docstring: c and C.
  gradient(z, t, { gamma = 0 }, gradient) {
    const shares = sharesOf(z);
    const c = shares.map(({ p, logP, rest }, k) => {
      // log p is -(1 - p) where p goes to 1.
      const ratio = rest === 0 ? -1 : logP / rest;
      return (t[k] as number) * rest ** gamma * (gamma * p * ratio - 1);
    });
    const sum = c.reduce((all, each) => all + each, 0);
    for (const [k, { p, rest }] of shares.entries()) {
      const own = c[k] as number;
      gradient[k] = own * rest - p * (sum - own);
    }
  },
};

/** How far the strongest other class is ahead of the target's, and which it is. */
function rivalOf(y: FloatArray, t: Float64Array): { margin: number; rival: number } {
  let hit = 0;
  let rival = 0;
  const strength = (k: number): number => (1 - (t[k] as number)) * (y[k] as number);
  for (let k = 0; k < y.length; k++) {
    hit += (t[k] as number) * (y[k] as number);
    // NaN is ahead of all.
    if (strength(k) > strength(rival) || Number.isNaN(strength(k))) rival = k;
  }
  return { margin: 1 + strength(rival) - hit, rival };
}

/** `max(0, 1 + max over k of (1 - t[k]) y[k] - sum over k of t[k] y[k])`. */
export const categoricalHinge: LossArithmetic = {
  value: (y, t) => Math.max(0, rivalOf(y, t).margin),
  gradient(y, t, _constants, gradient) {
    const { margin, rival } = rivalOf(y, t);
    for (let k = 0; k < y.length; k++) {
      const target = t[k] as number;
      gradient[k] = margin >= 0 ? (k === rival ? 1 - target : 0) - target : 0;
    }
  },
};
