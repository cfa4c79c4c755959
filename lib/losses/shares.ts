import type { OpName } from '../ops/registry';
import type { Loss } from './contract';
import { checkShare, checkWeights, type LossOptions } from './options';

/** The options of losses on probabilities. */
export interface LogitsOptions extends LossOptions {
  /** Whether the network puts out logits, without an activation of its own at the end. Default: false. */
  readonly fromLogits?: boolean;
}

/** The option of losses that can be told to believe their targets less. */
export interface SmoothingOptions {
  /**
   * From 0 to 1: this share of each target is spread evenly, over all classes, or where each output stands for itself over yes
   * and no. Default: 0.
   */
  readonly labelSmoothing?: number;
}

/** The option of losses that can count classes differently. */
export interface ClassWeightOptions {
  /**
   * One for each class, which its part of every target is multiplied by. With class numbers the mean over samples is divided
   * by the sum of their classes' weights, with rows of shares by the number of samples, both as PyTorch has it. Default: none.
   */
  readonly classWeights?: ArrayLike<number>;
}

/** Targets that are shares: of a class in a sample, or of yes against no. */
export const SHARES = { range: [0, 1] } as const;

type Ends = Readonly<Partial<Record<OpName, string>>>;

const PUT_OUT = 'puts out probabilities: leave out fromLogits';

/** Ends of a network that put out no logits. */
export const NOT_LOGITS: Ends = {
  softmax: `softmax ${PUT_OUT}`,
  sigmoid: `sigmoid ${PUT_OUT}`,
};

const WANTED = 'puts out probabilities, where logarithms of them are expected: end the network in logSoftmax';

/** Ends of a network that put out no logarithms of probabilities. */
export const NOT_LOGARITHMS: Ends = { softmax: `softmax ${WANTED}`, sigmoid: `sigmoid ${WANTED}` };

/** What smoothing and class weights make of a loss over classes. */
export function overClasses(
  smoothing: number,
  classWeights: ArrayLike<number> | undefined,
  option = 'classWeights',
): Pick<Loss, 'classTargets' | 'classWeights'> {
  checkShare('labelSmoothing', smoothing);
  if (classWeights) checkWeights(option, classWeights);
  const weights = classWeights ? Array.from(classWeights) : [];
  if (smoothing === 0 && weights.length === 0) return {};
  return {
    classTargets: ([classes = 1]) => ({ keep: 1 - smoothing, share: smoothing / classes, weights }),
    ...(weights.length > 0 ? { classWeights: weights } : {}),
  };
}

/** What smoothing makes of a loss whose outputs each stand for yes or no. */
export function overYesAndNo(smoothing: number): Pick<Loss, 'classTargets'> {
  checkShare('labelSmoothing', smoothing);
  if (smoothing === 0) return {};
  return { classTargets: () => ({ keep: 1 - smoothing, share: smoothing / 2, weights: [] }) };
}
