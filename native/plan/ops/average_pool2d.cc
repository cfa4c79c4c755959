// Means of windows, and their gradient.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

using Kernel = void (*)(const AveragePool2dGeometry&, Part, const float* from, float* to);

template <bool isForward>
Status check(Checker& checker, const Instruction& i) {
  const AveragePool2dGeometry& g = i.geometry.averagePool2d;
  if (!validPool(g) || !inRange(g.divisor, 0, kMostExtent)) return Status::badGeometry;
  const int64_t input = product(g.channels, g.inHeight, g.inWidth);
  const int64_t output = product(g.channels, g.outHeight, g.outWidth);
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], isForward ? input : output) &&
                     checker.writesRow(i.outputs[0], isForward ? output : input));
}

template <Kernel AveragePool2dKernels::*kernel>
void run(const Call& call, Slice& slice) {
  (call.kernels->averagePool2d->*kernel)(call.geometry.averagePool2d, slice.part, inputOf(call, slice, 0),
                                         outputOf(call, slice));
}

int64_t work(const Call& call) {
  const AveragePool2dGeometry& g = call.geometry.averagePool2d;
  return 3 * static_cast<int64_t>(g.channels) * g.inHeight * g.inWidth;
}

}  // namespace

constexpr OpDefinition averagePool2dOp = {
    .geometry = wholeNumbers<&Geometry::averagePool2d>(),
    .check = check<true>,
    .run = run<&AveragePool2dKernels::forward>,
    .work = work,
};

constexpr OpDefinition averagePool2dGradOp = {
    .geometry = wholeNumbers<&Geometry::averagePool2d>(),
    .check = check<false>,
    .run = run<&AveragePool2dKernels::gradInput>,
    .work = work,
};

}  // namespace laminet
