// Dropout: of elements or of whole channels, forward and backward alike.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  DropoutGeometry& g = i->geometry.dropout;
  g.channels = reader.whole32(1, kMostField);
  g.pixels = reader.whole32(1, kMostField);
  g.threshold = static_cast<uint32_t>(reader.whole(0, UINT32_MAX));
  g.stream = static_cast<uint32_t>(reader.whole(0, UINT32_MAX));
  g.scale = static_cast<float>(reader.number());
}

Status check(Checker& checker, const Instruction& i) {
  const DropoutGeometry& g = i.geometry.dropout;
  if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.pixels, 1, kMostFeatures)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], elements) &&
                     checker.writesRow(i.outputs[0], elements));
}

void run(const Call& call, Slice& slice) {
  const DropoutDraw draw = {slice.buffers->seed, slice.step, slice.firstSample};
  call.kernels->dropout->apply(call.geometry.dropout, slice.part, draw, inputOf(call, slice, 0), outputOf(call, slice));
}

}  // namespace

constexpr OpDefinition dropoutOp = {
    .geometry = {5, read},
    .check = check,
    .run = run,
    .outputMemory = OutputMemory::overFirst,
    .work = workPerOutput<6>,
};

}  // namespace laminet
