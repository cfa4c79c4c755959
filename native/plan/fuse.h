// Instructions that one kernel does together, found in a checked program before it is lowered.
#pragma once
#include "plan/program.h"

namespace laminet {

// Has a convolution do the max-pooling and the activation that follow it, where nobody else reads what lies between:
// windows of 2x2 that tile the convolution's outputs, then tanh, sigmoid or relu, if any. The convolution then writes
// what these would have written; they stay in their places without operands, so that numbers of instructions hold.
void fuse(Program* program);

}  // namespace laminet
