import * as ops from '../ops/loss';
import type { Loss } from './contract';
import { chosen, type LossOptions, lossWith, ofSample } from './options';
import {
  type ClassWeightOptions,
  type LogitsOptions,
  NOT_LOGARITHMS,
  NOT_LOGITS,
  overClasses,
  SHARES,
  type SmoothingOptions,
} from './shares';

/** On what goes into them, a cross-entropy of probabilities and of their logarithms are one. */
const FUSED = { softmax: ops.softmaxCrossEntropy, logSoftmax: ops.softmaxCrossEntropy };

/** The options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends LogitsOptions, SmoothingOptions, ClassWeightOptions {}

/**
 * Cross-entropy over classes, `-sum over k of w[k] t[k] log p[k]`, mean over the batch, with w the class weights. Takes class
 * numbers, or the share of each class. Fused with a softmax at the network's end.
 *
 * Errors: `E_OPTION` for a smoothing outside 0 to 1, for weights below 0, and, when a model is compiled, for another number of
 * weights than of outputs.
 *
 * @example
 * crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 1, 4] });
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const { fromLogits = false, labelSmoothing = 0, classWeights } = options;
  const classes = overClasses(labelSmoothing, classWeights);
  return lossWith(
    'crossEntropy',
    options,
    { fromLogits, labelSmoothing, classWeights: classes.classWeights },
    {
      op: fromLogits ? ops.softmaxCrossEntropy : ops.crossEntropy,
      fused: fromLogits ? {} : FUSED,
      unfit: fromLogits ? NOT_LOGITS : {},
      divisor: ofSample,
      targets: SHARES,
      weightedMean: true,
      ...classes,
    },
  );
}

/** The options of {@link negativeLogLikelihood}. */
export interface NegativeLogLikelihoodOptions extends LossOptions, ClassWeightOptions {}

/**
 * The negative log-likelihood, `-sum over k of w[k] t[k] y[k]`, mean over the batch: the {@link crossEntropy} of a network that
 * puts out logarithms of probabilities, as one that ends in logSoftmax does, with which it is fused. Takes class numbers, or
 * the share of each class.
 * Errors: those of {@link crossEntropy}; `E_OPTION` at the end of a network that puts out probabilities.
 *
 * @example
 * negativeLogLikelihood();
 */
export function negativeLogLikelihood(options: NegativeLogLikelihoodOptions = {}): Loss {
  const classes = overClasses(0, options.classWeights);
  return lossWith(
    'nll',
    options,
    { classWeights: classes.classWeights },
    {
      op: ops.negativeLogLikelihood,
      fused: { logSoftmax: ops.softmaxCrossEntropy },
      unfit: NOT_LOGARITHMS,
      divisor: ofSample,
      targets: SHARES,
      weightedMean: true,
      ...classes,
    },
  );
}

/** The options of {@link klDivergence}. */
export interface KlDivergenceOptions extends LossOptions {
  /** What the network puts out. Default: `probabilities`. */
  readonly from?: 'probabilities' | 'logits' | 'logProbabilities';
}

const KL_OPS = {
  probabilities: ops.crossEntropy,
  logits: ops.softmaxCrossEntropy,
  logProbabilities: ops.negativeLogLikelihood,
} as const;

const KL_UNFIT = { probabilities: {}, logits: NOT_LOGITS, logProbabilities: NOT_LOGARITHMS } as const;

/**
 * The Kullback-Leibler divergence of the outputs from target shares, `sum over k of t[k] (log t[k] - log p[k])`, mean over the
 * batch: the {@link crossEntropy} less what no network can go below, with the same gradient. Takes rows of shares. Fused with a
 * softmax or logSoftmax at the network's end.
 * Error: `E_OPTION`.
 * Source: Kullback and Leibler 1951, "On information and sufficiency", section 2.
 *
 * @example
 * klDivergence({ from: 'logits' });
 */
export function klDivergence(options: KlDivergenceOptions = {}): Loss {
  const { from = 'probabilities' } = options;
  return lossWith(
    'klDivergence',
    options,
    { from },
    {
      op: chosen('from', KL_OPS, from),
      fused: from === 'logits' ? {} : FUSED,
      unfit: KL_UNFIT[from],
      divisor: ofSample,
      targets: { ...SHARES, labels: false },
      lessEntropy: true,
    },
  );
}
