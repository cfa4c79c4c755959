// Softmax and its logarithm over the channels of every pixel.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

using SoftmaxKernel = void (*)(const ChannelGeometry&, const float* x, float* y);
using SoftmaxGradKernel = void (*)(const ChannelGeometry&, const float* gradOutput, const float* y, float* gradInput);

template <size_t inputs>
Status check(Checker& checker, const Instruction& i) {
  const ChannelGeometry& g = i.geometry.channels;
  if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.pixels, 1, kMostFeatures)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  return operandsAre(counts(i, inputs, 1) && checker.reads(i.inputs[0], elements) &&
                     (inputs == 1 || checker.reads(i.inputs[1], elements)) &&
                     checker.writesRow(i.outputs[0], elements));
}

template <SoftmaxKernel SoftmaxKernels::*kernel>
void softmax(const Call& call, Slice& slice) {
  (call.kernels->softmax->*kernel)(call.geometry.channels, inputOf(call, slice, 0), outputOf(call, slice));
}

template <SoftmaxGradKernel SoftmaxKernels::*kernel>
void softmaxGrad(const Call& call, Slice& slice) {
  (call.kernels->softmax->*kernel)(call.geometry.channels, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                   outputOf(call, slice));
}

template <SoftmaxKernel SoftmaxKernels::*kernel>
constexpr OpDefinition forward() {
  return {.geometry = wholeNumbers<&Geometry::channels>(), .check = check<1>, .run = softmax<kernel>};
}

template <SoftmaxGradKernel SoftmaxKernels::*kernel>
constexpr OpDefinition backward() {
  return {.geometry = wholeNumbers<&Geometry::channels>(), .check = check<2>, .run = softmaxGrad<kernel>};
}

}  // namespace

constexpr OpDefinition softmaxOp = forward<&SoftmaxKernels::softmax>();
constexpr OpDefinition softmaxGradOp = backward<&SoftmaxKernels::softmaxGrad>();
constexpr OpDefinition logSoftmaxOp = forward<&SoftmaxKernels::logSoftmax>();
constexpr OpDefinition logSoftmaxGradOp = backward<&SoftmaxKernels::logSoftmaxGrad>();

}  // namespace laminet
