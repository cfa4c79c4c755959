// Sums and products of two rows, element by element.
#include "plan/calls.h"
#include "plan/field_reader.h"
#include "plan/ops/elementwise.h"

namespace laminet {
namespace {

using PairwiseKernel = void (*)(int64_t count, const float* a, const float* b, float* y);

template <PairwiseKernel PairwiseKernels::*kernel>
void pairwise(const Call& call, Slice& slice) {
  const Share own = floatsOf(call, slice, call.geometry.elements);
  (call.kernels->pairwise->*kernel)(own.end - own.begin, inputOf(call, slice, 0) + own.begin,
                                    inputOf(call, slice, 1) + own.begin, outputOf(call, slice) + own.begin);
}

// The addends are rows, or partial gradients of one parameter.
Status checkAdd(Checker& checker, const Instruction& i) {
  if (!counts(i, 2, 1)) return Status::badOperand;
  if (checker.program().tensors[i.outputs[0]].parameter < 0) return checkElementwise<2>(checker, i);
  return operandsAre(checker.sumsPartials(i.inputs[0], i.inputs[1], i.outputs[0], i.geometry.elements));
}

template <PairwiseKernel PairwiseKernels::*kernel>
constexpr OpDefinition pairwiseOp() {
  return {
      .geometry = elementCount(),
      .check = checkElementwise<2>,
      .run = pairwise<kernel>,
      .runPlanar = pairwise<kernel>,
      .outputMemory = OutputMemory::overEither,
      .work = workPerOutput<3>,
  };
}

constexpr OpDefinition addition() {
  OpDefinition definition = pairwiseOp<&PairwiseKernels::add>();
  definition.check = checkAdd;
  return definition;
}

}  // namespace

constexpr OpDefinition addOp = addition();
constexpr OpDefinition multiplyOp = pairwiseOp<&PairwiseKernels::multiply>();
constexpr OpDefinition preluGradTermsOp = pairwiseOp<&PairwiseKernels::preluGradTerms>();

}  // namespace laminet
