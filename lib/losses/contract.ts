import type { LossOp, TargetChanges } from '../ops/loss';
import type { OpName } from '../ops/registry';
import type { Shape } from '../tensor/shape';

/** A loss's name with its options, as JSON. */
export interface LossDescription {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** What a loss's targets must be. */
export interface TargetRule {
  /** Whether class numbers will do, each of which stands for a row of zeros with a 1 at the class. Default: true. */
  readonly labels?: boolean;
  /** The least and the greatest value of a target. Default: any value. */
  readonly range?: readonly [least: number, greatest: number];
  /** The only values that there may be. */
  readonly only?: readonly number[];
}

/**
 * What a network is trained to make small. Where the network ends in an activation that the loss can be fused with, the
 * loss takes what goes into that activation, which is exact where the activation's own value rounds to 0 or 1.
 */
export interface Loss {
  readonly name: string;
  /** Its name, with the options that it was made with, if any: what files keep, and what `toLoss` makes it of again. */
  readonly config?: string | LossDescription;
  /** The op on the network's output. */
  readonly op: LossOp;
  /** By the network's last op: the op on that op's input which means the same. */
  readonly fused: Readonly<Partial<Record<OpName, LossOp>>>;
  /** By the network's last op: why the loss cannot be meant for what it puts out, and what to do. */
  readonly unfit?: Readonly<Partial<Record<OpName, string>>>;
  /** Numbers of the op's own, by their names. */
  readonly constants?: Readonly<Record<string, number>>;
  /** By what a sample's loss is divided, given the number of outputs. */
  divisor(outputs: number): number;
  /** Whether the loss of some samples is the mean of theirs, or their sum. Default: `mean`. */
  readonly reduction?: 'mean' | 'sum';
  readonly targets?: TargetRule;
  /** How targets are changed before they are compared with an output of that shape. Default: not at all. */
  classTargets?(outputShape: Shape): TargetChanges;
  /** The weight of each class, where there are weights. */
  readonly classWeights?: readonly number[];
  /** Whether, of class numbers, the mean is divided by the sum of the samples' class weights, not by their number. */
  readonly weightedMean?: boolean;
  /** Whether the entropy of the targets is taken away from the loss. */
  readonly lessEntropy?: boolean;
}
