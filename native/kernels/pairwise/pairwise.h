// Functions of pairs of elements. The output may be the memory of either input.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct PairwiseKernels {
  // Over `count` floats, a multiple of 16.
  void (*add)(int64_t count, const float* a, const float* b, float* y);
  void (*multiply)(int64_t count, const float* a, const float* b, float* y);
  // Adds each channel's number at all of its pixels, of `lanes` floats each. Parts share the channels.
  void (*addBias)(const ChannelGeometry&, int32_t lanes, Part, const float* x, const float* bias, float* y);
};

}  // namespace laminet
