// Losses, their gradients, and the sums of a step.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void readClasses(FieldReader& reader, Instruction* i) {
  i->geometry.loss.classes = reader.whole32(1, kMostField);
  i->geometry.loss.labels = reader.whole32(0, 1);
}

void readLoss(FieldReader& reader, Instruction* i) {
  readClasses(reader, i);
  i->geometry.loss.divisor = static_cast<float>(reader.number());
}

// A prediction and its targets.
bool readsPair(const Checker& checker, const Instruction& i) {
  const LossGeometry& g = i.geometry.loss;
  return counts(i, 2, 1) && checker.reads(i.inputs[0], g.classes) &&
         checker.readsTargets(i.inputs[1], g.labels == 1, g.classes);
}

Status checkLoss(Checker& checker, const Instruction& i) {
  if (!(i.geometry.loss.divisor > 0.0f)) return Status::badGeometry;
  return operandsAre(readsPair(checker, i) && checker.writesRow(i.outputs[0], 1));
}

Status checkLossGrad(Checker& checker, const Instruction& i) {
  if (!(i.geometry.loss.divisor > 0.0f)) return Status::badGeometry;
  return operandsAre(readsPair(checker, i) && checker.writesRow(i.outputs[0], i.geometry.loss.classes));
}

Status checkCountCorrect(Checker& checker, const Instruction& i) {
  return operandsAre(readsPair(checker, i) && checker.writesScalar(i.outputs[0]));
}

Status checkMeanLoss(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], 1) && checker.writesScalar(i.outputs[0]) &&
                     checker.program().loss == i.outputs[0]);
}

template <LossPair LossKernels::*pair>
void runLoss(const Call& call, Slice& slice) {
  (call.kernels->loss->*pair)
      .loss(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), outputOf(call, slice));
}

template <LossPair LossKernels::*pair>
void runLossGrad(const Call& call, Slice& slice) {
  // The loss is the mean over the step's samples; lanes without a sample take no part.
  alignas(64) float scale[kSliceSamples];
  const float share = 1.0f / (static_cast<float>(slice.stepSamples) * call.geometry.loss.divisor);
  for (int32_t n = 0; n < kSliceSamples; n++) scale[n] = n < slice.samples ? share : 0.0f;
  (call.kernels->loss->*pair)
      .gradient(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), scale, outputOf(call, slice));
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

void meanLossPlanar(const Call& call, Slice& slice) { *slice.loss = inputOf(call, slice, 0)[0]; }

void lowerMeanLoss(Lowering& lowering, const Instruction&, Call*) { lowering.addLoss(); }

template <LossPair LossKernels::*pair>
constexpr OpDefinition loss() {
  return {.geometry = {3, readLoss}, .check = checkLoss, .run = runLoss<pair>};
}

template <LossPair LossKernels::*pair>
constexpr OpDefinition lossGrad() {
  return {.geometry = {3, readLoss}, .check = checkLossGrad, .run = runLossGrad<pair>};
}

}  // namespace

constexpr OpDefinition squaredErrorOp = loss<&LossKernels::squaredError>();
constexpr OpDefinition squaredErrorGradOp = lossGrad<&LossKernels::squaredError>();
constexpr OpDefinition crossEntropyOp = loss<&LossKernels::crossEntropy>();
constexpr OpDefinition crossEntropyGradOp = lossGrad<&LossKernels::crossEntropy>();
constexpr OpDefinition softmaxCrossEntropyOp = loss<&LossKernels::softmaxCrossEntropy>();
constexpr OpDefinition softmaxCrossEntropyGradOp = lossGrad<&LossKernels::softmaxCrossEntropy>();
constexpr OpDefinition logisticErrorOp = loss<&LossKernels::logisticError>();
constexpr OpDefinition logisticErrorGradOp = lossGrad<&LossKernels::logisticError>();
constexpr OpDefinition sigmoidLogisticErrorOp = loss<&LossKernels::sigmoidLogisticError>();
constexpr OpDefinition sigmoidLogisticErrorGradOp = lossGrad<&LossKernels::sigmoidLogisticError>();
constexpr OpDefinition softmaxLogisticErrorOp = loss<&LossKernels::softmaxLogisticError>();
constexpr OpDefinition softmaxLogisticErrorGradOp = lossGrad<&LossKernels::softmaxLogisticError>();
constexpr OpDefinition projectionOp = loss<&LossKernels::projection>();
constexpr OpDefinition projectionGradOp = lossGrad<&LossKernels::projection>();

constexpr OpDefinition meanLossOp = {
    .check = checkMeanLoss,
    .run = meanLoss,
    .runPlanar = meanLossPlanar,
    .lower = lowerMeanLoss,
};

constexpr OpDefinition countCorrectOp = {
    .geometry = {2, readClasses},
    .check = checkCountCorrect,
    .run = countCorrect,
};

}  // namespace laminet
