// Activations of single elements, and their gradients from the gradient of the output and the output itself.
#include "plan/calls.h"
#include "plan/field_reader.h"
#include "plan/ops/elementwise.h"

namespace laminet {
namespace {

using ActivationGrad = void (*)(int64_t count, const float* gradOutput, const float* y, float* gradInput);

template <Activation ActivationKernels::*kernel>
void activate(const Call& call, Slice& slice) {
  const Share own = floatsOf(call, slice, call.geometry.elements);
  (call.kernels->activation->*kernel)(own.end - own.begin, inputOf(call, slice, 0) + own.begin,
                                      outputOf(call, slice) + own.begin);
}

template <ActivationGrad ActivationKernels::*kernel>
void activateGrad(const Call& call, Slice& slice) {
  const Share own = floatsOf(call, slice, call.geometry.elements);
  (call.kernels->activation->*kernel)(own.end - own.begin, inputOf(call, slice, 0) + own.begin,
                                      inputOf(call, slice, 1) + own.begin, outputOf(call, slice) + own.begin);
}

// `cost` in vector operations an element.
template <Activation ActivationKernels::*kernel, int cost>
constexpr OpDefinition activation() {
  return {
      .geometry = elementCount(),
      .check = checkElementwise<1>,
      .run = activate<kernel>,
      .runPlanar = activate<kernel>,
      .outputMemory = OutputMemory::overFirst,
      .work = workPerOutput<cost>,
  };
}

// An activation that never falls where its argument rises.
template <Activation ActivationKernels::*kernel, int cost>
constexpr OpDefinition monotonicActivation() {
  OpDefinition definition = activation<kernel, cost>();
  definition.monotonic = kernel;
  return definition;
}

template <ActivationGrad ActivationKernels::*kernel>
constexpr OpDefinition activationGrad() {
  return {
      .geometry = elementCount(),
      .check = checkElementwise<2>,
      .run = activateGrad<kernel>,
      .runPlanar = activateGrad<kernel>,
      .outputMemory = OutputMemory::overFirst,
      .work = workPerOutput<3>,
  };
}

}  // namespace

constexpr OpDefinition tanhOp = monotonicActivation<&ActivationKernels::tanh, 20>();
constexpr OpDefinition tanhGradOp = activationGrad<&ActivationKernels::tanhGrad>();
constexpr OpDefinition sigmoidOp = monotonicActivation<&ActivationKernels::sigmoid, 20>();
constexpr OpDefinition sigmoidGradOp = activationGrad<&ActivationKernels::sigmoidGrad>();
constexpr OpDefinition reluOp = monotonicActivation<&ActivationKernels::relu, 3>();
constexpr OpDefinition reluGradOp = activationGrad<&ActivationKernels::reluGrad>();

}  // namespace laminet
