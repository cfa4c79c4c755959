#pragma once
#include "plan/program.h"

namespace laminet {

// Checks a decoded program: geometry against itself and against the sizes of the tensors it is used on, roles and kinds
// of operands, parameters inside their buffer and apart from each other, every tensor written once and before it is
// read. After this no kernel can be led outside its tensors. Fills in `targetElements`,
// `stateSlots` and `stepFactors`.
Status checkProgram(Program* program, int32_t* where);

}  // namespace laminet
