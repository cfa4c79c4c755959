// Kernels for one sample by itself: tensors are [channels][height][width], with neighbouring pixels (or features) side
// by side in the vectors. Slices of 16 samples are for batches; these are for a sample or a few, whose slice would be
// mostly empty.
//
// As everywhere, geometry is trusted, tensors end at their size and do not overlap, and each function computes its part
// of the outputs. Every thread has a scratch memory of its own.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

// Weights are read as they are stored, [outChannels][inChannels / groups][kernelHeight][kernelWidth]. Elements of
// output and gradInput are the chains of the kernels for slices, in their order, and come out the same; only that
// padding is multiplied, so that an infinite weight gives NaN beside an edge, and an infinite gradient there gives NaN
// in gradWeight.
struct PlanarConv2dKernels {
  // Floats of scratch memory that any of the three needs.
  int64_t (*scratchSize)(const Conv2dGeometry&);
  // output[k] = bias[k] + sum over c, r, s of input * weight, one chain over (c, r, s) an element. bias may be null.
  void (*forward)(const Conv2dGeometry&, Part, const float* input, const float* weight, const float* bias,
                  float* scratch, float* output);
  // gradInput[c] = sum of gradOutput * weight over filters and flipped taps, one chain an element.
  void (*gradInput)(const Conv2dGeometry&, Part, const float* gradOutput, const float* weight, float* scratch,
                    float* gradInput);
  // gradWeight = sum of gradOutput * input over the pixels of the output, to which padding adds zeros: where filters
  // fill vectors, one chain over the pixels; else a chain in each of 16 lanes, over the pixels whose number is the
  // lane's modulo 16, then the fixed tree over lanes.
  void (*gradWeight)(const Conv2dGeometry&, Part, const float* gradOutput, const float* input, float* scratch,
                     float* gradWeight);
};

struct PlanarDenseKernels {
  // Floats that packed weights take.
  int64_t (*packedSize)(const DenseGeometry&);
  // Rows [begin, end) of weight [outputs][inputs] in the order in which forward reads them: [block of 16
  // outputs][inputs][16], filled up with zeros. `begin` is a multiple of 16; so is `end`, or the number of outputs.
  void (*packForward)(const DenseGeometry&, const float* weight, int32_t begin, int32_t end, float* packed);
  // output = weight * input + bias, one chain over the inputs an element. bias may be null.
  void (*forward)(const DenseGeometry&, Part, const float* input, const float* packed, const float* bias,
                  float* output);
  // gradInput = transposed weight * gradOutput, one chain over the outputs an element. The weight is read as stored.
  void (*gradInput)(const DenseGeometry&, Part, const float* gradOutput, const float* weight, float* gradInput);
  // Rows [begin, end) of gradWeight [outputs][inputs] = sum over samples of gradOutput * input, one chain an element.
  // The samples' inputs and gradOutputs lie one after another.
  void (*gradWeightRows)(const DenseGeometry&, int32_t begin, int32_t end, int32_t samples, const float* inputs,
                         const float* gradOutputs, float* gradWeight);
};

// As MaxPool2dKernels, with the winners (bytes or floats, see winnerBytes) in the order of the outputs.
struct PlanarMaxPool2dKernels {
  void (*forward)(const MaxPool2dGeometry&, Part, const float* input, float* output, void* winners);
  void (*gradInput)(const MaxPool2dGeometry&, Part, const float* gradOutput, const void* winners, float* gradInput);
};

struct PlanarKernels {
  PlanarConv2dKernels conv2d;
  PlanarDenseKernels dense;
  PlanarMaxPool2dKernels maxPool2d;
  // sums[channel] = sum of x over pixels, for the part's channels: a chain in each of 16 lanes, over the pixels whose
  // number is the lane's modulo 16, then the fixed tree over lanes.
  void (*channelSums)(const ChannelGeometry&, Part, const float* x, float* sums);
  // output = stored sample * scale, zeros around it. `sample` is the first number of the sample.
  void (*gatherBytes)(const GatherGeometry&, Part, const uint8_t* sample, float* output);
  void (*gatherFloats)(const GatherGeometry&, Part, const float* sample, float* output);
};

}  // namespace laminet
