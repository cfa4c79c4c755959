// Convolution of one slice by Winograd's minimal filtering algorithm F(4x4, 3x3): 36 multiplications give 16 outputs of
// a 3x3 kernel, where 144 would be needed. Tensors are [channels][height][width][16], as for Conv2dKernels. S.
// Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural
// Networks, 2016; the points are of B. Barabasz et al., Error Analysis and Improving the Accuracy of Winograd
// Convolution for Deep Neural Networks, 2020.
//
// Results differ from Conv2dKernels' in their roundings: by about three times as much from the exact ones, where
// channels are many (docs/decisions/0011-winograd-in-the-lanes.md). A NaN or an infinity makes NaNs of all outputs of
// the tiles in whose 6x6 inputs it lies, of its own sample. Sums over the channels are one chain for an element, and
// what an element gets does not depend on the part.
//
// Where the convolution is followed by max-pooling (2x2 windows that tile its outputs, whose sizes are even), pooled
// values and the winners' places in their windows (bytes) stand in for its outputs; without it, `winners` is null.
#pragma once
#include "kernels/elementwise/elementwise.h"
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct WinogradKernels {
  // Whether the algorithm can do this convolution, and is worth it: a rule on the geometry alone.
  bool (*suits)(const Conv2dGeometry&);
  // Floats that packed weights take, in either direction.
  int64_t (*packedSize)(const Conv2dGeometry&);
  // Transforms filters [begin, end) of weight [outChannels][inChannels][3][3] for forward.
  void (*packForward)(const Conv2dGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // The same filters, flipped, for gradInput.
  void (*packBackward)(const Conv2dGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // Floats of working memory that forward and gradInput need, and that gradWeight needs; each thread its own.
  int64_t (*mapScratchSize)(const Conv2dGeometry&);
  int64_t (*weightScratchSize)(const Conv2dGeometry&);
  // output = convolution + bias, pooled unless winners is null, then through an activation unless it has no function.
  // bias may be null.
  void (*forward)(const Conv2dGeometry&, Part, const float* input, const float* packed, const float* bias,
                  Activation activation, float* scratch, float* output, uint8_t* winners);
  void (*gradInput)(const Conv2dGeometry&, Part, const float* gradOutput, const uint8_t* winners, const float* packed,
                    float* scratch, float* gradInput);
  // Sums over tiles and the 16 samples are one chain for each of the 36 products of a tile.
  void (*gradWeight)(const Conv2dGeometry&, Part, const float* gradOutput, const uint8_t* winners, const float* input,
                     float* scratch, float* gradWeight);
};

}  // namespace laminet
