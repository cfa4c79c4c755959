// The end of a step: the slices' gradients are added up and the parameters changed.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"

namespace laminet {

constexpr int kMostState = 3;

// What an optimizer changes, and what by. The learning rate and the factors are those of the step; lib/optimizers/ has
// the factors' formulas.
struct UpdateArguments {
  int64_t count;
  const float* gradients;
  float* weights;
  float* state[kMostState];
  const UpdateGeometry* geometry;
  double learningRate;
  const double* factors;
};

// Every function but the first two is an optimizer: one pass over gradients, weights and state. The formulas are those
// of lib/ops/update.ts.
struct UpdateKernels {
  // Adds `slots` arrays of `count` floats, `stride` floats apart, by a fixed tree (neighbours, then pairs of
  // neighbours, ...); the sum is left in the first, the others hold intermediate sums afterwards.
  void (*sumSlots)(float* first, int64_t stride, int32_t slots, int64_t count);
  // to += from.
  void (*add)(int64_t count, const float* from, float* to);
  void (*sgd)(const UpdateArguments&);
  void (*momentum)(const UpdateArguments&);
  void (*adagrad)(const UpdateArguments&);
  void (*adadelta)(const UpdateArguments&);
  void (*adam)(const UpdateArguments&);
  void (*adamax)(const UpdateArguments&);
  void (*nadam)(const UpdateArguments&);
  void (*radam)(const UpdateArguments&);
  void (*rmsprop)(const UpdateArguments&);
  void (*lion)(const UpdateArguments&);
};

}  // namespace laminet
