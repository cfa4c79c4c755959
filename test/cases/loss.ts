import { activation } from '../../lib/layers/activation';
import type { Layer } from '../../lib/layers/layer';
import { binaryCrossEntropy, crossEntropy, type Loss, logisticError, sumOfSquaredErrors } from '../../lib/losses/loss';
import type { OpName } from '../../lib/ops/registry';

/** A loss on what some layers put out. */
export interface LossCase {
  readonly name: string;
  readonly loss: Loss;
  /** What lies between the samples and the loss. */
  readonly layers: readonly Layer[];
  /** The loss op that the compiler must choose. */
  readonly op: OpName;
  /** Whether the loss is on probabilities as they are: samples must then lie between 0 and 1. */
  readonly probabilities: boolean;
}

const linear = [activation('linear')];
const softmax = [activation('softmax')];
const sigmoid = [activation('sigmoid')];

/** Every loss, on every end of a network that it can stand at. */
export const lossCases: readonly LossCase[] = [
  { name: 'sse', loss: sumOfSquaredErrors(), layers: linear, op: 'squaredError', probabilities: false },
  { name: 'sse after softmax', loss: sumOfSquaredErrors(), layers: softmax, op: 'squaredError', probabilities: false },
  { name: 'cross-entropy', loss: crossEntropy(), layers: linear, op: 'crossEntropy', probabilities: true },
  {
    name: 'cross-entropy from logits',
    loss: crossEntropy({ fromLogits: true }),
    layers: linear,
    op: 'softmaxCrossEntropy',
    probabilities: false,
  },
  {
    name: 'cross-entropy fused with softmax',
    loss: crossEntropy(),
    layers: softmax,
    op: 'softmaxCrossEntropy',
    probabilities: false,
  },
  {
    name: 'cross-entropy after sigmoid',
    loss: crossEntropy(),
    layers: sigmoid,
    op: 'crossEntropy',
    probabilities: false,
  },
  { name: 'logistic error', loss: logisticError(), layers: linear, op: 'logisticError', probabilities: true },
  {
    name: 'logistic error from logits',
    loss: logisticError({ fromLogits: true }),
    layers: linear,
    op: 'sigmoidLogisticError',
    probabilities: false,
  },
  {
    name: 'logistic error fused with sigmoid',
    loss: logisticError(),
    layers: sigmoid,
    op: 'sigmoidLogisticError',
    probabilities: false,
  },
  {
    name: 'logistic error fused with softmax',
    loss: logisticError(),
    layers: softmax,
    op: 'softmaxLogisticError',
    probabilities: false,
  },
  {
    name: 'binary cross-entropy',
    loss: binaryCrossEntropy(),
    layers: linear,
    op: 'logisticError',
    probabilities: true,
  },
  {
    name: 'binary cross-entropy fused with softmax',
    loss: binaryCrossEntropy(),
    layers: softmax,
    op: 'softmaxLogisticError',
    probabilities: false,
  },
];
