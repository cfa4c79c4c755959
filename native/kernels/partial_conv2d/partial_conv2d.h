// Two-dimensional convolution of one slice, [channels][height][width][16], in which each filter sees some of the
// channels. Weights are used as they are, [kernels][kernelHeight][kernelWidth]. Geometry and table are trusted.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

// Which filter has a kernel for which channel. Kernels are numbered filter by filter.
struct Connections {
  const int32_t* firstKernels;  // by filter, and one more: its kernels are [firstKernels[k], firstKernels[k + 1])
  const int32_t* channels;      // by kernel
  // The same by channel: its uses are [firstUses[c], firstUses[c + 1]), each a kernel and that kernel's filter.
  const int32_t* firstUses;
  const int32_t* kernels;
  const int32_t* filters;
};

struct PartialConv2dKernels {
  // output[k] = bias[k] + sum of input * weight over k's kernels, one chain an element, kernel by kernel. bias may be
  // null.
  void (*forward)(const Conv2dGeometry&, const Connections&, Part, const float* input, const float* weight,
                  const float* bias, float* output);
  // gradInput[c] = sum of gradOutput * weight over c's uses, one chain an element, use by use. Zeros where it has none.
  void (*gradInput)(const Conv2dGeometry&, const Connections&, Part, const float* gradOutput, const float* weight,
                    float* gradInput);
  // Floats of working memory that gradWeight needs, each thread its own.
  int64_t (*scratchSize)(const Conv2dGeometry&);
  // gradWeight of a kernel = sum of gradOutput * input over positions and the 16 samples: a chain over positions in
  // each lane, to which padding adds zeros, then the fixed tree over lanes.
  void (*gradWeight)(const Conv2dGeometry&, const Connections&, Part, const float* gradOutput, const float* input,
                     float* scratch, float* gradWeight);
};

}  // namespace laminet
