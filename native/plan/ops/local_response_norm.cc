// Local response normalization.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  LocalResponseNormGeometry& g = i->geometry.localResponseNorm;
  g.channels = reader.whole32(1, kMostField);
  g.pixels = reader.whole32(1, kMostField);
  g.size = reader.whole32(1, kMostField);
  g.alpha = static_cast<float>(reader.number());
  g.beta = static_cast<float>(reader.number());
  g.k = static_cast<float>(reader.number());
}

bool valid(const LocalResponseNormGeometry& g) {
  return inRange(g.channels, 1, kMostFeatures) && inRange(g.pixels, 1, kMostFeatures) && g.size >= 1;
}

int64_t elementsOf(const LocalResponseNormGeometry& g) { return product(g.channels, g.pixels, 1); }

template <size_t inputs>
Status check(Checker& checker, const Instruction& i) {
  const LocalResponseNormGeometry& g = i.geometry.localResponseNorm;
  if (!valid(g)) return Status::badGeometry;
  bool right = counts(i, inputs, 1);
  for (size_t k = 0; k < inputs && right; k++) right = checker.reads(i.inputs[k], elementsOf(g));
  return operandsAre(right && checker.writesRow(i.outputs[0], elementsOf(g)));
}

void forward(const Call& call, Slice& slice) {
  call.kernels->localResponseNorm->forward(call.geometry.localResponseNorm, slice.part, inputOf(call, slice, 0),
                                           outputOf(call, slice));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->localResponseNorm->gradInput(call.geometry.localResponseNorm, slice.part, inputOf(call, slice, 0),
                                             inputOf(call, slice, 1), floatsAt(slice, call.scratch),
                                             outputOf(call, slice));
}

int64_t scratch(const Call& call) {
  return call.kernels->localResponseNorm->scratchSize(call.geometry.localResponseNorm);
}

}  // namespace

constexpr OpDefinition localResponseNormOp = {
    .geometry = {6, read},
    .check = check<1>,
    .run = forward,
    .work = workPerOutput<50>,
};

constexpr OpDefinition localResponseNormGradOp = {
    .geometry = {6, read},
    .check = check<2>,
    .run = gradInput,
    .scratchFloats = scratch,
    .work = workPerOutput<60>,
};

}  // namespace laminet
