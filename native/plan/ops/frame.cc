// An image and the rows and columns around it: zero-padding and cropping, which are each other's gradients.
#include <string.h>

#include <initializer_list>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

template <bool pads>
Status check(Checker& checker, const Instruction& i) {
  const FrameGeometry& g = i.geometry.frame;
  for (const int32_t size : {g.channels, g.height, g.width}) {
    if (!inRange(size, 1, kMostExtent)) return Status::badGeometry;
  }
  for (const int32_t side : {g.top, g.bottom, g.left, g.right}) {
    if (!inRange(side, 0, kMostExtent)) return Status::badGeometry;
  }
  const int64_t inside = product(g.channels, g.height, g.width);
  const int64_t whole = product(g.channels, int64_t{g.top} + g.height + g.bottom, int64_t{g.left} + g.width + g.right);
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], pads ? inside : whole) &&
                     checker.writesRow(i.outputs[0], pads ? whole : inside));
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

}  // namespace

constexpr OpDefinition zeroPad2dOp = {
    .geometry = wholeNumbers<&Geometry::frame>(),
    .check = check<true>,
    .run = zeroPad2d,
    .runPlanar = zeroPad2d,
    .work = workPerOutput<2>,
};

constexpr OpDefinition crop2dOp = {
    .geometry = wholeNumbers<&Geometry::frame>(),
    .check = check<false>,
    .run = crop2d,
    .runPlanar = crop2d,
    .work = workPerOutput<2>,
};

}  // namespace laminet
