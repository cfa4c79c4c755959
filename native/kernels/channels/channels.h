// One number for every channel, over its pixels of `lanes` floats each. Input and output may be the same memory. Parts
// share the channels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct ChannelKernels {
  // y = x + bias.
  void (*addBias)(const ChannelGeometry&, int32_t lanes, Part, const float* x, const float* bias, float* y);
  // y = x where x is above 0, else slope * x; and the gradient of x.
  void (*prelu)(const ChannelGeometry&, int32_t lanes, Part, const float* x, const float* slope, float* y);
  void (*preluGradInput)(const ChannelGeometry&, int32_t lanes, Part, const float* gradOutput, const float* x,
                         const float* slope, float* gradInput);
  // sums[channel] = sum of x over pixels and the 16 samples: the gradient of the channel's number.
  void (*sums)(const ChannelGeometry&, Part, const float* x, float* sums);
};

}  // namespace laminet
