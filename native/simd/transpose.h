// From samples in the lanes to features in the lanes.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// to[lane][row] from rows of 16 lanes; both strides are in floats. The rows are a multiple of 4.
LAMINET_INLINE void transposeRows(const float* from, int64_t fromStride, int32_t rows, float* to, int64_t toStride) {
  for (int32_t row = 0; row < rows; row += 4) {
    const float* at = from + row * fromStride;
    // Unrolled, it spills where other pointers are in use.
#pragma GCC unroll 1
    for (int lane = 0; lane < kLanes; lane += 4) {
      __m128 a = _mm_loadu_ps(at + lane);
      __m128 b = _mm_loadu_ps(at + fromStride + lane);
      __m128 c = _mm_loadu_ps(at + 2 * fromStride + lane);
      __m128 d = _mm_loadu_ps(at + 3 * fromStride + lane);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      float* out = to + lane * toStride + row;
      _mm_storeu_ps(out, a);
      _mm_storeu_ps(out + toStride, b);
      _mm_storeu_ps(out + 2 * toStride, c);
      _mm_storeu_ps(out + 3 * toStride, d);
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
