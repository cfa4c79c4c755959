// Local response normalization of one slice, [channels][pixels][16]. Parts share the pixels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct LocalResponseNormKernels {
  // y[c] = x[c] * d[c]^-beta, d[c] = k + alpha / size * sum of the squares of the channels from c - floor(size / 2) to
  // c
  // + floor((size - 1) / 2), in this order.
  void (*forward)(const LocalResponseNormGeometry&, Part, const float* x, float* y);
  // Floats of working memory that gradInput needs, each thread its own.
  int64_t (*scratchSize)(const LocalResponseNormGeometry&);
  // gradOutput[c] * d[c]^-beta - 2 * alpha * beta / size * x[c] * sum of gradOutput[j] * x[j] * d[j]^(-beta - 1) over
  // the channels j whose sums x[c] is in.
  void (*gradInput)(const LocalResponseNormGeometry&, Part, const float* gradOutput, const float* x, float* scratch,
                    float* gradInput);
};

}  // namespace laminet
