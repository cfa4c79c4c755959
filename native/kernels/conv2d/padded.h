// Copies of channels with zeros around them.
#pragma once
#include "kernels/geometry.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

LAMINET_INLINE bool isPadded(const Conv2dGeometry& g) {
  return g.padTop != 0 || g.padBottom != 0 || g.padLeft != 0 || g.padRight != 0;
}

LAMINET_INLINE int64_t paddedPlane(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.padTop + g.inHeight + g.padBottom) * (g.padLeft + g.inWidth + g.padRight) * kLanes;
}

// The inputs of a channel, into the middle of `padded`, whose zeros are there from the first time on.
inline void copyPadded(const Conv2dGeometry& g, const float* input, float* padded) {
  const int64_t row = static_cast<int64_t>(g.padLeft + g.inWidth + g.padRight) * kLanes;
  const size_t bytes = static_cast<size_t>(g.inWidth) * kLanes * sizeof(float);
  float* to = padded + g.padTop * row + static_cast<int64_t>(g.padLeft) * kLanes;
  for (int32_t y = 0; y < g.inHeight; y++) {
    __builtin_memcpy(to, input, bytes);
    to += row;
    input += static_cast<int64_t>(g.inWidth) * kLanes;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
