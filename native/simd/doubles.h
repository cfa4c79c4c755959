// Sixteen doubles, for sums of floats that must not depend on how many there are: a product of two floats is exact in
// them, so that the sums have the same bits on every instruction set, fused multiplication or not.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

#if defined(__AVX512F__)

constexpr int kDoubleVectors = 2;
using DoubleVector = __m512d;
LAMINET_INLINE DoubleVector zeroDoubles() { return _mm512_setzero_pd(); }
LAMINET_INLINE DoubleVector widen(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
LAMINET_INLINE DoubleVector absolute(DoubleVector a) { return _mm512_abs_pd(a); }
LAMINET_INLINE DoubleVector plus(DoubleVector a, DoubleVector b) { return _mm512_add_pd(a, b); }
LAMINET_INLINE DoubleVector times(DoubleVector a, DoubleVector b) { return _mm512_mul_pd(a, b); }
LAMINET_INLINE void storeDoubles(double* p, DoubleVector a) { _mm512_storeu_pd(p, a); }

#elif defined(__AVX2__)

constexpr int kDoubleVectors = 4;
using DoubleVector = __m256d;
LAMINET_INLINE DoubleVector zeroDoubles() { return _mm256_setzero_pd(); }
LAMINET_INLINE DoubleVector widen(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
LAMINET_INLINE DoubleVector absolute(DoubleVector a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
LAMINET_INLINE DoubleVector plus(DoubleVector a, DoubleVector b) { return _mm256_add_pd(a, b); }
LAMINET_INLINE DoubleVector times(DoubleVector a, DoubleVector b) { return _mm256_mul_pd(a, b); }
LAMINET_INLINE void storeDoubles(double* p, DoubleVector a) { _mm256_storeu_pd(p, a); }

#else

constexpr int kDoubleVectors = 8;
using DoubleVector = __m128d;
LAMINET_INLINE DoubleVector zeroDoubles() { return _mm_setzero_pd(); }
LAMINET_INLINE DoubleVector widen(const float* p) {
  return _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
LAMINET_INLINE DoubleVector absolute(DoubleVector a) { return _mm_andnot_pd(_mm_set1_pd(-0.0), a); }
LAMINET_INLINE DoubleVector plus(DoubleVector a, DoubleVector b) { return _mm_add_pd(a, b); }
LAMINET_INLINE DoubleVector times(DoubleVector a, DoubleVector b) { return _mm_mul_pd(a, b); }
LAMINET_INLINE void storeDoubles(double* p, DoubleVector a) { _mm_storeu_pd(p, a); }

#endif

constexpr int kDoubleWidth = kLanes / kDoubleVectors;

// The sum of term(x) over `count` floats: lane l sums every sixteenth number from l on, then lanes 8, 4, 2 and 1 apart.
template <class Term>
LAMINET_INLINE double sumInDoubles(int64_t count, const float* values, Term term) {
  DoubleVector sums[kDoubleVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kDoubleVectors; v++) sums[v] = zeroDoubles();
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
#pragma GCC unroll 8
    for (int v = 0; v < kDoubleVectors; v++) sums[v] = plus(sums[v], term(widen(values + i + v * kDoubleWidth)));
  }
  if (i < count) {
    float last[kLanes] = {};
    for (int lane = 0; i + lane < count; lane++) last[lane] = values[i + lane];
#pragma GCC unroll 8
    for (int v = 0; v < kDoubleVectors; v++) sums[v] = plus(sums[v], term(widen(last + v * kDoubleWidth)));
  }
  double lanes[kLanes];
#pragma GCC unroll 8
  for (int v = 0; v < kDoubleVectors; v++) storeDoubles(lanes + v * kDoubleWidth, sums[v]);
  for (int apart = kLanes / 2; apart > 0; apart /= 2) {
    for (int lane = 0; lane < apart; lane++) lanes[lane] += lanes[lane + apart];
  }
  return lanes[0];
}

}  // namespace LAMINET_ISA
}  // namespace laminet
