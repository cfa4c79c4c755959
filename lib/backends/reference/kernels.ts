import type { OpName } from '../../ops/registry';
import { accumulate } from './accumulate';
import { averagePool2d, averagePool2dGrad } from './average-pool2d';
import { averageWeights } from './average-weights';
import {
  batchNorm,
  batchNormGradInput,
  batchNormSums,
  batchStatistics,
  followStatistics,
  givenStatistics,
  statisticsRow,
} from './batch-norm';
import { countCorrect, meanLoss, sumLoss } from './batch-summary';
import { addBias, biasGrad } from './bias';
import { clipNorm, clipValue, squaredNorm } from './clip';
import { concat, slice, sliceGrad } from './concat';
import { conv2d, conv2dGradInput, conv2dGradWeight } from './conv2d';
import { custom, customGrad, fromRows, takeGradient, toRows } from './custom';
import { dense, denseGradInput, denseGradWeight } from './dense';
import { dropout } from './dropout';
import { elementwise } from './elementwise';
import { crop2d, zeroPad2d } from './frame';
import { gather, scatter } from './gather';
import { gatherAugmented } from './gather-augmented';
import { groupNorm, groupNormGradGamma, groupNormGradInput } from './group-norm';
import type { AnyKernel } from './kernel';
import { localResponseNorm, localResponseNormGrad } from './local-response-norm';
import { classTargets, lossKernels, negativeEntropy } from './loss';
import { maxNorm } from './max-norm';
import { maxPool2d, maxPool2dGrad } from './max-pool2d';
import { mixTargets, mixup } from './mixup';
import { muon } from './muon';
import { add, multiply } from './pairwise';
import { partialConv2d, partialConv2dGradInput, partialConv2dGradWeight } from './partial-conv2d';
import { prelu, preluGradInput, preluGradTerms } from './prelu';
import { predictedClass, targetRank } from './ranking';
import { reshape } from './reshape';
import { logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from './softmax';
import { adadelta, adagrad, adam, adamax, lion, momentum, nadam, radam, rmsprop, sgd } from './update';
import { weightPenalty, weightPenaltyGrad } from './weight-penalty';

/** The kernel of every op: an op without one does not compile. */
export const kernels: Readonly<Record<OpName, AnyKernel>> = {
  gather,
  scatter,
  conv2d,
  conv2dGradInput,
  conv2dGradWeight,
  biasGrad,
  maxPool2d,
  maxPool2dGrad,
  dense,
  denseGradInput,
  denseGradWeight,
  reshape,
  ...elementwise,
  softmax,
  softmaxGrad,
  logSoftmax,
  logSoftmaxGrad,
  ...lossKernels,
  negativeEntropy,
  classTargets,
  meanLoss,
  sumLoss,
  countCorrect,
  sgd,
  add,
  multiply,
  concat,
  slice,
  sliceGrad,
  averagePool2d,
  averagePool2dGrad,
  zeroPad2d,
  crop2d,
  addBias,
  batchStatistics,
  givenStatistics,
  batchNorm,
  batchNormSums,
  batchNormGradInput,
  statisticsRow,
  followStatistics,
  momentum,
  adagrad,
  adadelta,
  adam,
  adamax,
  nadam,
  radam,
  rmsprop,
  lion,
  toRows,
  fromRows,
  custom,
  customGrad,
  takeGradient,
  partialConv2d,
  partialConv2dGradInput,
  partialConv2dGradWeight,
  weightPenalty,
  weightPenaltyGrad,
  accumulate,
  clipValue,
  squaredNorm,
  clipNorm,
  muon,
  maxNorm,
  averageWeights,
  prelu,
  preluGradInput,
  preluGradTerms,
  predictedClass,
  targetRank,
  dropout,
  groupNorm,
  groupNormGradInput,
  groupNormGradGamma,
  localResponseNorm,
  localResponseNormGrad,
  gatherAugmented,
  mixup,
  mixTargets,
};
