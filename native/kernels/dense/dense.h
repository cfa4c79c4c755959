// Fully connected layers. Inputs and outputs of a slice are [features][16]. A convolution whose kernel covers its whole
// image is a fully connected layer, too.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

// Slices of a step, each `stride` floats behind the one before.
struct Slices {
  int32_t count;
  int64_t stride;
};

struct DenseKernels {
  // Floats that packed weights take in either direction.
  int64_t (*packedSize)(int32_t rows, int32_t columns);
  // Rows [begin, end) of weight [outputs][inputs] in the order in which forward and gradInput read them.
  void (*packForward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  void (*packBackward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // output = weight * input + bias, one chain over the inputs an element, for all the slices. bias may be null.
  void (*forward)(const DenseGeometry&, Part, Slices, const float* input, const float* packed, const float* bias,
                  float* output);
  // gradInput = transposed weight * gradOutput, one chain over the outputs an element.
  void (*gradInput)(const DenseGeometry&, Part, Slices, const float* gradOutput, const float* packed, float* gradInput);
  // The weights' gradient is a matrix product over all samples of a step, done when every slice has been through: each
  // leaves its inputs and its outputs' gradients behind, in the order in which that product reads them. `room` is the
  // number of slices that there is room for; these are the floats that all of them take.
  int64_t (*keptInputs)(const DenseGeometry&, int32_t room);
  int64_t (*keptGradients)(const DenseGeometry&, int32_t room);
  void (*keepInputs)(const DenseGeometry&, int64_t slice, int32_t room, const float* input, float* kept);
  void (*keepGradients)(const DenseGeometry&, int64_t slice, int32_t room, const float* gradOutput, float* kept);
  // Rows [begin, end) of gradWeight [outputs][inputs] = sum over the first slices and their samples of gradOutput *
  // input, one chain an element. `begin` is a multiple of 8.
  void (*gradWeightRows)(const DenseGeometry&, int32_t begin, int32_t end, int32_t slices, int32_t room,
                         const float* keptInputs, const float* keptGradients, float* gradWeight);
};

}  // namespace laminet
