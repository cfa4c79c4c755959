// Ops whose output elements depend on the same elements of the inputs alone: the layout of a slice is all one to them.
#pragma once
#include "plan/checker.h"
#include "plan/op.h"

namespace laminet {

// So many rows, as long as the output.
template <size_t inputs>
Status rowsAre(Checker& checker, const Instruction& i, int64_t elements) {
  bool right = counts(i, inputs, 1);
  for (size_t k = 0; k < inputs && right; k++) right = checker.reads(i.inputs[k], elements);
  return operandsAre(right && checker.writesRow(i.outputs[0], elements));
}

template <size_t inputs>
Status checkElementwise(Checker& checker, const Instruction& i) {
  return rowsAre<inputs>(checker, i, i.geometry.elements);
}

}  // namespace laminet
