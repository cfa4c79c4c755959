// The functions of simd/math.h and simd/simd.h that no kernel hands out as they are, for one instruction set.
#pragma once
#include <stdint.h>

#include "cpu/features.h"

namespace laminet {

struct VectorFunctions {
  // Over `count` floats, a multiple of 16.
  void (*exp)(int64_t count, const float* x, float* y);
  void (*log)(int64_t count, const float* x, float* y);
  // Whole numbers to bytes and back: what the places of pooling winners go through.
  void (*storeBytes)(int64_t count, const float* x, uint8_t* y);
  void (*loadBytes)(int64_t count, const uint8_t* x, float* y);
};

namespace sse2 {
const VectorFunctions& vectorFunctions();
}
namespace avx2 {
const VectorFunctions& vectorFunctions();
}
namespace avx512 {
const VectorFunctions& vectorFunctions();
}

inline const VectorFunctions& vectorFunctionsFor(InstructionSet set) {
  if (set == InstructionSet::avx512) return avx512::vectorFunctions();
  if (set == InstructionSet::avx2) return avx2::vectorFunctions();
  return sse2::vectorFunctions();
}

}  // namespace laminet
