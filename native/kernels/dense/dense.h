// Fully connected layers of one slice. Inputs and outputs are [features][16]. A convolution whose kernel covers its
// whole image is one, too.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct DenseKernels {
  // Floats that packed weights take in either direction.
  int64_t (*packedSize)(int32_t rows, int32_t columns);
  // Rows [begin, end) of weight [outputs][inputs] in the order in which forward and gradInput read them.
  void (*packForward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  void (*packBackward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // output = weight * input + bias, one chain over the inputs an element. bias may be null.
  void (*forward)(const DenseGeometry&, Part, const float* input, const float* packed, const float* bias,
                  float* output);
  // gradInput = transposed weight * gradOutput, one chain over the outputs an element.
  void (*gradInput)(const DenseGeometry&, Part, const float* gradOutput, const float* packed, float* gradInput);
  // The weights' gradient is a matrix product over all samples of a step, done when every slice has been through: a
  // slice leaves its inputs behind, transposed to [16][inputs, filled up to whole slices of 16], and its gradOutput as
  // it is.
  int64_t (*keptInputs)(const DenseGeometry&);  // floats that a slice's inputs take
  void (*keepInputs)(const DenseGeometry&, const float* input, float* kept);
  // Rows [begin, end) of gradWeight [outputs][inputs] = sum over slices and their samples of gradOutput * input, one
  // chain an element. The slices' keptInputs and gradOutputs ([outputs][16]) lie one after another.
  void (*gradWeightRows)(const DenseGeometry&, int32_t begin, int32_t end, int32_t slices, const float* keptInputs,
                         const float* gradOutputs, float* gradWeight);
};

}  // namespace laminet
