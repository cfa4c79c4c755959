// Rectified linear units with a slope of their own for every channel, which is learned.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

// `rows` rows, then the slopes.
template <size_t rows>
Status check(Checker& checker, const Instruction& i) {
  const ChannelGeometry& g = i.geometry.channels;
  if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.pixels, 1, kMostFeatures)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  bool right = counts(i, rows + 1, 1);
  for (size_t k = 0; k < rows && right; k++) right = checker.reads(i.inputs[k], elements);
  return operandsAre(right && checker.readsParameter(i.inputs[rows], g.channels) &&
                     checker.writesRow(i.outputs[0], elements));
}

template <size_t rows>
void lower(Lowering& lowering, const Instruction& i, Call* call) {
  call->weight = lowering.parameterOffset(i.inputs[rows]);
}

void value(const Call& call, Slice& slice) {
  call.kernels->channels->prelu(call.geometry.channels, call.lanes, slice.part, inputOf(call, slice, 0),
                                weightOf(call, slice), outputOf(call, slice));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->channels->preluGradInput(call.geometry.channels, call.lanes, slice.part, inputOf(call, slice, 0),
                                         inputOf(call, slice, 1), weightOf(call, slice), outputOf(call, slice));
}

}  // namespace

constexpr OpDefinition preluOp = {
    .geometry = wholeNumbers<&Geometry::channels>(),
    .check = check<1>,
    .run = value,
    .runPlanar = value,
    .lower = lower<1>,
    .outputMemory = OutputMemory::overFirst,
    .work = workPerOutput<3>,
};

constexpr OpDefinition preluGradInputOp = {
    .geometry = wholeNumbers<&Geometry::channels>(),
    .check = check<2>,
    .run = gradInput,
    .runPlanar = gradInput,
    .lower = lower<2>,
    .outputMemory = OutputMemory::overFirst,
    .work = workPerOutput<3>,
};

}  // namespace laminet
