// Penalties on weights: computed, and added to the gradients, at the end of a step, while the weights are at hand.
#include <math.h>

#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  PenaltyGeometry& g = i->geometry.penalty;
  g.elements = reader.whole(1, kMostElements);
  g.l1 = reader.number();
  g.l2 = reader.number();
}

bool valid(const PenaltyGeometry& g) { return isfinite(g.l1) && g.l1 >= 0 && isfinite(g.l2) && g.l2 >= 0; }

Status check(Checker& checker, const Instruction& i) {
  const PenaltyGeometry& g = i.geometry.penalty;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.penalizes(i, g.elements));
}

Status checkGrad(Checker& checker, const Instruction& i) {
  const PenaltyGeometry& g = i.geometry.penalty;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.writesPenaltyGradient(i, g.elements));
}

void lower(Lowering& lowering, const Instruction& i, Call*) {
  ParameterRules& rules = lowering.rulesOf(i.inputs[0]);
  rules.penalized = true;
  rules.penalty = i.geometry.penalty;
}

void lowerGrad(Lowering& lowering, const Instruction& i, Call*) {
  lowering.addPenaltyGradient(i.inputs[0], i.geometry.penalty);
}

}  // namespace

constexpr OpDefinition weightPenaltyOp = {.geometry = {3, read}, .check = check, .lower = lower};
constexpr OpDefinition weightPenaltyGradOp = {.geometry = {3, read}, .check = checkGrad, .lower = lowerGrad};

}  // namespace laminet
