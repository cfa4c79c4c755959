#pragma once
#include "plan/lower.h"

namespace laminet {

// The function that runs an op for a slice. `dense` for a convolution whose kernel covers its whole image.
using CallFunction = void (*)(const Call&, Slice&);
CallFunction callFunction(Op op, bool dense);
// The same for an op that pools, too.
CallFunction pooledCallFunction(Op op);

}  // namespace laminet
