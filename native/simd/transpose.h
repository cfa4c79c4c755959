// Blocks of numbers whose rows become columns.
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

#if defined(__AVX512F__)

// to[column][row] = from[row][column] of 16 x 16 floats; rows from `rows` on are taken for zeros. Strides are in
// floats.
inline void transposeSquare(const float* from, int64_t fromStride, int32_t rows, float* to, int64_t toStride) {
  __m512 a[16];
  __m512 b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) a[i] = i < rows ? _mm512_loadu_ps(from + i * fromStride) : _mm512_setzero_ps();
    // Pairs of rows, then fours: b[4 i + j] holds columns j, 4 + j, 8 + j and 12 + j of rows 4 i to 4 i + 3.
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm512_shuffle_ps(b[i], b[i + 2], 0xee);
    a[i + 2] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    const __m512 upperEven = _mm512_shuffle_f32x4(a[j], a[4 + j], 0x88);
    const __m512 upperOdd = _mm512_shuffle_f32x4(a[j], a[4 + j], 0xdd);
    const __m512 lowerEven = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0x88);
    const __m512 lowerOdd = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0xdd);
    _mm512_storeu_ps(to + j * toStride, _mm512_shuffle_f32x4(upperEven, lowerEven, 0x88));
    _mm512_storeu_ps(to + (4 + j) * toStride, _mm512_shuffle_f32x4(upperOdd, lowerOdd, 0x88));
    _mm512_storeu_ps(to + (8 + j) * toStride, _mm512_shuffle_f32x4(upperEven, lowerEven, 0xdd));
    _mm512_storeu_ps(to + (12 + j) * toStride, _mm512_shuffle_f32x4(upperOdd, lowerOdd, 0xdd));
  }
}

#else

// The same in squares of 4 x 4.
inline void transposeSquare(const float* from, int64_t fromStride, int32_t rows, float* to, int64_t toStride) {
  const auto row = [&](int i, int column) {
    return i < rows ? _mm_loadu_ps(from + i * fromStride + column) : _mm_setzero_ps();
  };
  for (int r = 0; r < 16; r += 4) {
    for (int c = 0; c < 16; c += 4) {
      __m128 a = row(r, c);
      __m128 b = row(r + 1, c);
      __m128 d = row(r + 2, c);
      __m128 e = row(r + 3, c);
      _MM_TRANSPOSE4_PS(a, b, d, e);
      float* out = to + c * toStride + r;
      _mm_storeu_ps(out, a);
      _mm_storeu_ps(out + toStride, b);
      _mm_storeu_ps(out + 2 * toStride, d);
      _mm_storeu_ps(out + 3 * toStride, e);
    }
  }
}

#endif

}  // namespace LAMINET_ISA
}  // namespace laminet
