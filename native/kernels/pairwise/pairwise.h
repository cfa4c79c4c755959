// Functions of pairs of elements, over `count` floats (a multiple of 16). The output may be the memory of either input.
#pragma once
#include <stdint.h>

namespace laminet {

struct PairwiseKernels {
  void (*add)(int64_t count, const float* a, const float* b, float* y);
  void (*multiply)(int64_t count, const float* a, const float* b, float* y);
};

}  // namespace laminet
