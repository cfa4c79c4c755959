// Dropout of one slice, [channels][pixels][16]: a random word for each channel of each sample decides for all of the
// channel's pixels. Forward and backward are the same: the mask is not kept, but drawn again. Parts share the channels.
#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {

// What the random words are a function of, beside channel and sample.
struct DropoutDraw {
  uint64_t seed;
  uint32_t step;
  uint32_t firstSample;  // in the step: the place of the slice's first lane
};

struct DropoutKernels {
  // y = x * scale where the word is not below the threshold, else 0. The word of channel c of the sample at place n in
  // its step is number c % 4 of the Philox block with the key `seed` and the counter (c / 4, n, step, stream). x and y
  // may be the same.
  void (*apply)(const DropoutGeometry&, Part, const DropoutDraw&, const float* x, float* y);
};

}  // namespace laminet
