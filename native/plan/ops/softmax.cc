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

template <SoftmaxKernel ActivationKernels::*kernel>
void softmax(const Call& call, Slice& slice) {
  (call.kernels->activation->*kernel)(call.geometry.channels, inputOf(call, slice, 0), outputOf(call, slice));
}

template <SoftmaxGradKernel ActivationKernels::*kernel>
void softmaxGrad(const Call& call, Slice& slice) {
  (call.kernels->activation->*kernel)(call.geometry.channels, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                      outputOf(call, slice));
}

template <SoftmaxKernel ActivationKernels::*kernel>
constexpr OpDefinition forward() {
  return {.geometry = wholeNumbers<&Geometry::channels>(), .check = check<1>, .run = softmax<kernel>};
}

template <SoftmaxGradKernel ActivationKernels::*kernel>
constexpr OpDefinition backward() {
  return {.geometry = wholeNumbers<&Geometry::channels>(), .check = check<2>, .run = softmaxGrad<kernel>};
}

}  // namespace

constexpr OpDefinition softmaxOp = forward<&ActivationKernels::softmax>();
constexpr OpDefinition softmaxGradOp = backward<&ActivationKernels::softmaxGrad>();
constexpr OpDefinition logSoftmaxOp = forward<&ActivationKernels::logSoftmax>();
constexpr OpDefinition logSoftmaxGradOp = backward<&ActivationKernels::logSoftmaxGrad>();

}  // namespace laminet
