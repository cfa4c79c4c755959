// Functions of pairs of elements. The output may be the memory of either input.
#pragma once
#include <stdint.h>

namespace laminet {

struct PairwiseKernels {
  // Over `count` floats, a multiple of 16.
  void (*add)(int64_t count, const float* a, const float* b, float* y);
  void (*multiply)(int64_t count, const float* a, const float* b, float* y);
  // 0 where x is above 0, else gradOutput * x: what the gradient of a learned slope is the sum of.
  void (*preluGradTerms)(int64_t count, const float* gradOutput, const float* x, float* terms);
};

}  // namespace laminet
