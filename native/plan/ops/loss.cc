// Losses, their gradients, and the sums of a step.
#include <math.h>

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

template <int constants>
void readLoss(FieldReader& reader, Instruction* i) {
  static_assert(constants <= kMostLossConstants);
  readClasses(reader, i);
  LossGeometry& g = i->geometry.loss;
  g.divisor = static_cast<float>(reader.number());
  for (int k = 0; k < constants; k++) g.constants[k] = static_cast<float>(reader.number());
  g.weighted = i->inputs.size() == 3;
}

void readEntropy(FieldReader& reader, Instruction* i) {
  readLoss<0>(reader, i);
  i->geometry.loss.weighted = i->inputs.size() == 2;
}

void readClassTargets(FieldReader& reader, Instruction* i) {
  ClassTargetsGeometry& g = i->geometry.classTargets;
  g.classes = reader.whole32(1, kMostField);
  g.labels = reader.whole32(0, 1);
  g.keep = static_cast<float>(reader.number());
  g.share = static_cast<float>(reader.number());
}

bool valid(const LossGeometry& g) {
  for (const float constant : g.constants) {
    if (!(constant >= 0.0f && isfinite(constant))) return false;
  }
  return g.divisor > 0.0f;
}

// A prediction and its targets.
bool readsPair(const Checker& checker, const Instruction& i) {
  const LossGeometry& g = i.geometry.loss;
  return checker.reads(i.inputs[0], g.classes) && checker.readsTargets(i.inputs[1], g.labels == 1, g.classes);
}

// The same, and the samples' weights, if there are any.
bool readsSamples(const Checker& checker, const Instruction& i) {
  if (i.geometry.loss.weighted) return counts(i, 3, 1) && readsPair(checker, i) && checker.readsWeights(i.inputs[2]);
  return counts(i, 2, 1) && readsPair(checker, i);
}

Status checkLoss(Checker& checker, const Instruction& i) {
  if (!valid(i.geometry.loss)) return Status::badGeometry;
  return operandsAre(readsSamples(checker, i) && checker.writesRow(i.outputs[0], 1));
}

Status checkLossGrad(Checker& checker, const Instruction& i) {
  if (!valid(i.geometry.loss)) return Status::badGeometry;
  return operandsAre(readsSamples(checker, i) && checker.writesRow(i.outputs[0], i.geometry.loss.classes));
}

Status checkNegativeEntropy(Checker& checker, const Instruction& i) {
  const LossGeometry& g = i.geometry.loss;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, g.weighted ? 2 : 1, 1) && checker.readsTargets(i.inputs[0], g.labels == 1, g.classes) &&
                     (!g.weighted || checker.readsWeights(i.inputs[1])) && checker.writesRow(i.outputs[0], 1));
}

Status checkClassTargets(Checker& checker, const Instruction& i) {
  const ClassTargetsGeometry& g = i.geometry.classTargets;
  if (!i.table.empty() && i.table.size() != static_cast<size_t>(g.classes)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.readsTargets(i.inputs[0], g.labels == 1, g.classes) &&
                     checker.writesRow(i.outputs[0], g.classes));
}

Status checkCountCorrect(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 2, 1) && readsPair(checker, i) && checker.writesScalar(i.outputs[0]));
}

Status checkLossOfStep(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], 1) && checker.writesScalar(i.outputs[0]) &&
                     checker.program().loss == i.outputs[0]);
}

// Multiplies each sample's number by its weight. One of 0 takes no part, whatever its number is.
void weigh(const Call& call, const Slice& slice, float* values) {
  if (!call.geometry.loss.weighted) return;
  const float* weights = slice.buffers->weights + slice.row;
  for (int32_t n = 0; n < slice.samples; n++) values[n] = weights[n] == 0.0f ? 0.0f : values[n] * weights[n];
}

template <LossPair LossKernels::*pair>
void runLoss(const Call& call, Slice& slice) {
  float* losses = outputOf(call, slice);
  (call.kernels->loss->*pair).loss(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), losses);
  weigh(call, slice, losses);
}

template <LossPair LossKernels::*pair>
void runLossGrad(const Call& call, Slice& slice) {
  // Without weights the loss is the mean over the step's samples; lanes without a sample take no part.
  alignas(64) float scale[kSliceSamples];
  const LossGeometry& g = call.geometry.loss;
  const float share = g.weighted ? 1.0f / g.divisor : 1.0f / (static_cast<float>(slice.stepSamples) * g.divisor);
  for (int32_t n = 0; n < kSliceSamples; n++) scale[n] = n < slice.samples ? share : 0.0f;
  weigh(call, slice, scale);
  (call.kernels->loss->*pair)
      .gradient(g, inputOf(call, slice, 0), inputOf(call, slice, 1), scale, outputOf(call, slice));
}

void runNegativeEntropy(const Call& call, Slice& slice) {
  float* entropies = outputOf(call, slice);
  call.kernels->loss->negativeEntropy(call.geometry.loss, inputOf(call, slice, 0), entropies);
  weigh(call, slice, entropies);
}

void runClassTargets(const Call& call, Slice& slice) {
  call.kernels->loss->classTargets(call.geometry.classTargets, inputOf(call, slice, 0), outputOf(call, slice));
}

// The sum over the slice's samples, by the fixed tree.
double sumSamples(const Call& call, const float* values, int32_t samples) {
  alignas(64) float lanes[kSliceSamples];
  for (int32_t n = 0; n < kSliceSamples; n++) lanes[n] = n < samples ? values[n] : 0.0f;
  return call.kernels->loss->sumLanes(lanes);
}

void lossOfStep(const Call& call, Slice& slice) {
  *slice.loss = sumSamples(call, inputOf(call, slice, 0), slice.samples);
}

void countCorrect(const Call& call, Slice& slice) {
  alignas(64) float correct[kSliceSamples];
  call.kernels->loss->correct(call.geometry.loss, inputOf(call, slice, 0), inputOf(call, slice, 1), correct);
  *slice.correct = sumSamples(call, correct, slice.samples);
}

void lossOfStepPlanar(const Call& call, Slice& slice) { *slice.loss = inputOf(call, slice, 0)[0]; }

template <bool mean>
void lowerLossOfStep(Lowering& lowering, const Instruction&, Call*) {
  lowering.addLoss(mean);
}

void lowerClassTargets(Lowering&, const Instruction& i, Call* call) {
  call->geometry.classTargets.weights = i.table.empty() ? nullptr : i.table.data();
}

template <LossPair LossKernels::*pair, int constants>
constexpr OpDefinition loss() {
  return {.geometry = {3 + constants, readLoss<constants>}, .check = checkLoss, .run = runLoss<pair>};
}

template <LossPair LossKernels::*pair, int constants>
constexpr OpDefinition lossGrad() {
  return {.geometry = {3 + constants, readLoss<constants>}, .check = checkLossGrad, .run = runLossGrad<pair>};
}

template <bool mean>
constexpr OpDefinition ofStep() {
  return {.check = checkLossOfStep, .run = lossOfStep, .runPlanar = lossOfStepPlanar, .lower = lowerLossOfStep<mean>};
}

}  // namespace

#define LAMINET_LOSS(name, constants)                                      \
  constexpr OpDefinition name##Op = loss<&LossKernels::name, constants>(); \
  constexpr OpDefinition name##GradOp = lossGrad<&LossKernels::name, constants>();
#include "kernels/loss/losses.def"
#undef LAMINET_LOSS

constexpr OpDefinition negativeEntropyOp = {
    .geometry = {3, readEntropy},
    .check = checkNegativeEntropy,
    .run = runNegativeEntropy,
};

constexpr OpDefinition classTargetsOp = {
    .geometry = {4, readClassTargets, true},
    .check = checkClassTargets,
    .run = runClassTargets,
    .lower = lowerClassTargets,
};

constexpr OpDefinition meanLossOp = ofStep<true>();
constexpr OpDefinition sumLossOp = ofStep<false>();

constexpr OpDefinition countCorrectOp = {
    .geometry = {2, readClasses},
    .check = checkCountCorrect,
    .run = countCorrect,
};

}  // namespace laminet
