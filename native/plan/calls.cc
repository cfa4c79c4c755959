// One small function an op: fetches operands from the slice and calls the kernel.
#include "plan/calls.h"

#include "plan/batch_norm.h"

#include <string.h>

namespace laminet {
namespace {

const float* packed(const Call& call, const Slice& slice) { return slice.packed + call.weight; }

// This part's range of a tensor of so many elements, in floats: whole vectors of 16.
Share floatsOf(const Call& call, const Slice& slice, int64_t elements) {
  const Share vectors = shareOf(slice.part, (elements * call.lanes + 15) / 16);
  return {vectors.begin * 16, vectors.end * 16};
}

// Null for other ops.
Activation activationOf(const KernelTable& kernels, Op op) {
  switch (op) {
    case Op::tanh: return kernels.activation->tanh;
    case Op::sigmoid: return kernels.activation->sigmoid;
    case Op::relu: return kernels.activation->relu;
    default: return nullptr;
  }
}

void gather(const Call& call, Slice& slice) {
  const GatherGeometry& g = call.geometry.gather;
  const GatherKernels& kernels = *call.kernels->gather;
  if (g.bytes) {
    kernels.bytes(g, slice.part, static_cast<const uint8_t*>(slice.buffers->samples), slice.indices, slice.samples,
                  outputOf(call, slice));
  } else {
    kernels.floats(g, slice.part, static_cast<const float*>(slice.buffers->samples), slice.indices, slice.samples,
                   outputOf(call, slice));
  }
}

void scatter(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  call.kernels->gather->scatter(elements, inputOf(call, slice, 0), slice.samples,
                                slice.buffers->results[call.result] + slice.row * elements);
}

void conv2d(const Call& call, Slice& slice) {
  call.kernels->conv2d->forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packed(call, slice),
                                biasOf(call, slice), outputOf(call, slice));
}

void conv2dPool(const Call& call, Slice& slice) {
  call.kernels->conv2dPool->forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packed(call, slice),
                                    biasOf(call, slice), activationOf(*call.kernels, call.fusion.activation),
                                    outputOf(call, slice), reinterpret_cast<uint8_t*>(outputOf(call, slice, 1)));
}

void conv2dPoolGradInput(const Call& call, Slice& slice) {
  const auto* winners = reinterpret_cast<const uint8_t*>(inputOf(call, slice, 2));
  call.kernels->conv2dPool->gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), winners,
                                      packed(call, slice), outputOf(call, slice));
}

void conv2dPoolGradWeight(const Call& call, Slice& slice) {
  const auto* winners = reinterpret_cast<const uint8_t*>(inputOf(call, slice, 2));
  call.kernels->conv2dPool->gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), winners,
                                       inputOf(call, slice, 1), floatsAt(slice, call.scratch), gradientOf(call, slice));
}

void conv2dGradInput(const Call& call, Slice& slice) {
  call.kernels->conv2d->gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packed(call, slice),
                                  outputOf(call, slice));
}

void conv2dGradWeight(const Call& call, Slice& slice) {
  call.kernels->conv2d->gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                   floatsAt(slice, call.scratch), gradientOf(call, slice));
}

void dense(const Call& call, Slice& slice) {
  call.kernels->dense->forward(call.geometry.dense, slice.part, inputOf(call, slice, 0), packed(call, slice),
                               biasOf(call, slice), outputOf(call, slice));
}

void denseGradInput(const Call& call, Slice& slice) {
  call.kernels->dense->gradInput(call.geometry.dense, slice.part, inputOf(call, slice, 0), packed(call, slice),
                                 outputOf(call, slice));
}

// The product itself is done in the second stage.
void denseGradWeight(const Call& call, Slice& slice) {
  const DenseKernels& kernels = *call.kernels->dense;
  const DenseGeometry& g = call.geometry.dense;
  const int64_t gradients = static_cast<int64_t>(g.outputs) * kSliceSamples;
  kernels.keepInputs(g, inputOf(call, slice, 1), slice.kept + call.keptInputs + slice.number * kernels.keptInputs(g));
  memcpy(slice.kept + call.keptGradients + slice.number * gradients, inputOf(call, slice, 0),
         static_cast<size_t>(gradients) * sizeof(float));
}

void biasGrad(const Call& call, Slice& slice) {
  call.kernels->activation->channelSums(call.geometry.channels, slice.part, inputOf(call, slice, 0),
                                        gradientOf(call, slice));
}

void addBias(const Call& call, Slice& slice) {
  call.kernels->pairwise->addBias(call.geometry.channels, call.lanes, slice.part, inputOf(call, slice, 0),
                                  biasOf(call, slice), outputOf(call, slice));
}

void maxPool2d(const Call& call, Slice& slice) {
  call.kernels->maxPool2d->forward(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0), outputOf(call, slice),
                                   outputOf(call, slice, 1));
}

void maxPool2dGrad(const Call& call, Slice& slice) {
  call.kernels->maxPool2d->gradInput(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0),
                                     inputOf(call, slice, 1), outputOf(call, slice));
}

void averagePool2d(const Call& call, Slice& slice) {
  const AveragePool2dKernels& kernels = *call.kernels->averagePool2d;
  const auto function = call.op == Op::averagePool2d ? kernels.forward : kernels.gradInput;
  function(call.geometry.averagePool2d, slice.part, inputOf(call, slice, 0), outputOf(call, slice));
}

// Input and output are the same memory.
void reshape(const Call&, Slice&) {}

void activation(const Call& call, Slice& slice) {
  const Activation function = activationOf(*call.kernels, call.op);
  const Share own = floatsOf(call, slice, call.geometry.elements);
  function(own.end - own.begin, inputOf(call, slice, 0) + own.begin, outputOf(call, slice) + own.begin);
}

void activationGrad(const Call& call, Slice& slice) {
  const ActivationKernels& kernels = *call.kernels->activation;
  const auto function = call.op == Op::tanhGrad      ? kernels.tanhGrad
                        : call.op == Op::sigmoidGrad ? kernels.sigmoidGrad
                                                     : kernels.reluGrad;
  const Share own = floatsOf(call, slice, call.geometry.elements);
  function(own.end - own.begin, inputOf(call, slice, 0) + own.begin, inputOf(call, slice, 1) + own.begin,
           outputOf(call, slice) + own.begin);
}

void pairwise(const Call& call, Slice& slice) {
  const PairwiseKernels& kernels = *call.kernels->pairwise;
  const Share own = floatsOf(call, slice, call.geometry.elements);
  const auto function = call.op == Op::add ? kernels.add : kernels.multiply;
  function(own.end - own.begin, inputOf(call, slice, 0) + own.begin, inputOf(call, slice, 1) + own.begin,
           outputOf(call, slice) + own.begin);
}

// This part's share of copying so many elements, or of setting them to 0.
void copyPart(const Call& call, const Slice& slice, int64_t elements, const float* from, float* to) {
  const Share own = shareOf(slice.part, elements * call.lanes);
  memcpy(to + own.begin, from + own.begin, static_cast<size_t>(own.end - own.begin) * sizeof(float));
}

void clearPart(const Call& call, const Slice& slice, int64_t elements, float* to) {
  const Share own = shareOf(slice.part, elements * call.lanes);
  memset(to + own.begin, 0, static_cast<size_t>(own.end - own.begin) * sizeof(float));
}

void concat(const Call& call, Slice& slice) {
  const ConcatGeometry& g = call.geometry.concat;
  copyPart(call, slice, g.first, inputOf(call, slice, 0), outputOf(call, slice));
  copyPart(call, slice, g.second, inputOf(call, slice, 1), outputOf(call, slice) + int64_t{g.first} * call.lanes);
}

void takeSlice(const Call& call, Slice& slice) {
  const SliceGeometry& g = call.geometry.slice;
  copyPart(call, slice, g.length, inputOf(call, slice, 0) + int64_t{g.begin} * call.lanes, outputOf(call, slice));
}

void takeSliceGrad(const Call& call, Slice& slice) {
  const SliceGeometry& g = call.geometry.slice;
  const int64_t end = int64_t{g.begin} + g.length;
  float* gradInput = outputOf(call, slice);
  clearPart(call, slice, g.begin, gradInput);
  copyPart(call, slice, g.length, inputOf(call, slice, 0), gradInput + int64_t{g.begin} * call.lanes);
  clearPart(call, slice, g.elements - end, gradInput + end * call.lanes);
}

void copyFloats(const float* from, int64_t count, float* to) {
  memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
}

void clearFloats(int64_t count, float* to) { memset(to, 0, static_cast<size_t>(count) * sizeof(float)); }

void zeroPad2d(const Call& call, Slice& slice) {
  const FrameGeometry& g = call.geometry.frame;
  const int64_t row = int64_t{g.width} * call.lanes;
  const int64_t left = int64_t{g.left} * call.lanes;
  const int64_t right = int64_t{g.right} * call.lanes;
  const int64_t whole = left + row + right;
  const Share own = shareOf(slice.part, g.channels);
  const float* from = inputOf(call, slice, 0) + own.begin * g.height * row;
  float* to = outputOf(call, slice) + own.begin * (int64_t{g.top} + g.height + g.bottom) * whole;
  for (int64_t c = own.begin; c < own.end; c++) {
    clearFloats(g.top * whole, to);
    to += g.top * whole;
    for (int32_t y = 0; y < g.height; y++) {
      clearFloats(left, to);
      copyFloats(from, row, to + left);
      clearFloats(right, to + left + row);
      from += row;
      to += whole;
    }
    clearFloats(g.bottom * whole, to);
    to += g.bottom * whole;
  }
}

void crop2d(const Call& call, Slice& slice) {
  const FrameGeometry& g = call.geometry.frame;
  const int64_t row = int64_t{g.width} * call.lanes;
  const int64_t whole = (int64_t{g.left} + g.width + g.right) * call.lanes;
  const int64_t plane = (int64_t{g.top} + g.height + g.bottom) * whole;
  const Share own = shareOf(slice.part, g.channels);
  float* to = outputOf(call, slice) + own.begin * g.height * row;
  for (int64_t c = own.begin; c < own.end; c++) {
    const float* from = inputOf(call, slice, 0) + c * plane + g.top * whole + int64_t{g.left} * call.lanes;
    for (int32_t y = 0; y < g.height; y++) {
      copyFloats(from, row, to);
      from += whole;
      to += row;
    }
  }
}

const float* parameter(const Call& call, const Slice& slice, int input) {
  return call.parameters[input] < 0 ? nullptr : slice.buffers->parameters + call.parameters[input];
}

// The mean and the variance of every channel: given ones, or those of the step.
const float* meanOf(const Call& call, const Slice& slice, int input) {
  return call.mean >= 0 ? slice.buffers->parameters + call.mean : inputOf(call, slice, input);
}

const float* varianceOf(const Call& call, const Slice& slice, int input) {
  if (call.variance >= 0) return slice.buffers->parameters + call.variance;
  return inputOf(call, slice, input) + call.geometry.batchNorm.channels;
}

float* partialsOf(const Call& call, const Slice& slice) {
  return floatsAt(slice, call.partials) + slice.number * 2 * call.geometry.batchNorm.channels;
}

void batchStatistics(const Call& call, Slice& slice) {
  call.kernels->batchNorm->statistics(call.geometry.batchNorm, slice.part, slice.samples, inputOf(call, slice, 0),
                                      partialsOf(call, slice));
}

void batchNorm(const Call& call, Slice& slice) {
  call.kernels->batchNorm->normalize(call.geometry.batchNorm, slice.part, inputOf(call, slice, 0),
                                     meanOf(call, slice, 1), varianceOf(call, slice, 1), parameter(call, slice, 2),
                                     parameter(call, slice, 3), outputOf(call, slice));
}

void batchNormSums(const Call& call, Slice& slice) {
  call.kernels->batchNorm->sums(call.geometry.batchNorm, slice.part, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                meanOf(call, slice, 2), varianceOf(call, slice, 2), partialsOf(call, slice));
}

void batchNormGradInput(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float count = static_cast<float>(slice.stepSamples) * static_cast<float>(g.pixels);
  call.kernels->batchNorm->gradInput(g, slice.part, slice.samples, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                     meanOf(call, slice, 2), varianceOf(call, slice, 2),
                                     g.frozen ? nullptr : inputOf(call, slice, 3), count, parameter(call, slice, 4),
                                     outputOf(call, slice));
}

void softmax(const Call& call, Slice& slice) {
  const ActivationKernels& kernels = *call.kernels->activation;
  const auto function = call.op == Op::softmax ? kernels.softmax : kernels.logSoftmax;
  function(call.geometry.channels, inputOf(call, slice, 0), outputOf(call, slice));
}

void softmaxGrad(const Call& call, Slice& slice) {
  const ActivationKernels& kernels = *call.kernels->activation;
  const auto function = call.op == Op::softmaxGrad ? kernels.softmaxGrad : kernels.logSoftmaxGrad;
  function(call.geometry.channels, inputOf(call, slice, 0), inputOf(call, slice, 1), outputOf(call, slice));
}

const LossPair& lossPair(const Call& call) {
  const LossKernels& kernels = *call.kernels->loss;
  switch (call.op) {
    case Op::squaredError:
    case Op::squaredErrorGrad: return kernels.squaredError;
    case Op::crossEntropy:
    case Op::crossEntropyGrad: return kernels.crossEntropy;
    case Op::softmaxCrossEntropy:
    case Op::softmaxCrossEntropyGrad: return kernels.softmaxCrossEntropy;
    case Op::logisticError:
    case Op::logisticErrorGrad: return kernels.logisticError;
    case Op::sigmoidLogisticError:
    case Op::sigmoidLogisticErrorGrad: return kernels.sigmoidLogisticError;
    case Op::softmaxLogisticError:
    case Op::softmaxLogisticErrorGrad: return kernels.softmaxLogisticError;
    default: return kernels.projection;
  }
}

void loss(const Call& call, Slice& slice) {
  lossPair(call).loss(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), outputOf(call, slice));
}

void lossGrad(const Call& call, Slice& slice) {
  // The loss is the mean over the step's samples; lanes without a sample take no part.
  alignas(64) float scale[kSliceSamples];
  const float share = 1.0f / (static_cast<float>(slice.stepSamples) * call.geometry.loss.divisor);
  for (int32_t n = 0; n < kSliceSamples; n++) scale[n] = n < slice.samples ? share : 0.0f;
  lossPair(call).gradient(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), scale,
                          outputOf(call, slice));
}

// The sum over the slice's samples, by the fixed tree.
double sumSamples(const Call& call, const float* values, int32_t samples) {
  alignas(64) float lanes[kSliceSamples];
  for (int32_t n = 0; n < kSliceSamples; n++) lanes[n] = n < samples ? values[n] : 0.0f;
  return call.kernels->loss->sumLanes(lanes);
}

void meanLoss(const Call& call, Slice& slice) {
  *slice.loss = sumSamples(call, inputOf(call, slice, 0), slice.samples);
}

void countCorrect(const Call& call, Slice& slice) {
  alignas(64) float correct[kSliceSamples];
  call.kernels->loss->correct(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), correct);
  *slice.correct = sumSamples(call, correct, slice.samples);
}

}  // namespace

void gatherTargets(const Call& call, Slice& slice) {
  float* rows = outputOf(call, slice);
  const RunBuffers& buffers = *slice.buffers;
  const int64_t elements = call.outputElements[0];
  for (int32_t n = 0; n < call.lanes; n++) {
    const bool used = n < slice.samples;
    if (call.targets == TargetKind::classes) {
      rows[n] = used ? static_cast<float>(buffers.labels[slice.indices[n]]) : 0.0f;
      continue;
    }
    const float* from = used ? buffers.values + slice.indices[n] * elements : nullptr;
    for (int64_t e = 0; e < elements; e++) rows[e * call.lanes + n] = used ? from[e] : 0.0f;
  }
}

CallFunction callFunction(Op op, bool isDense) {
  switch (op) {
    case Op::gather: return gather;
    case Op::scatter: return scatter;
    case Op::conv2d: return isDense ? dense : conv2d;
    case Op::conv2dGradInput: return isDense ? denseGradInput : conv2dGradInput;
    case Op::conv2dGradWeight: return isDense ? denseGradWeight : conv2dGradWeight;
    case Op::biasGrad: return biasGrad;
    case Op::addBias: return addBias;
    case Op::maxPool2d: return maxPool2d;
    case Op::maxPool2dGrad: return maxPool2dGrad;
    case Op::averagePool2d:
    case Op::averagePool2dGrad: return averagePool2d;
    case Op::zeroPad2d: return zeroPad2d;
    case Op::crop2d: return crop2d;
    case Op::dense: return dense;
    case Op::denseGradInput: return denseGradInput;
    case Op::denseGradWeight: return denseGradWeight;
    case Op::reshape: return reshape;
    case Op::tanh:
    case Op::sigmoid:
    case Op::relu: return activation;
    case Op::tanhGrad:
    case Op::sigmoidGrad:
    case Op::reluGrad: return activationGrad;
    case Op::softmax:
    case Op::logSoftmax: return softmax;
    case Op::softmaxGrad:
    case Op::logSoftmaxGrad: return softmaxGrad;
    case Op::squaredError:
    case Op::crossEntropy:
    case Op::softmaxCrossEntropy:
    case Op::logisticError:
    case Op::sigmoidLogisticError:
    case Op::softmaxLogisticError:
    case Op::projection: return loss;
    case Op::squaredErrorGrad:
    case Op::crossEntropyGrad:
    case Op::softmaxCrossEntropyGrad:
    case Op::logisticErrorGrad:
    case Op::sigmoidLogisticErrorGrad:
    case Op::softmaxLogisticErrorGrad:
    case Op::projectionGrad: return lossGrad;
    case Op::meanLoss: return meanLoss;
    case Op::countCorrect: return countCorrect;
    case Op::add:
    case Op::multiply: return pairwise;
    case Op::concat: return concat;
    case Op::slice: return takeSlice;
    case Op::sliceGrad: return takeSliceGrad;
    case Op::batchStatistics: return batchStatistics;
    case Op::batchNorm: return batchNorm;
    case Op::batchNormSums: return batchNormSums;
    case Op::batchNormGradInput: return batchNormGradInput;
    case Op::statisticsRow: return takeRow;
    case Op::givenStatistics:
    case Op::followStatistics:
    case Op::sgd:
    case Op::momentum:
    case Op::adagrad:
    case Op::adadelta:
    case Op::adam:
    case Op::adamax:
    case Op::nadam:
    case Op::radam:
    case Op::rmsprop:
    case Op::lion:
    case Op::count: break;
  }
  return nullptr;
}

CallFunction pooledCallFunction(Op op) {
  switch (op) {
    case Op::conv2d: return conv2dPool;
    case Op::conv2dGradInput: return conv2dPoolGradInput;
    default: return conv2dPoolGradWeight;
  }
}

}  // namespace laminet
