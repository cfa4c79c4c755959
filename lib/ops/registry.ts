/**
 * Every instruction that a program can hold. An op's number in the native encoding is its place in this list; the addon
 * has the same list (native/plan/ops.def), and a test holds the two together.
 */
export const OP_NAMES = [
  'gather',
  'scatter',
  'conv2d',
  'conv2dGradInput',
  'conv2dGradWeight',
  'biasGrad',
  'maxPool2d',
  'maxPool2dGrad',
  'dense',
  'denseGradInput',
  'denseGradWeight',
  'reshape',
  'tanh',
  'tanhGrad',
  'sigmoid',
  'sigmoidGrad',
  'relu',
  'reluGrad',
  'softmax',
  'softmaxGrad',
  'logSoftmax',
  'logSoftmaxGrad',
  'squaredError',
  'squaredErrorGrad',
  'crossEntropy',
  'crossEntropyGrad',
  'softmaxCrossEntropy',
  'softmaxCrossEntropyGrad',
  'logisticError',
  'logisticErrorGrad',
  'sigmoidLogisticError',
  'sigmoidLogisticErrorGrad',
  'softmaxLogisticError',
  'softmaxLogisticErrorGrad',
  'projection',
  'projectionGrad',
  'meanLoss',
  'countCorrect',
  'sgd',
] as const;

/** The name of an instruction. */
export type OpName = (typeof OP_NAMES)[number];
