// What the functions that run calls share: where a call finds its operands in a slice.
#pragma once
#include "plan/lower.h"

namespace laminet {

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
inline const float* packedOf(const Call& call, const Slice& slice) { return slice.packed + call.weight; }
inline const float* weightOf(const Call& call, const Slice& slice) { return slice.buffers->parameters + call.weight; }
inline float* gradientOf(const Call& call, const Slice& slice) { return slice.gradients + call.weight; }

// OpDefinition::work of an op that does so much for each element of its output.
template <int cost>
int64_t workPerOutput(const Call& call) {
  return cost * call.outputElements[0];
}

// This part's range of a tensor of so many elements, in floats: whole vectors of 16.
inline Share floatsOf(const Call& call, const Slice& slice, int64_t elements) {
  const Share vectors = shareOf(slice.part, (elements * call.lanes + 15) / 16);
  return {vectors.begin * 16, vectors.end * 16};
}

}  // namespace laminet
