// Functions of single elements, and their gradients from the gradient of the output and either the argument or the
// value.
#include "plan/calls.h"
#include "plan/field_reader.h"
#include "plan/ops/elementwise.h"

namespace laminet {
namespace {

// A number of elements, and so many constants.
template <int constants>
constexpr GeometryFormat functionFormat() {
  return {1 + constants, [](FieldReader& reader, Instruction* instruction) {
            ElementwiseGeometry& g = instruction->geometry.elementwise;
            g.elements = reader.whole(1, kMostElements);
            if (constants > 0) g.constants.first = reader.finite();
            if (constants > 1) g.constants.second = reader.finite();
          }};
}

template <size_t inputs>
Status check(Checker& checker, const Instruction& i) {
  return rowsAre<inputs>(checker, i, i.geometry.elementwise.elements);
}

template <ElementFunction ElementwiseKernels::*function>
void value(const Call& call, Slice& slice) {
  const ElementwiseGeometry& g = call.geometry.elementwise;
  const Share own = floatsOf(call, slice, g.elements);
  (call.kernels->elementwise->*function)
      .value(g.constants, own.end - own.begin, inputOf(call, slice, 0) + own.begin, outputOf(call, slice) + own.begin);
}

template <ElementFunction ElementwiseKernels::*function>
void gradient(const Call& call, Slice& slice) {
  const ElementwiseGeometry& g = call.geometry.elementwise;
  const Share own = floatsOf(call, slice, g.elements);
  (call.kernels->elementwise->*function)
      .gradient(g.constants, own.end - own.begin, inputOf(call, slice, 0) + own.begin,
                inputOf(call, slice, 1) + own.begin, outputOf(call, slice) + own.begin);
}

// `cost` in vector operations an element, `constants` in numbers that it is told.
template <ElementFunction ElementwiseKernels::*function, int cost, int constants = 0>
constexpr OpDefinition activation() {
  return {
      .geometry = functionFormat<constants>(),
      .check = check<1>,
      .run = value<function>,
      .runPlanar = value<function>,
      .outputMemory = OutputMemory::overFirst,
      .work = workPerOutput<cost>,
  };
}

// An activation that never falls where its argument rises.
template <ElementFunction ElementwiseKernels::*function, int cost, int constants = 0>
constexpr OpDefinition monotonic() {
  OpDefinition definition = activation<function, cost, constants>();
  definition.monotonic = function;
  return definition;
}

template <ElementFunction ElementwiseKernels::*function, int cost = 3, int constants = 0>
constexpr OpDefinition gradientOf() {
  return {
      .geometry = functionFormat<constants>(),
      .check = check<2>,
      .run = gradient<function>,
      .runPlanar = gradient<function>,
      .outputMemory = OutputMemory::overFirst,
      .work = workPerOutput<cost>,
  };
}

using K = ElementwiseKernels;

}  // namespace

constexpr OpDefinition tanhOp = monotonic<&K::tanh, 20>();
constexpr OpDefinition tanhGradOp = gradientOf<&K::tanh>();
constexpr OpDefinition sigmoidOp = monotonic<&K::sigmoid, 20>();
constexpr OpDefinition sigmoidGradOp = gradientOf<&K::sigmoid>();
constexpr OpDefinition reluOp = monotonic<&K::relu, 3>();
constexpr OpDefinition reluGradOp = gradientOf<&K::relu>();
constexpr OpDefinition scaledTanhOp = monotonic<&K::scaledTanh, 22, 2>();
constexpr OpDefinition scaledTanhGradOp = gradientOf<&K::scaledTanh, 3, 2>();
constexpr OpDefinition leakyReluOp = monotonic<&K::leakyRelu, 3, 1>();
constexpr OpDefinition leakyReluGradOp = gradientOf<&K::leakyRelu, 3, 1>();
constexpr OpDefinition eluOp = monotonic<&K::elu, 13, 2>();
constexpr OpDefinition eluGradOp = gradientOf<&K::elu, 3, 2>();
constexpr OpDefinition hardtanhOp = monotonic<&K::hardtanh, 3, 2>();
constexpr OpDefinition hardtanhGradOp = gradientOf<&K::hardtanh, 3, 2>();
constexpr OpDefinition hardsigmoidOp = monotonic<&K::hardsigmoid, 4>();
constexpr OpDefinition hardsigmoidGradOp = gradientOf<&K::hardsigmoid>();
constexpr OpDefinition hardswishOp = activation<&K::hardswish, 7>();
constexpr OpDefinition hardswishGradOp = gradientOf<&K::hardswish, 7>();
constexpr OpDefinition siluOp = activation<&K::silu, 22>();
constexpr OpDefinition siluGradOp = gradientOf<&K::silu, 24>();
constexpr OpDefinition mishOp = activation<&K::mish, 28>();
constexpr OpDefinition mishGradOp = gradientOf<&K::mish, 33>();
constexpr OpDefinition geluOp = activation<&K::gelu, 36>();
constexpr OpDefinition geluGradOp = gradientOf<&K::gelu, 34>();
constexpr OpDefinition geluTanhOp = activation<&K::geluTanh, 26>();
constexpr OpDefinition geluTanhGradOp = gradientOf<&K::geluTanh, 35>();
constexpr OpDefinition softplusOp = activation<&K::softplus, 36, 2>();
constexpr OpDefinition softplusGradOp = gradientOf<&K::softplus, 28, 2>();
constexpr OpDefinition softsignOp = monotonic<&K::softsign, 4>();
constexpr OpDefinition softsignGradOp = gradientOf<&K::softsign>();

}  // namespace laminet
