// Optimizers: what they do to a parameter at the end of a step.
#include <math.h>

#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

template <int32_t constants>
void read(FieldReader& reader, Instruction* i) {
  UpdateGeometry& g = i->geometry.update;
  g.elements = reader.whole(1, kMostElements);
  g.l2 = reader.number();
  g.weightDecay = reader.number();
  g.learningRateFactor = reader.number();
  for (int32_t k = 0; k < constants; k++) g.constants[k] = reader.number();
}

bool valid(const UpdateDefinition& update, const UpdateGeometry& g) {
  for (const double constant : g.constants) {
    if (!isfinite(constant)) return false;
  }
  for (const double share : {g.l2, g.weightDecay, g.learningRateFactor}) {
    if (!(isfinite(share) && share >= 0)) return false;
  }
  return update.flag < 0 || g.constants[update.flag] == 0 || g.constants[update.flag] == 1;
}

Status check(Checker& checker, const Instruction& i) {
  const UpdateDefinition& update = definitionOf(i.op).update;
  const UpdateGeometry& g = i.geometry.update;
  if (!valid(update, g)) return Status::badGeometry;
  return operandsAre(checker.updates(i, g.elements, update.stateSlots(g), update.stepFactors));
}

void lower(Lowering& lowering, const Instruction& i, Call* call) {
  lowering.rulesOf(i.inputs[0]).update = call->instruction;
}

template <int32_t slots>
int32_t always(const UpdateGeometry&) {
  return slots;
}

// Adam's means of gradients and of squares, and the largest of the latter in its variant AMSGrad.
int32_t adamSlots(const UpdateGeometry& g) { return g.constants[3] == 1 ? 3 : 2; }

// The mean of squares; of gradients, where it is centered; the momentum, where there is one.
int32_t rmspropSlots(const UpdateGeometry& g) {
  return 1 + (g.constants[3] == 1 ? 1 : 0) + (g.constants[2] != 0 ? 1 : 0);
}

// The order of the constants is that of lib/ops/update.ts.
template <int32_t constants>
constexpr OpDefinition optimizer(UpdateDefinition update) {
  static_assert(constants <= kMostConstants);
  return {.geometry = {4 + constants, read<constants>}, .check = check, .lower = lower, .update = update};
}

}  // namespace

constexpr OpDefinition sgdOp = optimizer<0>({.kernel = &UpdateKernels::sgd, .stateSlots = always<0>});
constexpr OpDefinition momentumOp =
    optimizer<2>({.kernel = &UpdateKernels::momentum, .flag = 1, .stateSlots = always<1>});
constexpr OpDefinition adagradOp = optimizer<1>({.kernel = &UpdateKernels::adagrad, .stateSlots = always<1>});
constexpr OpDefinition adadeltaOp = optimizer<2>({.kernel = &UpdateKernels::adadelta, .stateSlots = always<2>});
constexpr OpDefinition adamOp =
    optimizer<4>({.kernel = &UpdateKernels::adam, .flag = 3, .stepFactors = 2, .stateSlots = adamSlots});
constexpr OpDefinition adamaxOp =
    optimizer<3>({.kernel = &UpdateKernels::adamax, .stepFactors = 1, .stateSlots = always<2>});
constexpr OpDefinition nadamOp =
    optimizer<3>({.kernel = &UpdateKernels::nadam, .stepFactors = 3, .stateSlots = always<2>});
constexpr OpDefinition radamOp =
    optimizer<3>({.kernel = &UpdateKernels::radam, .stepFactors = 2, .stateSlots = always<2>});
constexpr OpDefinition rmspropOp =
    optimizer<4>({.kernel = &UpdateKernels::rmsprop, .flag = 3, .stateSlots = rmspropSlots});
constexpr OpDefinition lionOp = optimizer<2>({.kernel = &UpdateKernels::lion, .stateSlots = always<1>});

}  // namespace laminet
