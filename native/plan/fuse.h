// Instructions that one kernel does together, found in a checked program before it is lowered.
#pragma once
#include "kernels/table.h"
#include "plan/program.h"

namespace laminet {

// Forward, a convolution does the max-pooling and the activation that follow it, where nobody else reads what lies
// between: windows of 2x2 that tile the convolution's outputs, then a monotonic activation, if any.
//
// Backward, the convolution's gradients (to the input, the weights and the bias) take the gradient of the pooled values
// and the winners, in the place of what maxPool2dGrad would make of them.
//
// Instructions whose work another one does stay in their places, without operands: so the numbers of the others hold.
void fuse(Program* program, const KernelTable& kernels);

}  // namespace laminet
