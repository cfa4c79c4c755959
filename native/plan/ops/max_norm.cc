// A bound on the norms of a parameter's rows, kept after each update.
#include <math.h>

#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void read(FieldReader& reader, Instruction* i) {
  MaxNormGeometry& g = i->geometry.maxNorm;
  g.rows = reader.whole32(1, kMostField);
  g.columns = reader.whole32(1, kMostField);
  g.limit = reader.number();
}

Status check(Checker& checker, const Instruction& i) {
  const MaxNormGeometry& g = i.geometry.maxNorm;
  if (!(isfinite(g.limit) && g.limit > 0)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 0) && checker.boundsRows(i.inputs[0], g.rows, product(g.rows, g.columns, 1)));
}

void lower(Lowering& lowering, const Instruction& i, Call*) {
  lowering.rulesOf(i.inputs[0]).maxNorm = i.geometry.maxNorm;
}

}  // namespace

constexpr OpDefinition maxNormOp = {.geometry = {3, read}, .check = check, .lower = lower};

}  // namespace laminet
