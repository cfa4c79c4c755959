// Pairs of samples that are mixed: lib/ops/mixup.ts has the formulas.
#pragma once
#include <stdint.h>

namespace laminet {

struct MixupKernels {
  // The four random words that a step's mixing goes by.
  void (*draw)(uint64_t seed, uint32_t step, uint32_t stream, uint32_t* words);
  // y = share * a + (1 - share) * b; `count` is a multiple of 16. y may be either of the two.
  void (*rows)(int64_t count, float share, const float* a, const float* b, float* y);
};

}  // namespace laminet
