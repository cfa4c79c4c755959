import type { ClassTargetsGeometry, LossGeometry } from '../../ops/loss';
import { LOSS_OPS, type LossGradName, type LossOpName } from '../../ops/registry';
import type { FloatArray } from '../../tensor/storage';
import {
  absoluteError,
  binaryFocal,
  crossEntropy,
  focal,
  hinge,
  huber,
  logisticError,
  negativeLogLikelihood,
  projection,
  sigmoidFocal,
  sigmoidLogisticError,
  squaredError,
} from './elementwise-loss';
import type { IndexArray, Kernel } from './kernel';
import type { LossArithmetic } from './loss-arithmetic';
import { categoricalHinge, softmaxCrossEntropy, softmaxFocal, softmaxLogisticError } from './row-loss';

/** The arithmetic of every loss: one without does not compile. */
const ARITHMETIC: Readonly<Record<LossOpName, LossArithmetic>> = {
  squaredError,
  absoluteError,
  huber,
  crossEntropy,
  softmaxCrossEntropy,
  negativeLogLikelihood,
  logisticError,
  sigmoidLogisticError,
  softmaxLogisticError,
  focal,
  softmaxFocal,
  binaryFocal,
  sigmoidFocal,
  hinge,
  categoricalHinge,
  projection,
};

/** Class numbers, or a row of target values a sample. */
export type Targets = FloatArray | IndexArray;

type LossInputs = [outputs: FloatArray, targets: Targets, weights: FloatArray | undefined];

/** Writes one loss a sample. */
type LossKernel = Kernel<LossGeometry, LossInputs, [losses: FloatArray]>;

/** Writes the gradient of the step's loss with respect to the outputs. */
type LossGradKernel = Kernel<LossGeometry, LossInputs, [gradInput: FloatArray]>;

/** Writes what the outputs of sample n should be; a class number stands for 1 at its class and 0 elsewhere. */
function readTargets(
  targets: Targets,
  { classes, labels }: { readonly classes: number; readonly labels: number },
  n: number,
  row: Float64Array,
): void {
  for (let k = 0; k < classes; k++) {
    row[k] = labels === 1 ? (targets[n] === k ? 1 : 0) : (targets[n * classes + k] as number);
  }
}

function lossKernel({ value }: LossArithmetic): LossKernel {
  return ({ geometry, inputs: [outputs, targets, weights], outputs: [losses], step: { count } }) => {
    const { classes, divisor } = geometry;
    const row = new Float64Array(classes);
    for (let n = 0; n < count; n++) {
      const weight = weights?.[n] ?? 1;
      readTargets(targets, geometry, n, row);
      const y = outputs.subarray(n * classes, (n + 1) * classes);
      losses[n] = weight === 0 ? 0 : (weight * value(y, row, geometry)) / divisor;
    }
  };
}

function gradientKernel({ gradient }: LossArithmetic): LossGradKernel {
  return ({ geometry, inputs: [outputs, targets, weights], outputs: [gradInput], step: { count } }) => {
    const { classes, divisor } = geometry;
    const row = new Float64Array(classes);
    const result = new Float64Array(classes);
    for (let n = 0; n < count; n++) {
      const scale = (weights?.[n] ?? 1 / count) / divisor;
      readTargets(targets, geometry, n, row);
      gradient(outputs.subarray(n * classes, (n + 1) * classes), row, geometry, result);
      for (let k = 0; k < classes; k++) {
        gradInput[n * classes + k] = scale === 0 ? 0 : scale * (result[k] as number);
      }
    }
  };
}

/** The kernels of all losses and of their gradients. */
export const lossKernels = Object.fromEntries(
  LOSS_OPS.flatMap((name) => [
    [name, lossKernel(ARITHMETIC[name])],
    [`${name}Grad`, gradientKernel(ARITHMETIC[name])],
  ]),
) as Readonly<Record<LossOpName, LossKernel> & Record<LossGradName, LossGradKernel>>;

/** `sum over k of t[k] log t[k]`. */
export const negativeEntropy: Kernel<LossGeometry, [targets: Targets, weights: FloatArray | undefined]> = ({
  geometry,
  inputs: [targets, weights],
  outputs: [entropies],
  step: { count },
}) => {
  const row = new Float64Array(geometry.classes);
  for (let n = 0; n < count; n++) {
    readTargets(targets, geometry, n, row);
    const sum = row.reduce((before, t) => (t === 0 ? before : before + t * Math.log(t)), 0);
    const weight = weights?.[n] ?? 1;
    entropies[n] = weight === 0 ? 0 : (weight * sum) / geometry.divisor;
  }
};

/** `weights[k] (keep t[k] + share)`. */
export const classTargets: Kernel<ClassTargetsGeometry, [targets: Targets]> = ({
  geometry,
  inputs: [targets],
  outputs: [rows],
  step: { count },
}) => {
  const { classes, keep, share, weights } = geometry;
  const row = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    readTargets(targets, geometry, n, row);
    for (const [k, target] of row.entries()) rows[n * classes + k] = (weights[k] ?? 1) * (keep * target + share);
  }
};
