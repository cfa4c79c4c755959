// Max-pooling of one slice, [channels][height][width][16]. The winner's place in its window is stored as a byte, or,
// where windows have more than 256 places, as a float. Parts share the channels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct MaxPool2dKernels {
  // The largest value of each window and its place; the first of equal values, and NaN before all.
  void (*forward)(const MaxPool2dGeometry&, Part, const float* input, float* output, void* winners);
  // The gradient of each output goes to its winner; where windows overlap, gradients add up in the windows' order.
  void (*gradInput)(const MaxPool2dGeometry&, Part, const float* gradOutput, const void* winners, float* gradInput);
};

// Bytes of one winner.
inline int32_t winnerBytes(const MaxPool2dGeometry& g) { return g.kernelHeight * g.kernelWidth <= 256 ? 1 : 4; }

}  // namespace laminet
