// Sixteen doubles, for sums of floats that must not depend on how many there are: a product of two floats is exact in
// them, so that the sums have the same bits on every instruction set, fused multiplication or not.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

#if defined(__AVX512F__)

// The vectors that 16 lanes take; pairOf adds them up, lanes 8, 4 and 2 apart.
constexpr int kDoubleVectors = 2;
using DoubleVector = __m512d;
LAMINET_INLINE DoubleVector zeroDoubles() { return _mm512_setzero_pd(); }
LAMINET_INLINE DoubleVector widen(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
LAMINET_INLINE DoubleVector absolute(DoubleVector a) { return _mm512_abs_pd(a); }
LAMINET_INLINE DoubleVector plus(DoubleVector a, DoubleVector b) { return _mm512_add_pd(a, b); }
LAMINET_INLINE DoubleVector times(DoubleVector a, DoubleVector b) { return _mm512_mul_pd(a, b); }
LAMINET_INLINE __m128d pairOf(const DoubleVector* sums) {
  const __m512d eight = plus(sums[0], sums[1]);
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd(eight, 1));
  return _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
}

#elif defined(__AVX2__)

constexpr int kDoubleVectors = 4;
using DoubleVector = __m256d;
LAMINET_INLINE DoubleVector zeroDoubles() { return _mm256_setzero_pd(); }
LAMINET_INLINE DoubleVector widen(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
LAMINET_INLINE DoubleVector absolute(DoubleVector a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
LAMINET_INLINE DoubleVector plus(DoubleVector a, DoubleVector b) { return _mm256_add_pd(a, b); }
LAMINET_INLINE DoubleVector times(DoubleVector a, DoubleVector b) { return _mm256_mul_pd(a, b); }
LAMINET_INLINE __m128d pairOf(const DoubleVector* sums) {
  const __m256d four = plus(plus(sums[0], sums[2]), plus(sums[1], sums[3]));
  return _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
}

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
LAMINET_INLINE __m128d pairOf(const DoubleVector* sums) {
  const __m128d even = plus(plus(sums[0], sums[4]), plus(sums[2], sums[6]));
  const __m128d odd = plus(plus(sums[1], sums[5]), plus(sums[3], sums[7]));
  return plus(even, odd);
}

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
  const __m128d pair = pairOf(sums);
  return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

}  // namespace LAMINET_ISA
}  // namespace laminet
