import { activation } from '../../lib/layers/activation';
import type { Layer } from '../../lib/layers/layer';
import {
  binaryCrossEntropy,
  binaryFocalLoss,
  categoricalHinge,
  crossEntropy,
  focalLoss,
  hinge,
  huber,
  klDivergence,
  type Loss,
  logisticError,
  meanAbsoluteError,
  meanSquaredError,
  negativeLogLikelihood,
  sumOfSquaredErrors,
} from '../../lib/losses/loss';
import type { LossOpName } from '../../lib/ops/registry';
import { normals, randomLabels, uniforms } from '../support/random';

/** How targets are given to a loss. */
export type TargetsGiven = 'classes' | 'values';

/** A loss on what some layers put out. */
export interface LossCase {
  readonly name: string;
  readonly loss: Loss;
  /** What lies between the samples and the loss. */
  readonly layers: readonly Layer[];
  /** The loss op that the compiler must choose. */
  readonly op: LossOpName;
  /** What the loss takes of the samples as they are: samples must then be that. */
  readonly samples: 'anything' | 'probabilities' | 'logProbabilities';
}

const linear = [activation('linear')];
const ends = {
  softmax: [activation('softmax')],
  sigmoid: [activation('sigmoid')],
  logSoftmax: [activation('logSoftmax')],
};

/** On samples as they are. */
const on = (samples: LossCase['samples'], name: string, op: LossOpName, loss: Loss): LossCase => ({
  name: samples === 'anything' ? name : `${name} on ${samples}`,
  loss,
  op,
  layers: linear,
  samples,
});

/** At the end of a network. */
const after = (end: keyof typeof ends, name: string, op: LossOpName, loss: Loss): LossCase => ({
  name: `${name} after ${end}`,
  loss,
  op,
  layers: ends[end],
  samples: 'anything',
});

const logits = { fromLogits: true };
/** The weights of five classes. */
const five = [0.5, 2, 0, 1, 1.5];
const smooth = { labelSmoothing: 0.2 };

/** Every loss, on every end of a network that it can stand at. */
export const lossCases: readonly LossCase[] = [
  on('anything', 'sse', 'squaredError', sumOfSquaredErrors()),
  after('softmax', 'sse', 'squaredError', sumOfSquaredErrors()),
  on('anything', 'mse', 'squaredError', meanSquaredError()),
  on('anything', 'summed mse', 'squaredError', meanSquaredError({ reduction: 'sum' })),
  on('anything', 'mae', 'absoluteError', meanAbsoluteError()),
  on('anything', 'huber', 'huber', huber()),
  on('anything', 'huber of delta 0.7', 'huber', huber({ delta: 0.7 })),
  on('probabilities', 'cross-entropy', 'crossEntropy', crossEntropy()),
  on('anything', 'cross-entropy from logits', 'softmaxCrossEntropy', crossEntropy(logits)),
  after('softmax', 'cross-entropy', 'softmaxCrossEntropy', crossEntropy()),
  after('logSoftmax', 'cross-entropy', 'softmaxCrossEntropy', crossEntropy()),
  after('sigmoid', 'cross-entropy', 'crossEntropy', crossEntropy()),
  after('softmax', 'smoothed cross-entropy', 'softmaxCrossEntropy', crossEntropy(smooth)),
  after('softmax', 'weighted cross-entropy', 'softmaxCrossEntropy', crossEntropy({ classWeights: five })),
  on('probabilities', 'weighted cross-entropy', 'crossEntropy', crossEntropy({ classWeights: five, ...smooth })),
  after('softmax', 'summed cross-entropy', 'softmaxCrossEntropy', crossEntropy({ ...smooth, reduction: 'sum' })),
  on('logProbabilities', 'nll', 'negativeLogLikelihood', negativeLogLikelihood()),
  on('logProbabilities', 'weighted nll', 'negativeLogLikelihood', negativeLogLikelihood({ classWeights: five })),
  after('logSoftmax', 'nll', 'softmaxCrossEntropy', negativeLogLikelihood()),
  on('probabilities', 'klDivergence', 'crossEntropy', klDivergence()),
  on('logProbabilities', 'klDivergence', 'negativeLogLikelihood', klDivergence({ from: 'logProbabilities' })),
  on('anything', 'klDivergence from logits', 'softmaxCrossEntropy', klDivergence({ from: 'logits' })),
  after('softmax', 'klDivergence', 'softmaxCrossEntropy', klDivergence()),
  after('logSoftmax', 'klDivergence', 'softmaxCrossEntropy', klDivergence({ from: 'logProbabilities' })),
  on('probabilities', 'logistic error', 'logisticError', logisticError()),
  on('anything', 'logistic error from logits', 'sigmoidLogisticError', logisticError(logits)),
  after('sigmoid', 'logistic error', 'sigmoidLogisticError', logisticError()),
  after('softmax', 'logistic error', 'softmaxLogisticError', logisticError()),
  on('probabilities', 'binary cross-entropy', 'logisticError', binaryCrossEntropy()),
  after('softmax', 'binary cross-entropy', 'softmaxLogisticError', binaryCrossEntropy()),
  after('sigmoid', 'smoothed binary cross-entropy', 'sigmoidLogisticError', binaryCrossEntropy(smooth)),
  on('probabilities', 'focal loss', 'focal', focalLoss()),
  on('anything', 'focal loss from logits', 'softmaxFocal', focalLoss({ ...logits, gamma: 0.5 })),
  after('softmax', 'focal loss', 'softmaxFocal', focalLoss({ alpha: five, ...smooth })),
  after('softmax', 'focal loss of gamma 0', 'softmaxFocal', focalLoss({ gamma: 0 })),
  on('probabilities', 'binary focal loss', 'binaryFocal', binaryFocalLoss({ alpha: 0.25 })),
  on('probabilities', 'binary focal loss of gamma 0.5', 'binaryFocal', binaryFocalLoss({ gamma: 0.5 })),
  on('anything', 'binary focal loss from logits', 'sigmoidFocal', binaryFocalLoss({ ...logits, gamma: 0.5 })),
  after('sigmoid', 'binary focal loss', 'sigmoidFocal', binaryFocalLoss({ alpha: 0.25, ...smooth })),
  on('anything', 'hinge', 'hinge', hinge()),
  on('anything', 'categorical hinge', 'categoricalHinge', categoricalHinge()),
];

/** The ways in which a case can be given its targets. */
function targetsGiven({ loss }: LossCase): readonly TargetsGiven[] {
  return loss.targets?.labels === false ? ['values'] : ['classes', 'values'];
}

/** Each loss with each kind of targets. */
export const lossCasesWithTargets = lossCases.flatMap((lossCase) =>
  targetsGiven(lossCase).map((kind) => ({ ...lossCase, kind })),
);

/** What a loss is measured on. */
export interface LossSamples {
  readonly outputs: number;
  readonly x: Float64Array;
  readonly targets: ArrayLike<number>;
  /** Some of them 0. */
  readonly sampleWeights: Float64Array;
}

/** Numbers for a case: of `outputs` outputs, or of as many as it has class weights. */
export function drawLoss(
  { samples, loss, kind }: LossCase & { readonly kind: TargetsGiven },
  batch: number,
  wantedOutputs: number,
  seed: number,
): LossSamples {
  const outputs = loss.classWeights?.length ?? wantedOutputs;
  const size = batch * outputs;
  const shares = uniforms(size, 0.05, 0.95, seed);
  const x = {
    anything: normals(size, seed),
    probabilities: shares,
    logProbabilities: shares.map((share) => Math.fround(Math.log(share))),
  }[samples];
  const values = uniforms(size, 0, 1, seed + 1);
  const rows = loss.targets?.only ? values.map((value) => (value < 0.5 ? -1 : 1)) : values;
  return {
    outputs,
    x,
    targets: kind === 'classes' ? randomLabels(batch, outputs, seed + 1) : rows,
    sampleWeights: uniforms(batch, -1, 3, seed + 2).map((weight) => Math.max(weight, 0)),
  };
}
