// Samples of a data set to the lanes of a slice and back.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

struct GatherKernels {
  // output [channels][padded height][padded width][16] = stored sample * scale, zeros around it and in lanes from
  // `count` on. `indices` names the samples; a sample's numbers lie one after another in `samples`.
  // Parts share the rows of the padded image.
  void (*bytes)(const GatherGeometry&, Part, const uint8_t* samples, const uint32_t* indices, int32_t count,
                float* output);
  void (*floats)(const GatherGeometry&, Part, const float* samples, const uint32_t* indices, int32_t count,
                 float* output);
  // rows[lane][elements] = input [elements][16], for the first `count` lanes.
  void (*scatter)(int64_t elements, const float* input, int32_t count, float* rows);
};

}  // namespace laminet
