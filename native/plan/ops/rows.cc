// Ops that change no element: other shapes, rows behind each other, parts of rows.
#include <string.h>

#include "plan/calls.h"
#include "plan/field_reader.h"
#include "plan/ops/elementwise.h"

namespace laminet {
namespace {

Status checkConcat(Checker& checker, const Instruction& i) {
  const ConcatGeometry& g = i.geometry.concat;
  if (g.first < 1 || g.second < 1) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], g.first) && checker.reads(i.inputs[1], g.second) &&
                     checker.writesRow(i.outputs[0], int64_t{g.first} + g.second));
}

bool valid(const SliceGeometry& g) {
  return g.begin >= 0 && g.length >= 1 && int64_t{g.begin} + g.length <= g.elements;
}

Status checkSlice(Checker& checker, const Instruction& i) {
  const SliceGeometry& g = i.geometry.slice;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.readsRow(i.inputs[0], g.elements) &&
                     checker.writesRow(i.outputs[0], g.length));
}

Status checkSliceGrad(Checker& checker, const Instruction& i) {
  const SliceGeometry& g = i.geometry.slice;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], g.length) &&
                     checker.writesRow(i.outputs[0], g.elements));
}

// Input and output are the same memory.
void reshape(const Call&, Slice&) {}

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

}  // namespace

constexpr OpDefinition reshapeOp = {
    .geometry = elementCount(),
    .check = checkElementwise<1>,
    .run = reshape,
    .runPlanar = reshape,
    .outputMemory = OutputMemory::same,
};

constexpr OpDefinition concatOp = {
    .geometry = wholeNumbers<&Geometry::concat>(),
    .check = checkConcat,
    .run = concat,
    .runPlanar = concat,
    .work = workPerOutput<2>,
};

constexpr OpDefinition sliceOp = {
    .geometry = wholeNumbers<&Geometry::slice>(),
    .check = checkSlice,
    .run = takeSlice,
    .runPlanar = takeSlice,
    .work = workPerOutput<2>,
};

constexpr OpDefinition sliceGradOp = {
    .geometry = wholeNumbers<&Geometry::slice>(),
    .check = checkSliceGrad,
    .run = takeSliceGrad,
    .runPlanar = takeSliceGrad,
    .work = workPerOutput<2>,
};

}  // namespace laminet
