// The optimizer that makes a matrix's momentum orthogonal: orthogonalize.cc does what is to be done.
#include <math.h>

#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"
#include "plan/muon.h"

namespace laminet {
namespace {

constexpr int32_t kMostIterations = 1000;

void read(FieldReader& reader, Instruction* i) {
  UpdateGeometry& g = i->geometry.update;
  g.elements = reader.whole(1, kMostElements);
  for (double* number : {&g.l2, &g.weightDecay, &g.learningRateFactor}) *number = reader.number();
  for (double& constant : g.constants) constant = reader.number();
}

bool isWhole(double value, double least, double most) {
  return value >= least && value <= most && floor(value) == value;
}

bool valid(const UpdateGeometry& g) {
  for (const double share : {g.weightDecay, g.learningRateFactor}) {
    if (!(isfinite(share) && share >= 0)) return false;
  }
  const double* c = g.constants;
  if (!(g.l2 == 0 && c[0] >= 0 && c[0] < 1 && isWhole(c[1], 0, 1) && isWhole(c[2], 1, kMostIterations) &&
        isWhole(c[3], 1, kMostElements) && isWhole(c[4], 1, kMostElements))) {
    return false;
  }
  const Muon muon(g);
  return product(muon.rows, muon.columns, 1) == g.elements;
}

int32_t slots(const UpdateGeometry&) { return 1; }

Status check(Checker& checker, const Instruction& i) {
  if (!valid(i.geometry.update)) return Status::badGeometry;
  return operandsAre(checker.updates(i, i.geometry.update.elements, 1, 0));
}

void lower(Lowering& lowering, const Instruction& i, Call* call) {
  lowering.rulesOf(i.inputs[0]).update = call->instruction;
}

}  // namespace

constexpr OpDefinition muonOp = {
    .geometry = {4 + kMostConstants, read},
    .check = check,
    .lower = lower,
    .update = {.stateSlots = slots},
};

}  // namespace laminet
