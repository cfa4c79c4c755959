// Batch normalization of one slice, [channels][pixels][16]. Parts share the channels. What a slice gives for the whole
// batch's statistics and sums is combined in plan/batch_norm.cc.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct BatchNormKernels {
  // Of the slice's first `samples` lanes, for each channel: values[c] = their sum; values[channels + c] = the sum of
  // the squares of their differences from their own mean.
  void (*statistics)(const BatchNormGeometry&, Part, int32_t samples, const float* x, float* values);
  // y = gamma * (x - mean) / sqrt(variance + epsilon) + beta; gamma and beta may be null.
  void (*normalize)(const BatchNormGeometry&, Part, const float* x, const float* mean, const float* variance,
                    const float* gamma, const float* beta, float* y);
  // Of all lanes, for each channel: values[c] = the sum of gradOutput; values[channels + c] = the sum of gradOutput
  // times the normalized x.
  void (*sums)(const BatchNormGeometry&, Part, const float* gradOutput, const float* x, const float* mean,
               const float* variance, float* values);
  // gamma / sqrt(variance + epsilon) * (gradOutput - gradientMean - normalized x * productMean), and zeros in lanes
  // from `samples` on. The means are sums [2][channels] divided by `count`, or left out where `sums` is null.
  void (*gradInput)(const BatchNormGeometry&, Part, int32_t samples, const float* gradOutput, const float* x,
                    const float* mean, const float* variance, const float* sums, float count, const float* gamma,
                    float* gradInput);
};

}  // namespace laminet
