// Functions of single elements, over `count` floats (a multiple of 16). Input and output may be the same memory.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

using Activation = void (*)(int64_t count, const float* x, float* y);

struct ActivationKernels {
  Activation tanh;
  Activation sigmoid;
  Activation relu;
  // Gradients of the input from the gradient of the output and the output itself.
  void (*tanhGrad)(int64_t count, const float* gradOutput, const float* y, float* gradInput);
  void (*sigmoidGrad)(int64_t count, const float* gradOutput, const float* y, float* gradInput);
  void (*reluGrad)(int64_t count, const float* gradOutput, const float* y, float* gradInput);
  // Over channels, for every pixel and lane by itself; tensors are [channels][pixels][16].
  void (*softmax)(const ChannelGeometry&, const float* x, float* y);
  void (*softmaxGrad)(const ChannelGeometry&, const float* gradOutput, const float* y, float* gradInput);
  void (*logSoftmax)(const ChannelGeometry&, const float* x, float* y);
  void (*logSoftmaxGrad)(const ChannelGeometry&, const float* gradOutput, const float* y, float* gradInput);
  // sums[channel] = sum of x over pixels and the 16 samples, for the part's channels: the gradient of a bias.
  void (*channelSums)(const ChannelGeometry&, Part, const float* x, float* sums);
};

}  // namespace laminet
