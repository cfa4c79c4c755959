// Bounds on gradients, and the norms that bounds go by.
#include <math.h>

#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  i->geometry.clip.elements = reader.whole(1, kMostElements);
  i->geometry.clip.limit = reader.number();
}

bool valid(const ClipGeometry& g) { return isfinite(g.limit) && g.limit > 0; }

Status checkValue(Checker& checker, const Instruction& i) {
  if (!valid(i.geometry.clip)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 0) && checker.boundsValues(i.inputs[0], i.geometry.clip.elements));
}

Status checkSquares(Checker& checker, const Instruction& i) {
  return operandsAre(counts(i, 2, 1) && checker.addsSquares(i, i.geometry.elements));
}

Status checkNorm(Checker& checker, const Instruction& i) {
  if (!valid(i.geometry.clip)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 0) && checker.boundsNorm(i, i.geometry.clip.elements));
}

void lowerValue(Lowering& lowering, const Instruction& i, Call*) {
  lowering.rulesOf(i.inputs[0]).largest = i.geometry.clip.limit;
}

void lowerSquares(Lowering& lowering, const Instruction& i, Call*) { lowering.addSquares(i); }

void lowerNorm(Lowering& lowering, const Instruction& i, Call*) {
  ParameterRules& rules = lowering.rulesOf(i.inputs[0]);
  rules.norm = lowering.normOf(i.inputs[1]);
  rules.largestNorm = i.geometry.clip.limit;
}

}  // namespace

constexpr OpDefinition clipValueOp = {.geometry = {2, read}, .check = checkValue, .lower = lowerValue};
constexpr OpDefinition squaredNormOp = {.geometry = elementCount(), .check = checkSquares, .lower = lowerSquares};
constexpr OpDefinition clipNormOp = {.geometry = {2, read}, .check = checkNorm, .lower = lowerNorm};

}  // namespace laminet
