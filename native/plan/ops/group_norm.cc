// Normalization of groups of channels, each sample by itself.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  GroupNormGeometry& g = i->geometry.groupNorm;
  g.channels = reader.whole32(1, kMostField);
  g.pixels = reader.whole32(1, kMostField);
  g.groups = reader.whole32(1, kMostField);
  g.epsilon = static_cast<float>(reader.number());
}

bool valid(const GroupNormGeometry& g) {
  return inRange(g.channels, 1, kMostFeatures) && inRange(g.pixels, 1, kMostFeatures) &&
         inRange(g.groups, 1, g.channels) && g.channels % g.groups == 0 && g.epsilon > 0.0f;
}

int64_t elementsOf(const GroupNormGeometry& g) { return product(g.channels, g.pixels, 1); }

Status checkForward(Checker& checker, const Instruction& i) {
  const GroupNormGeometry& g = i.geometry.groupNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 3, 2) && checker.reads(i.inputs[0], elementsOf(g)) &&
                     checker.readsOptional(i.inputs[1], g.channels) && checker.readsOptional(i.inputs[2], g.channels) &&
                     checker.writesRow(i.outputs[0], elementsOf(g)) &&
                     checker.writesRow(i.outputs[1], int64_t{2} * g.groups));
}

bool readsGradient(const Checker& checker, const Instruction& i) {
  const GroupNormGeometry& g = i.geometry.groupNorm;
  return checker.reads(i.inputs[0], elementsOf(g)) && checker.reads(i.inputs[1], elementsOf(g)) &&
         checker.reads(i.inputs[2], int64_t{2} * g.groups);
}

Status checkGradInput(Checker& checker, const Instruction& i) {
  const GroupNormGeometry& g = i.geometry.groupNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 4, 1) && readsGradient(checker, i) && checker.readsOptional(i.inputs[3], g.channels) &&
                     checker.writesRow(i.outputs[0], elementsOf(g)));
}

Status checkGradGamma(Checker& checker, const Instruction& i) {
  const GroupNormGeometry& g = i.geometry.groupNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 3, 1) && readsGradient(checker, i) && checker.writesGradient(i.outputs[0], g.channels));
}

const float* parameterOf(const Call& call, const Slice& slice, int input) {
  return call.parameters[input] < 0 ? nullptr : slice.buffers->parameters + call.parameters[input];
}

void forward(const Call& call, Slice& slice) {
  call.kernels->groupNorm->forward(call.geometry.groupNorm, slice.part, inputOf(call, slice, 0),
                                   parameterOf(call, slice, 1), parameterOf(call, slice, 2), outputOf(call, slice),
                                   outputOf(call, slice, 1));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->groupNorm->gradInput(call.geometry.groupNorm, slice.part, inputOf(call, slice, 0),
                                     inputOf(call, slice, 1), inputOf(call, slice, 2), parameterOf(call, slice, 3),
                                     outputOf(call, slice));
}

void gradGamma(const Call& call, Slice& slice) {
  call.kernels->groupNorm->gradGamma(call.geometry.groupNorm, slice.part, inputOf(call, slice, 0),
                                     inputOf(call, slice, 1), inputOf(call, slice, 2), gradientOf(call, slice));
}

void lowerGradGamma(Lowering& lowering, const Instruction& i, Call* call) { lowering.addSlotGradient(i, call); }

int64_t work(const Call& call) {
  return 6 * int64_t{call.geometry.groupNorm.channels} * call.geometry.groupNorm.pixels;
}

}  // namespace

constexpr OpDefinition groupNormOp = {
    .geometry = {4, read},
    .check = checkForward,
    .run = forward,
    .work = work,
};

constexpr OpDefinition groupNormGradInputOp = {
    .geometry = {4, read},
    .check = checkGradInput,
    .run = gradInput,
    .outputMemory = OutputMemory::overFirst,
    .work = work,
};

constexpr OpDefinition groupNormGradGammaOp = {
    .geometry = {4, read},
    .check = checkGradGamma,
    .run = gradGamma,
    .lower = lowerGradGamma,
    .work = work,
};

}  // namespace laminet
