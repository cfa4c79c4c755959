// An average of a parameter, which follows it with every update.
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  i->geometry.average.elements = reader.whole(1, kMostElements);
  i->geometry.average.factor = reader.whole32(0, kMostField);
}

Status check(Checker& checker, const Instruction& i) {
  const AverageGeometry& g = i.geometry.average;
  if (g.factor >= checker.program().stepFactors) return Status::badGeometry;
  return operandsAre(counts(i, 2, 0) && checker.averages(i, g.elements));
}

void lower(Lowering& lowering, const Instruction& i, Call*) {
  lowering.addAverage(i.inputs[0], i.inputs[1], i.geometry.average.factor);
}

}  // namespace

constexpr OpDefinition averageWeightsOp = {.geometry = {2, read}, .check = check, .lower = lower};

}  // namespace laminet
