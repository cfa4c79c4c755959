// Two-dimensional convolution of one slice: 16 samples side by side in the innermost dimension,
// [channels][height][width][16].
//
// Each function computes its part of the outputs of a slice. Geometry is trusted: output sizes fit window, strides and
// padding, groups divide both channel counts, and no window position overflows 32 bits. Tensors do not overlap.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct Conv2dKernels {
  // Packed weights take as many floats as the weights, in either direction.
  // Brings filters [begin, end) of weight [outChannels][inChannels / groups][kernelHeight][kernelWidth] into the order
  // in which forward reads them: blocks of neighbouring filters, the filters of a block innermost.
  void (*packForward)(const Conv2dGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // The same filters for gradInput: kernels flipped, input channels innermost.
  void (*packBackward)(const Conv2dGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // output[k] = bias[k] + sum over c, r, s of input * weight, one chain over (c, r, s) an element. bias may be null.
  void (*forward)(const Conv2dGeometry&, Part, const float* input, const float* packed, const float* bias,
                  float* output);
  // gradInput[c] = sum of gradOutput * weight over filters and taps, one chain an element.
  void (*gradInput)(const Conv2dGeometry&, Part, const float* gradOutput, const float* packed, float* gradInput);
  // Floats of working memory that gradWeight needs, each thread its own.
  int64_t (*scratchSize)(const Conv2dGeometry&);
  // gradWeight = sum of gradOutput * input over positions and the 16 samples: where the channels fill vectors, one
  // chain over positions and samples; else a chain over positions in each lane, to which padding adds zeros, then the
  // fixed tree over lanes.
  void (*gradWeight)(const Conv2dGeometry&, Part, const float* gradOutput, const float* input, float* scratch,
                     float* gradWeight);
};

}  // namespace laminet
