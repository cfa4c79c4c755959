// The end of a step: the slices' gradients are added up and the parameters changed.
#pragma once
#include <stdint.h>

namespace laminet {

struct UpdateKernels {
  // Adds `slots` arrays of `count` floats, `stride` floats apart, by a fixed tree (neighbours, then pairs of
  // neighbours, ...); the sum is left in the first, the others hold intermediate sums afterwards.
  void (*sumSlots)(float* first, int64_t stride, int32_t slots, int64_t count);
  // to += from.
  void (*add)(int64_t count, const float* from, float* to);
  // weights -= learningRate * gradients.
  void (*sgd)(int64_t count, float learningRate, const float* gradients, float* weights);
};

}  // namespace laminet
