// Fully connected layers of one slice. Inputs and outputs are [features][16]. A convolution whose kernel covers its whole
// image is one, too.
#pragma once
#include "kernels/geometry.h"

namespace laminet {

struct DenseKernels {
  // Floats that packed weights take in either direction.
  int64_t (*packedSize)(int32_t rows, int32_t columns);
  // Rows [begin, end) of weight [outputs][inputs] in the order in which forward and gradInput read them.
  void (*packForward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  void (*packBackward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // output = weight * input + bias, one chain over the inputs an element. bias may be null.
  void (*forward)(const DenseGeometry&, const float* input, const float* packed, const float* bias, float* output);
  // gradInput = transposed weight * gradOutput, one chain over the outputs an element.
  void (*gradInput)(const DenseGeometry&, const float* gradOutput, const float* packed, float* gradInput);
  // Floats of working memory that gradWeight needs.
  int64_t (*scratchSize)(const DenseGeometry&);
  // gradWeight [outputs][inputs] = gradOutput * transposed input, one chain over the 16 samples an element.
  void (*gradWeight)(const DenseGeometry&, const float* gradOutput, const float* input, float* scratch,
                     float* gradWeight);
};

}  // namespace laminet
