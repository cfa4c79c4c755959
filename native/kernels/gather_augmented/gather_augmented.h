// Samples of a data set to the lanes of a slice, or one sample to its plane, changed at random:
// lib/ops/gather-augmented.ts has the formulas. What is done to a sample is drawn by counters, so that it depends on no
// slice, part or thread. Parts share the rows of all channels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

// What the random words are a function of, beside the sample.
struct AugmentDraw {
  uint64_t seed;
  uint32_t step;
  uint32_t firstSample;  // in the step: the place of the slice's first sample
  int64_t epoch;
};

struct GatherAugmentedKernels {
  // output [channels][padded height][padded width][16], with zeros in lanes from `count` on. `indices` names the
  // samples.
  void (*bytes)(const GatherAugmentedGeometry&, Part, const AugmentDraw&, const uint8_t* samples,
                const uint32_t* indices, int32_t count, float* output);
  void (*floats)(const GatherAugmentedGeometry&, Part, const AugmentDraw&, const float* samples,
                 const uint32_t* indices, int32_t count, float* output);
  // output [channels][padded height][padded width] of one sample.
  void (*planarBytes)(const GatherAugmentedGeometry&, Part, const AugmentDraw&, const uint8_t* samples,
                      const uint32_t* index, float* output);
  void (*planarFloats)(const GatherAugmentedGeometry&, Part, const AugmentDraw&, const float* samples,
                       const uint32_t* index, float* output);
};

}  // namespace laminet
