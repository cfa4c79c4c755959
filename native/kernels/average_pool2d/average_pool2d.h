// Average pooling of one slice, [channels][height][width][16]. Parts share the channels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct AveragePool2dKernels {
  // The sum of each window's pixels, row by row, over the divisor.
  void (*forward)(const AveragePool2dGeometry&, Part, const float* input, float* output);
  // The gradient of each output over the divisor, to all of its window's pixels; where windows overlap, they add up in
  // the windows' order.
  void (*gradInput)(const AveragePool2dGeometry&, Part, const float* gradOutput, float* gradInput);
};

}  // namespace laminet
