// Gradients of several steps that make up one update.
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

Status check(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 2, 0) && checker.accumulates(i, i.geometry.elements));
}

void lower(Lowering& lowering, const Instruction& i, Call*) { lowering.rulesOf(i.inputs[0]).accumulates = true; }

}  // namespace

constexpr OpDefinition accumulateOp = {.geometry = elementCount(), .check = check, .lower = lower};

}  // namespace laminet
