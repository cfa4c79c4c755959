// The end of a step: the slices' gradients are added up and the parameters changed.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"

namespace laminet {

constexpr int kMostState = 3;

// What an optimizer changes, and what by. The learning rate is the step's, times the parameter's own factor; the
// factors are those of the step, and lib/optimizers/ has their formulas.
struct UpdateArguments {
  int64_t count;
  const float* gradients;
  float* weights;
  float* state[kMostState];
  const UpdateGeometry* geometry;
  double learningRate;
  const double* factors;
};

// The functions from sgd on are optimizers: one pass over gradients, weights and state. The formulas are those of
// lib/ops/update.ts.
struct UpdateKernels {
  // Adds `slots` arrays of `count` floats, `stride` floats apart, by a fixed tree (neighbours, then pairs of
  // neighbours, ...); the sum is left in the first, the others hold intermediate sums afterwards.
  void (*sumSlots)(float* first, int64_t stride, int32_t slots, int64_t count);
  // to += from.
  void (*add)(int64_t count, const float* from, float* to);
  // gradients = min(max(gradients, -limit), limit); NaN stays.
  void (*clamp)(int64_t count, float limit, float* gradients);
  // gradients *= factor.
  void (*scale)(int64_t count, float factor, float* gradients);
  // gathered = share * gradients, added to what has been gathered unless this begins it.
  void (*gather)(int64_t count, float share, bool begins, const float* gradients, float* gathered);
  // gradients += l1 * sign(weights) + l2 * weights.
  void (*addPenalty)(int64_t count, double l1, double l2, const float* weights, float* gradients);
  // Sums of squares and of magnitudes in double precision; the same bits on every instruction set.
  double (*squares)(int64_t count, const float* values);
  double (*sizes)(int64_t count, const float* values);
  // average = kept * average + (1 - kept) * weights.
  void (*average)(int64_t count, double kept, const float* weights, float* average);
  // Scales a row whose norm is above the limit to that norm.
  void (*boundRow)(int64_t columns, double limit, float* weights);
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
