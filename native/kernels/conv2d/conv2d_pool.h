// A convolution together with the max-pooling (2x2 windows that tile its outputs, whose sizes are even) that follows
// it, of one slice. Pooled values are [channels][outHeight / 2][outWidth / 2][16]; a winner is a byte, its place in the
// window. Geometry is that of the convolution.
#pragma once
#include "kernels/elementwise/elementwise.h"
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct Conv2dPoolKernels {
  // Forward (of weights packed by Conv2dKernels::packForward), pooling, and an activation, if there is one: the same
  // bits as one after the other.
  void (*forward)(const Conv2dGeometry&, Part, const float* input, const float* packed, const float* bias,
                  Activation activation, float* output, uint8_t* winners);
  // Whether the functions below are there, and made for this convolution. Their sums leave out the values that won
  // nowhere, and go window by window, row by row.
  bool (*hasGradients)(const Conv2dGeometry&);
  // Floats that packed weights take; they start as zeros. Filters [begin, end) of the weight for gradInput.
  int64_t (*packedSize)(const Conv2dGeometry&);
  void (*packBackward)(const Conv2dGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // gradInput[c] = sum of gradPooled * weight, one chain over windows, and filters within a window, an element.
  void (*gradInput)(const Conv2dGeometry&, Part, const float* gradPooled, const uint8_t* winners, const float* packed,
                    float* gradInput);
  // Floats of working memory that gradWeight needs, each thread its own.
  int64_t (*scratchSize)(const Conv2dGeometry&);
  // gradWeight = sum of gradPooled * input: a chain over windows in each lane, then the fixed tree over lanes.
  void (*gradWeight)(const Conv2dGeometry&, Part, const float* gradPooled, const uint8_t* winners, const float* input,
                     float* scratch, float* gradWeight);
};

}  // namespace laminet
