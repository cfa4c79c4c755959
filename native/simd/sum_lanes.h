// Sums across lanes for many slices of lanes at a time, by the same tree as sumLanes.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

#if defined(__AVX512F__)

// Sums of 16 times 16 lanes: each round adds the halves of two vectors, so that all of a vector's places stay in use.
LAMINET_INLINE void sumLanesOf16(const float* lanes, float* sums) {
  __m512 eight[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    const __m512 a = _mm512_loadu_ps(lanes + i * kLanes);
    const __m512 b = _mm512_loadu_ps(lanes + (i + 8) * kLanes);
    // Lanes 0-7 of a and of b, plus lanes 8-15 of each.
    eight[i] = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
  }
  __m512 four[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    // Quarters of the results: a, b of the first, a, b of the second.
    four[i] = _mm512_add_ps(_mm512_shuffle_f32x4(eight[i], eight[i + 4], 0x88),
                            _mm512_shuffle_f32x4(eight[i], eight[i + 4], 0xdd));
  }
  __m512 two[2];
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    two[i] =
        _mm512_add_ps(_mm512_shuffle_ps(four[i], four[i + 2], 0x44), _mm512_shuffle_ps(four[i], four[i + 2], 0xee));
  }
  const __m512 one = _mm512_add_ps(_mm512_shuffle_ps(two[0], two[1], 0x88), _mm512_shuffle_ps(two[0], two[1], 0xdd));
  // The rounds leave the sums in the order in which they paired the vectors.
  const __m512i order = _mm512_setr_epi32(0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15);
  _mm512_storeu_ps(sums, _mm512_permutexvar_ps(order, one));
}

#endif

// sums[i] = the sum of lanes [16 i, 16 i + 16).
LAMINET_INLINE void sumLanesOfEach(const float* lanes, int32_t count, float* sums) {
  int32_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16) sumLanesOf16(lanes + i * kLanes, sums + i);
#endif
  for (; i < count; i++) sums[i] = sumLanes(lanes + i * kLanes);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
