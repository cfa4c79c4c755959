// Normalization of groups of channels of one slice, [channels][pixels][16]: every lane, a sample, by itself. Parts
// share the groups, or the channels where a gradient sums over samples.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct GroupNormKernels {
  // y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance being those of a group in a
  // lane; gamma and beta may be null. statistics, [2][groups][16]: the means, then the 1 / sqrt(variance + epsilon).
  void (*forward)(const GroupNormGeometry&, Part, const float* x, const float* gamma, const float* beta, float* y,
                  float* statistics);
  // inverse * (h - mean(h) - normalized x * mean(h * normalized x)), h = gamma * gradOutput, means over the group.
  // Lanes whose gradients are 0 get zeros. gradInput may be gradOutput.
  void (*gradInput)(const GroupNormGeometry&, Part, const float* gradOutput, const float* x, const float* statistics,
                    const float* gamma, float* gradInput);
  // gradGamma[c] = the sum of gradOutput * normalized x over pixels, in each lane, then by the fixed tree over lanes.
  void (*gradGamma)(const GroupNormGeometry&, Part, const float* gradOutput, const float* x, const float* statistics,
                    float* gradGamma);
};

}  // namespace laminet
