import { type Shape, sizeOf } from '../tensor/shape';
import {
  activationType,
  type GradientContext,
  type Inference,
  type NoAttributes,
  type Op,
  refuse,
  requireInput,
} from './op';
import type { TensorType } from './program';
import type { LossGradName, LossOpName, OpName } from './registry';

/** What a loss may be told. */
export interface LossAttributes {
  /** A sample's loss is divided by this: 1 for the sum over its outputs, the number of outputs for their mean. */
  readonly divisor: number;
  /** Numbers by the names that the op lists, such as `delta`. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** Everything a loss kernel needs to know: this, and the op's constants by their names. */
export type LossGeometry = {
  /** The network's outputs for one sample. */
  readonly classes: number;
  /** 1 where targets are class numbers (and stand for a one-hot vector), 0 where they are values. */
  readonly labels: number;
  readonly divisor: number;
};

/**
 * A loss: one number for each sample, of the network's outputs and the targets. A third input, where there is one, holds the
 * weight of each sample: its share of the step's loss, by which its loss is multiplied. Without it all samples of a step have
 * the same share, 1 / samples. A sample with a weight of 0 takes no part: loss and gradient are 0 whatever its numbers are.
 */
export interface LossOp extends Op<LossAttributes, LossGeometry> {
  readonly name: LossOpName;
}

/** One number a sample. */
const oneEach: TensorType = { shape: [], kind: 'float', batched: true };

/** One number for all samples of a step. */
const ofTheStep: TensorType = { shape: [], kind: 'float', batched: false };

/** How many outputs of a shape there are, and whether their targets are labels: both must fit each other. */
function geometryOf(op: OpName, shape: Shape, targets: TensorType): { classes: number; labels: number } {
  const classes = sizeOf(shape);
  const labels = targets.kind === 'label' ? 1 : 0;
  if (labels === 1 && shape.length !== 1) refuse(op, shape, 'a flat output of one number a class');
  if (labels === 0 && sizeOf(targets.shape) !== classes) refuse(op, targets.shape, `${classes} target values a sample`);
  return { classes, labels };
}

/** The op of a loss whose constants are these, in this order: native/kernels/loss reads them by their place. */
function loss(name: LossOpName, constants: readonly string[] = []): LossOp {
  const gradient: LossGradName = `${name}Grad`;
  return {
    name,
    infer(inputs, { divisor, constants: values = {} }): Inference<LossGeometry> {
      const sizes = geometryOf(name, requireInput(name, inputs, 0).shape, requireInput(name, inputs, 1));
      const geometry: LossGeometry & Record<string, number> = { ...sizes, divisor };
      for (const constant of constants) geometry[constant] = values[constant] ?? 0;
      return { geometry, outputs: [oneEach] };
    },
    gradient(context: GradientContext<LossGeometry>) {
      if (context.needs(0)) context.give(0, gradient, context.inputs, context.geometry);
    },
  };
}

// Below, y (p where it must be a probability, z where it is a logit) is the network's output and t the target, both by
// class or output k; a target that is a class number is 1 at its class and 0 elsewhere.

/** Half the sum of squared errors: `sum over k of (y[k] - t[k])^2 / 2`, gradient `y - t` (the post's error). */
export const squaredError = loss('squaredError');

/** `sum over k of |y[k] - t[k]|`, gradient the sign of y - t, which is 0 for 0. */
export const absoluteError = loss('absoluteError');

/**
 * With e = y - t: `sum over k of e[k]^2 / 2` where |e[k]| <= delta, else `delta (|e[k]| - delta / 2)`; gradient e, no further
 * from 0 than delta. Source: Huber 1964, "Robust estimation of a location parameter", section 6.
 */
export const huber = loss('huber', ['delta']);

/**
 * Cross-entropy on probabilities: `-sum over k of t[k] log p[k]`, logarithms no lower than -100 (as PyTorch's binary
 * cross-entropy has it), gradient `-t / max(p, 1e-12)`.
 */
export const crossEntropy = loss('crossEntropy');

/**
 * Cross-entropy on logits, fused with softmax: `-sum over k of t[k] (z[k] - log sum over j of exp z[j])`, gradient
 * `softmax(z) * sum(t) - t`. Finite for any finite logits: the largest is subtracted first.
 */
export const softmaxCrossEntropy = loss('softmaxCrossEntropy');

/** Cross-entropy on logarithms of probabilities: `-sum over k of t[k] y[k]`, gradient `-t`. */
export const negativeLogLikelihood = loss('negativeLogLikelihood');

/**
 * The logistic error on probabilities: `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])`, logarithms no lower than
 * -100, gradient `(p - t) / max(p (1 - p), 1e-12)` (both as PyTorch's binary cross-entropy has them).
 */
export const logisticError = loss('logisticError');

/**
 * The logistic error on logits, fused with the sigmoid: `sum over k of max(z, 0) - z t + log(1 + exp(-|z|))`, gradient
 * `sigmoid(z) - t`.
 */
export const sigmoidLogisticError = loss('sigmoidLogisticError');

/**
 * The logistic error over softmax outputs, fused with the softmax: the error that the post's final network was trained
 * with. `log p` and `log(1 - p)` come from the logits: for the largest logit, 1 - p is the sum of the others' shares,
 * never a difference. With r the softmax over the other classes, m the class of the largest logit, a[k] = -t[k] +
 * (1 - t[k]) p[k] / (1 - p[k]) and A the sum of a[k] over k != m, the gradient is
 * `(1 - t[m]) p[m] - t[m] (1 - p[m]) - p[m] A` for m and
 * `a[i] - p[i] A + p[i] t[m] - (1 - t[m]) p[m] r[i]` for the others.
 */
export const softmaxLogisticError = loss('softmaxLogisticError');

/**
 * The focal loss on probabilities over classes: `-sum over k of t[k] (1 - p[k])^gamma log p[k]`, gradient
 * `t (gamma (1 - p)^(gamma - 1) log p - (1 - p)^gamma / max(p, 1e-12))`; logarithms no lower than -100. Source: Lin, Goyal,
 * Girshick, He, Dollar 2017, "Focal loss for dense object detection", equation 4, over classes as in its section 3.
 */
export const focal = loss('focal', ['gamma']);

/**
 * The {@link focal} loss on logits, fused with softmax; 1 - p of the largest logit is the sum of the others' shares. With
 * c[k] = t[k] (1 - p[k])^gamma (gamma p[k] log p[k] / (1 - p[k]) - 1) and C the sum of c, the gradient is
 * `c[i] (1 - p[i]) - p[i] (C - c[i])`.
 */
export const softmaxFocal = loss('softmaxFocal', ['gamma']);

/**
 * The focal loss on probabilities, each output by itself. With B the {@link logisticError} of one output, q = p (1 - t) +
 * (1 - p) t how far the probability is off, and a = t positive + (1 - t) negative: `sum over k of a q^gamma B`, gradient
 * `a (q^gamma (p - t) / max(p (1 - p), 1e-12) + gamma q^(gamma - 1) (1 - 2 t) B)`. Source: Lin et al. 2017, "Focal loss for
 * dense object detection", equation 5; with targets between 0 and 1 as torchvision and Keras have them.
 */
export const binaryFocal = loss('binaryFocal', ['gamma', 'positive', 'negative']);

/**
 * The {@link binaryFocal} loss on logits, fused with the sigmoid, B being the {@link sigmoidLogisticError} of one output and
 * 1 - p the sigmoid of -z. Gradient `a q^gamma (p (1 - t) - (1 - p) t + gamma B (1 - 2 t) p (1 - p) / q)`.
 */
export const sigmoidFocal = loss('sigmoidFocal', ['gamma', 'positive', 'negative']);

/**
 * With s = 1 where t > 0, else -1: `sum over k of max(0, 1 - s[k] y[k])`, gradient -s where 1 - s y is at least 0, else 0.
 * Source: Cortes and Vapnik 1995, "Support-vector networks", section 3.
 */
export const hinge = loss('hinge');

/**
 * `max(0, 1 + max over k of (1 - t[k]) y[k] - sum over k of t[k] y[k])`, as Keras has it. Gradient, where the second is at
 * least 0: -t, and 1 - t more for the class of the inner maximum, the first of equal ones. After Crammer and Singer 2001, "On
 * the algorithmic implementation of multiclass kernel-based vector machines", section 3.
 */
export const categoricalHinge = loss('categoricalHinge');

/**
 * The projection of the outputs on the targets, `sum over k of y[k] t[k]`, gradient t: turns any tensor into a number, with
 * a gradient of the caller's choice. Gradient checks are made with it.
 */
export const projection = loss('projection');

/** What {@link negativeEntropy} is told: the shape of the outputs that the targets are for, and the loss's divisor. */
export interface NegativeEntropyAttributes {
  readonly shape: Shape;
  readonly divisor: number;
}

/**
 * `sum over k of t[k] log t[k]`, one number for each sample, which is 0 for class numbers; times the sample's weight, where
 * weights are the second input. Beside a cross-entropy it makes the Kullback-Leibler divergence.
 */
export const negativeEntropy: Op<NegativeEntropyAttributes, LossGeometry> = {
  name: 'negativeEntropy',
  infer(inputs, { shape, divisor }) {
    const sizes = geometryOf('negativeEntropy', shape, requireInput('negativeEntropy', inputs, 0));
    return { geometry: { ...sizes, divisor }, outputs: [oneEach] };
  },
};

/** How the targets of classes are changed before a loss compares them. */
export type TargetChanges = {
  /** What is left of a target. */
  readonly keep: number;
  /** What is added to each. */
  readonly share: number;
  /** What each class's target is then multiplied by; empty where all are 1. */
  readonly weights: readonly number[];
};

/** What {@link classTargets} is told: the changes, and the shape of the outputs that the targets are for. */
export interface ClassTargetsAttributes extends TargetChanges {
  readonly shape: Shape;
}

/** Everything the kernel needs to know. */
export type ClassTargetsGeometry = TargetChanges & { readonly classes: number; readonly labels: number };

/**
 * Rows of targets, `weights[k] (keep t[k] + share)`: smoothed labels and weighted classes, for losses that are sums over
 * targets. Smoothing after Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision", section 7.
 */
export const classTargets: Op<ClassTargetsAttributes, ClassTargetsGeometry> = {
  name: 'classTargets',
  infer(inputs, { shape, keep, share, weights }) {
    const sizes = geometryOf('classTargets', shape, requireInput('classTargets', inputs, 0));
    if (weights.length > 0 && (shape.length !== 1 || weights.length !== sizes.classes)) {
      refuse('classTargets', shape, `a flat output of ${weights.length} numbers, one for each class weight`);
    }
    return { geometry: { ...sizes, keep, share, weights }, outputs: [activationType(shape)] };
  },
};

/** The mean of the samples' losses over the batch. */
export const meanLoss: Op<NoAttributes> = {
  name: 'meanLoss',
  infer(inputs) {
    requireInput('meanLoss', inputs, 0);
    return { geometry: {}, outputs: [ofTheStep] };
  },
};

/** The sum of the samples' losses, which are multiplied by their weights already. */
export const sumLoss: Op<NoAttributes> = {
  name: 'sumLoss',
  infer(inputs) {
    requireInput('sumLoss', inputs, 0);
    return { geometry: {}, outputs: [ofTheStep] };
  },
};

/**
 * The number of samples whose largest output (the first of equal ones) is the target's class; of a single output, a
 * probability, with a target value: whose output and target are both above 0.5, or both not.
 */
export const countCorrect: Op<NoAttributes> = {
  name: 'countCorrect',
  infer(inputs) {
    const { shape } = requireInput('countCorrect', inputs, 0);
    const targets = requireInput('countCorrect', inputs, 1);
    return { geometry: { classes: sizeOf(shape), labels: targets.kind === 'label' ? 1 : 0 }, outputs: [ofTheStep] };
  },
};
