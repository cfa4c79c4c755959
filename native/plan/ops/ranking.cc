// How the network ranks the classes of each sample.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

// Class numbers are floats: beyond, there are whole numbers that none stands for.
constexpr int64_t kMostClasses = 1 << 24;

void readClasses(FieldReader& reader, Instruction* i) { i->geometry.elements = reader.whole(1, kMostClasses); }

Status checkPredictedClass(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], i.geometry.elements) &&
                     checker.writesRow(i.outputs[0], 1));
}

Status checkTargetRank(Checker& checker, const Instruction& i) {
  const int64_t classes = i.geometry.elements;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], classes) &&
                     checker.readsTargets(i.inputs[1], true, classes) && checker.writesRow(i.outputs[0], 1));
}

void predictedClass(const Call& call, Slice& slice) {
  call.kernels->ranking->predictedClass(call.geometry.elements, inputOf(call, slice, 0), outputOf(call, slice));
}

void targetRank(const Call& call, Slice& slice) {
  call.kernels->ranking->targetRank(call.geometry.elements, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                    outputOf(call, slice));
}

}  // namespace

constexpr OpDefinition predictedClassOp = {
    .geometry = {1, readClasses},
    .check = checkPredictedClass,
    .run = predictedClass,
};

constexpr OpDefinition targetRankOp = {
    .geometry = {1, readClasses},
    .check = checkTargetRank,
    .run = targetRank,
};

}  // namespace laminet
