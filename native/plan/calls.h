#pragma once
#include "plan/lower.h"

namespace laminet {

using CallFunction = void (*)(const Call&, Slice&);

// The function that runs an op for a slice of 16 samples. `dense` for a convolution whose kernel covers its whole
// image.
CallFunction callFunction(Op op, bool dense);
// The same for an op that pools, too.
CallFunction pooledCallFunction(Op op);

// The same for a slice of one sample; null where the op has no kernel of its own for that.
CallFunction planarCallFunction(Op op, bool dense);

// Runs call.spread, a call for slices of 16, on one sample: its inputs are spread to the first of 16 lanes, and the
// outputs collected from there.
void runSpread(const Call& call, Slice& slice);

// Targets to the slice's lanes; lanes without a sample get zeros.
void gatherTargets(const Call& call, Slice& slice);

// Operands of a call.
inline float* floatsAt(const Slice& slice, Place place) {
  return reinterpret_cast<float*>(slice.blocks[static_cast<int>(place.block)] + place.offset);
}
inline float* inputOf(const Call& call, const Slice& slice, int index) { return floatsAt(slice, call.inputs[index]); }
inline float* outputOf(const Call& call, const Slice& slice, int index = 0) {
  return floatsAt(slice, call.outputs[index]);
}
inline const float* biasOf(const Call& call, const Slice& slice) {
  return call.bias < 0 ? nullptr : slice.buffers->parameters + call.bias;
}
inline float* gradientOf(const Call& call, const Slice& slice) { return slice.gradients + call.weight; }

}  // namespace laminet
