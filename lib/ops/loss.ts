import { sizeOf } from '../tensor/shape';
import { type GradientContext, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';
import type { OpName } from './registry';

/** What a loss may be told. */
export interface LossAttributes {
  /** A sample's loss is divided by this: 1 for the sum over its outputs, the number of outputs for their mean. */
  readonly divisor: number;
}

/** Everything a loss kernel needs to know. */
export type LossGeometry = {
  /** The network's outputs for one sample. */
  readonly classes: number;
  /** 1 where targets are class numbers (and stand for a one-hot vector), 0 where they are values. */
  readonly labels: number;
  readonly divisor: number;
};

function loss(name: OpName, gradient: OpName): Op<LossAttributes, LossGeometry> {
  return {
    name,
    infer(inputs, { divisor }): Inference<LossGeometry> {
      const { shape } = requireInput(name, inputs, 0);
      const targets = requireInput(name, inputs, 1);
      const classes = sizeOf(shape);
      const labels = targets.kind === 'label' ? 1 : 0;
      if (labels === 1 && shape.length !== 1) refuse(name, shape, 'a flat output of one number a class');
      if (labels === 0 && sizeOf(targets.shape) !== classes)
        refuse(name, targets.shape, `${classes} target values a sample`);
      return { geometry: { classes, labels, divisor }, outputs: [{ shape: [], kind: 'float', batched: true }] };
    },
    gradient(context: GradientContext<LossGeometry>) {
      const [prediction, targets] = context.inputs;
      if (context.needs(0)) context.give(0, gradient, [prediction, targets], context.geometry);
    },
  };
}

/** Half the sum of squared errors: `sum over k of (y[k] - t[k])^2 / 2`, gradient `y - t` (the post's error). */
export const squaredError = loss('squaredError', 'squaredErrorGrad');

/**
 * Cross-entropy on probabilities: `-sum over k of t[k] log p[k]`, logarithms no lower than -100 (as PyTorch's binary
 * cross-entropy has it), gradient `-t / max(p, 1e-12)`.
 */
export const crossEntropy = loss('crossEntropy', 'crossEntropyGrad');

/**
 * Cross-entropy on logits, fused with softmax: `-sum over k of t[k] (z[k] - log sum over j of exp z[j])`, gradient
 * `softmax(z) * sum(t) - t`. Finite for any finite logits: the largest is subtracted first.
 */
export const softmaxCrossEntropy = loss('softmaxCrossEntropy', 'softmaxCrossEntropyGrad');

/**
 * The logistic error on probabilities: `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])`, logarithms no lower than
 * -100, gradient `(p - t) / max(p (1 - p), 1e-12)` (both as PyTorch's binary cross-entropy has them).
 */
export const logisticError = loss('logisticError', 'logisticErrorGrad');

/**
 * The logistic error on logits, fused with the sigmoid: `sum over k of max(z, 0) - z t + log(1 + exp(-|z|))`, gradient
 * `sigmoid(z) - t`.
 */
export const sigmoidLogisticError = loss('sigmoidLogisticError', 'sigmoidLogisticErrorGrad');

/**
 * The logistic error over softmax outputs, fused with the softmax: the error that the post's final network was trained
 * with. `log p` and `log(1 - p)` come from the logits: for the largest logit, 1 - p is the sum of the others' shares,
 * never a difference. With r the softmax over the other classes, m the class of the largest logit, a[k] = -t[k] +
 * (1 - t[k]) p[k] / (1 - p[k]) and A the sum of a[k] over k != m, the gradient is
 * `(1 - t[m]) p[m] - t[m] (1 - p[m]) - p[m] A` for m and
 * `a[i] - p[i] A + p[i] t[m] - (1 - t[m]) p[m] r[i]` for the others.
 */
export const softmaxLogisticError = loss('softmaxLogisticError', 'softmaxLogisticErrorGrad');

/**
 * The projection of the outputs on the targets, `sum over k of y[k] t[k]`, gradient t: turns any tensor into a number, with
 * a gradient of the caller's choice. Gradient checks are made with it.
 */
export const projection = loss('projection', 'projectionGrad');

/** The mean of the samples' losses over the batch. */
export const meanLoss: Op<NoAttributes> = {
  name: 'meanLoss',
  infer(inputs) {
    requireInput('meanLoss', inputs, 0);
    return { geometry: {}, outputs: [{ shape: [], kind: 'float', batched: false }] };
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
    return {
      geometry: { classes: sizeOf(shape), labels: targets.kind === 'label' ? 1 : 0 },
      outputs: [{ shape: [], kind: 'float', batched: false }],
    };
  },
};
