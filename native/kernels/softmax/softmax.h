// Softmax and its logarithm over channels, for every pixel and lane by itself; tensors are [channels][pixels][16].
// Input and output may be the same memory.
#pragma once
#include "kernels/geometry.h"

namespace laminet {

struct SoftmaxKernels {
  void (*softmax)(const ChannelGeometry&, const float* x, float* y);
  void (*softmaxGrad)(const ChannelGeometry&, const float* gradOutput, const float* y, float* gradInput);
  void (*logSoftmax)(const ChannelGeometry&, const float* x, float* y);
  void (*logSoftmaxGrad)(const ChannelGeometry&, const float* gradOutput, const float* y, float* gradInput);
};

}  // namespace laminet
