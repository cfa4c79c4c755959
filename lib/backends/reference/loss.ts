import type { LossGeometry } from '../../ops/loss';
import type { FloatArray } from '../../tensor/storage';
import type { IndexArray, Kernel } from './kernel';

/** Class numbers, or a row of target values a sample. */
export type Targets = FloatArray | IndexArray;

/** Writes one loss a sample. */
export type LossKernel = Kernel<LossGeometry, [prediction: FloatArray, targets: Targets], [losses: FloatArray]>;

/** Writes the gradient of the batch's mean loss with respect to the prediction. */
export type LossGradKernel = Kernel<LossGeometry, [prediction: FloatArray, targets: Targets], [gradInput: FloatArray]>;

/** The least value of a logarithm of a probability, as in PyTorch's binary cross-entropy. */
const LEAST_LOG = -100;

/** The least divisor of a gradient on probabilities, as in PyTorch's binary cross-entropy. */
const LEAST_DIVISOR = 1e-12;

/** What output k of sample n should be; a class number stands for 1 at its class and 0 elsewhere. */
export function targetOf(targets: Targets, { classes, labels }: LossGeometry, n: number, k: number): number {
  if (labels === 1) return targets[n] === k ? 1 : 0;
  return targets[n * classes + k] as number;
}

/** A loss that is a sum over the outputs, each taken by itself. */
export function summedLoss(term: (prediction: number, target: number) => number): LossKernel {
  return ({ geometry, inputs: [prediction, targets], outputs: [losses], step: { count } }) => {
    const { classes, divisor } = geometry;
    for (let n = 0; n < count; n++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        sum += term(prediction[n * classes + k] as number, targetOf(targets, geometry, n, k));
      }
      losses[n] = sum / divisor;
    }
  };
}

/** The gradient of {@link summedLoss}: the derivative of each term, divided as the loss is, and by the batch's count. */
export function summedLossGrad(derivative: (prediction: number, target: number) => number): LossGradKernel {
  return ({ geometry, inputs: [prediction, targets], outputs: [gradInput], step: { count } }) => {
    const { classes, divisor } = geometry;
    for (let n = 0; n < count; n++) {
      for (let k = 0; k < classes; k++) {
        const at = n * classes + k;
        gradInput[at] = derivative(prediction[at] as number, targetOf(targets, geometry, n, k)) / (count * divisor);
      }
    }
  };
}

/** `sum over k of (y[k] - t[k])^2 / 2`. */
export const squaredError = summedLoss((y, t) => (y - t) ** 2 / 2);

/** `y - t`. */
export const squaredErrorGrad = summedLossGrad((y, t) => y - t);

/** `-sum over k of t[k] log p[k]`. */
export const crossEntropy = summedLoss((p, t) => -t * Math.max(Math.log(p), LEAST_LOG));

/** `-t / p`. */
export const crossEntropyGrad = summedLossGrad((p, t) => -t / Math.max(p, LEAST_DIVISOR));

/** `-sum over k of t[k] log p[k] + (1 - t[k]) log(1 - p[k])`. */
export const logisticError = summedLoss(
  (p, t) => -t * Math.max(Math.log(p), LEAST_LOG) - (1 - t) * Math.max(Math.log1p(-p), LEAST_LOG),
);

/** `(p - t) / (p (1 - p))`. */
export const logisticErrorGrad = summedLossGrad((p, t) => (p - t) / Math.max(p * (1 - p), LEAST_DIVISOR));

/** `sum over k of y[k] t[k]`. */
export const projection = summedLoss((y, t) => y * t);

/** `t`. */
export const projectionGrad = summedLossGrad((_y, t) => t);
