// One vector of floats for each instruction set, with the operations that kernels use. Kernel sources are compiled once
// an instruction set; LAMINET_ISA names the namespace that all of it lives in, so that no inline function compiled for
// a wider set can be the copy that the linker keeps for a narrower one. For the same reason nothing here includes C++
// headers.
//
// All samples of a slice lie side by side: a slice is kLanes samples, and a vector is kWidth of its lanes.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#ifndef LAMINET_ISA
#error "LAMINET_ISA must name the instruction set: sse2, avx2 or avx512"
#endif

#define LAMINET_INLINE inline __attribute__((always_inline))

namespace laminet {
namespace LAMINET_ISA {

// Samples in a slice, on every instruction set: sums across lanes go by one fixed tree of 16.
constexpr int kLanes = 16;

#if defined(__AVX512F__)

constexpr int kWidth = 16;
constexpr int kRegisters = 32;
struct Vec {
  __m512 v;
};
struct Mask {
  __mmask16 m;
};
LAMINET_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
LAMINET_INLINE void store(float* p, Vec a) { _mm512_storeu_ps(p, a.v); }
LAMINET_INLINE Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
LAMINET_INLINE Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sub(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
LAMINET_INLINE Vec mul(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
LAMINET_INLINE Vec div(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sqrt(Vec a) { return {_mm512_sqrt_ps(a.v)}; }
LAMINET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
// -a * b + c
LAMINET_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
// False where either side is NaN.
LAMINET_INLINE Mask less(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
LAMINET_INLINE Mask equal(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
LAMINET_INLINE Mask isNan(Vec a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
LAMINET_INLINE Mask either(Mask a, Mask b) { return {static_cast<__mmask16>(a.m | b.m)}; }
LAMINET_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm512_mask_blend_ps(m.m, no.v, yes.v)}; }
LAMINET_INLINE Vec abs(Vec a) { return {_mm512_abs_ps(a.v)}; }
LAMINET_INLINE Vec copySign(Vec magnitude, Vec sign) {
  const __m512i bit = _mm512_set1_epi32(INT32_MIN);
  return {_mm512_castsi512_ps(
      _mm512_ternarylogic_epi32(bit, _mm512_castps_si512(sign.v), _mm512_castps_si512(magnitude.v), 0xca))};
}
LAMINET_INLINE Vec round(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
// 2^n for whole n from -126 to 127.
LAMINET_INLINE Vec exp2Whole(Vec n) {
  const __m512i bits = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 23))};
}
// The bits of a moved by `bias`, shifted down to the exponent, as a number; and the bits with the exponent replaced.
LAMINET_INLINE Vec exponentOf(Vec a, int32_t bias) {
  const __m512i bits = _mm512_sub_epi32(_mm512_castps_si512(a.v), _mm512_set1_epi32(bias));
  return {_mm512_cvtepi32_ps(_mm512_srai_epi32(bits, 23))};
}
LAMINET_INLINE Vec mantissaOf(Vec a, int32_t bias) {
  const __m512i bits = _mm512_sub_epi32(_mm512_castps_si512(a.v), _mm512_set1_epi32(bias));
  const __m512i low = _mm512_and_si512(bits, _mm512_set1_epi32(0x007fffff));
  return {_mm512_castsi512_ps(_mm512_add_epi32(low, _mm512_set1_epi32(bias)))};
}
// kWidth whole numbers from 0 to 255, as bytes.
LAMINET_INLINE void storeBytes(uint8_t* p, Vec a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a.v)));
}
LAMINET_INLINE Vec loadBytes(const uint8_t* p) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
}
// Lanes [begin, end) from p on, zeros in the others, whose memory is not touched.
LAMINET_INLINE Vec loadLanes(const float* p, int begin, int end) {
  return {_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << end) - (1u << begin)), p)};
}
// The first `count` lanes; what lies behind them stays as it is.
LAMINET_INLINE void storeFirst(float* p, Vec a, int count) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), a.v);
}
LAMINET_INLINE void storeBytesFirst(uint8_t* p, Vec a, int count) {
  _mm_mask_storeu_epi8(p, static_cast<__mmask16>((1u << count) - 1), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a.v)));
}
// The lanes of a and b one after another, split into those at even and at odd places; and back again.
LAMINET_INLINE void split(Vec a, Vec b, Vec& even, Vec& odd) {
  const __m512i places = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  even = {_mm512_permutex2var_ps(a.v, places, b.v)};
  odd = {_mm512_permutex2var_ps(a.v, _mm512_add_epi32(places, _mm512_set1_epi32(1)), b.v)};
}
LAMINET_INLINE void join(Vec even, Vec odd, Vec& a, Vec& b) {
  const __m512i places = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  a = {_mm512_permutex2var_ps(even.v, places, odd.v)};
  b = {_mm512_permutex2var_ps(even.v, _mm512_add_epi32(places, _mm512_set1_epi32(8)), odd.v)};
}

// The lanes of kWidth bytes in which a bit is set.
LAMINET_INLINE Mask bitOf(const uint8_t* p, int bit) {
  return {_mm_test_epi8_mask(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)),
                             _mm_set1_epi8(static_cast<char>(1 << bit)))};
}

#elif defined(__AVX2__)

constexpr int kWidth = 8;
constexpr int kRegisters = 16;
struct Vec {
  __m256 v;
};
struct Mask {
  __m256 m;
};
LAMINET_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
LAMINET_INLINE void store(float* p, Vec a) { _mm256_storeu_ps(p, a.v); }
LAMINET_INLINE Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
LAMINET_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sub(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
LAMINET_INLINE Vec mul(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
LAMINET_INLINE Vec div(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sqrt(Vec a) { return {_mm256_sqrt_ps(a.v)}; }
LAMINET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
LAMINET_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm256_fnmadd_ps(a.v, b.v, c.v)}; }
LAMINET_INLINE Mask less(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
LAMINET_INLINE Mask equal(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
LAMINET_INLINE Mask isNan(Vec a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
LAMINET_INLINE Mask either(Mask a, Mask b) { return {_mm256_or_ps(a.m, b.m)}; }
LAMINET_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm256_blendv_ps(no.v, yes.v, m.m)}; }
LAMINET_INLINE Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
LAMINET_INLINE Vec copySign(Vec magnitude, Vec sign) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  return {_mm256_or_ps(_mm256_and_ps(bit, sign.v), _mm256_andnot_ps(bit, magnitude.v))};
}
LAMINET_INLINE Vec round(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LAMINET_INLINE Vec exp2Whole(Vec n) {
  const __m256i bits = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(bits, 23))};
}
LAMINET_INLINE Vec exponentOf(Vec a, int32_t bias) {
  const __m256i bits = _mm256_sub_epi32(_mm256_castps_si256(a.v), _mm256_set1_epi32(bias));
  return {_mm256_cvtepi32_ps(_mm256_srai_epi32(bits, 23))};
}
LAMINET_INLINE Vec mantissaOf(Vec a, int32_t bias) {
  const __m256i bits = _mm256_sub_epi32(_mm256_castps_si256(a.v), _mm256_set1_epi32(bias));
  const __m256i low = _mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff));
  return {_mm256_castsi256_ps(_mm256_add_epi32(low, _mm256_set1_epi32(bias)))};
}
LAMINET_INLINE void storeBytes(uint8_t* p, Vec a) {
  const __m256i n = _mm256_cvtps_epi32(a.v);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
}
LAMINET_INLINE Vec loadBytes(const uint8_t* p) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))))};
}
LAMINET_INLINE __m256i maskOfLanes(int begin, int end) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i below = _mm256_cmpgt_epi32(_mm256_set1_epi32(begin), lane);
  return _mm256_andnot_si256(below, _mm256_cmpgt_epi32(_mm256_set1_epi32(end), lane));
}
LAMINET_INLINE Vec loadLanes(const float* p, int begin, int end) {
  return {_mm256_maskload_ps(p, maskOfLanes(begin, end))};
}
LAMINET_INLINE void storeFirst(float* p, Vec a, int count) { _mm256_maskstore_ps(p, maskOfLanes(0, count), a.v); }
LAMINET_INLINE void storeBytesFirst(uint8_t* p, Vec a, int count) {
  uint8_t bytes[kWidth];
  storeBytes(bytes, a);
  for (int i = 0; i < count; i++) p[i] = bytes[i];
}
LAMINET_INLINE void split(Vec a, Vec b, Vec& even, Vec& odd) {
  const __m256 low = _mm256_permute2f128_ps(a.v, b.v, 0x20);
  const __m256 high = _mm256_permute2f128_ps(a.v, b.v, 0x31);
  even = {_mm256_shuffle_ps(low, high, 0x88)};
  odd = {_mm256_shuffle_ps(low, high, 0xdd)};
}
LAMINET_INLINE void join(Vec even, Vec odd, Vec& a, Vec& b) {
  const __m256 low = _mm256_unpacklo_ps(even.v, odd.v);
  const __m256 high = _mm256_unpackhi_ps(even.v, odd.v);
  a = {_mm256_permute2f128_ps(low, high, 0x20)};
  b = {_mm256_permute2f128_ps(low, high, 0x31)};
}
LAMINET_INLINE Mask bitOf(const uint8_t* p, int bit) {
  const __m256i lanes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  // Selecting looks at the sign alone.
  return {_mm256_castsi256_ps(_mm256_slli_epi32(lanes, 31 - bit))};
}

#else

constexpr int kWidth = 4;
constexpr int kRegisters = 16;
struct Vec {
  __m128 v;
};
struct Mask {
  __m128 m;
};
LAMINET_INLINE Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
LAMINET_INLINE void store(float* p, Vec a) { _mm_storeu_ps(p, a.v); }
LAMINET_INLINE Vec broadcast(float x) { return {_mm_set1_ps(x)}; }
LAMINET_INLINE Vec add(Vec a, Vec b) { return {_mm_add_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sub(Vec a, Vec b) { return {_mm_sub_ps(a.v, b.v)}; }
LAMINET_INLINE Vec mul(Vec a, Vec b) { return {_mm_mul_ps(a.v, b.v)}; }
LAMINET_INLINE Vec div(Vec a, Vec b) { return {_mm_div_ps(a.v, b.v)}; }
LAMINET_INLINE Vec sqrt(Vec a) { return {_mm_sqrt_ps(a.v)}; }
// There is no fused multiplication here: the product is rounded, which makes SSE2 a class of its own.
LAMINET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm_add_ps(_mm_mul_ps(a.v, b.v), c.v)}; }
LAMINET_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm_sub_ps(c.v, _mm_mul_ps(a.v, b.v))}; }
LAMINET_INLINE Mask less(Vec a, Vec b) { return {_mm_cmplt_ps(a.v, b.v)}; }
LAMINET_INLINE Mask equal(Vec a, Vec b) { return {_mm_cmpeq_ps(a.v, b.v)}; }
LAMINET_INLINE Mask isNan(Vec a) { return {_mm_cmpunord_ps(a.v, a.v)}; }
LAMINET_INLINE Mask either(Mask a, Mask b) { return {_mm_or_ps(a.m, b.m)}; }
LAMINET_INLINE Vec select(Mask m, Vec yes, Vec no) {
  return {_mm_or_ps(_mm_and_ps(m.m, yes.v), _mm_andnot_ps(m.m, no.v))};
}
LAMINET_INLINE Vec abs(Vec a) { return {_mm_andnot_ps(_mm_set1_ps(-0.0f), a.v)}; }
LAMINET_INLINE Vec copySign(Vec magnitude, Vec sign) {
  const __m128 bit = _mm_set1_ps(-0.0f);
  return {_mm_or_ps(_mm_and_ps(bit, sign.v), _mm_andnot_ps(bit, magnitude.v))};
}
// To the nearest whole number, the even one of two; right for |a| < 2^31, which is all that kernels ask for.
LAMINET_INLINE Vec round(Vec a) { return {_mm_cvtepi32_ps(_mm_cvtps_epi32(a.v))}; }
LAMINET_INLINE Vec exp2Whole(Vec n) {
  const __m128i bits = _mm_add_epi32(_mm_cvtps_epi32(n.v), _mm_set1_epi32(127));
  return {_mm_castsi128_ps(_mm_slli_epi32(bits, 23))};
}
LAMINET_INLINE Vec exponentOf(Vec a, int32_t bias) {
  const __m128i bits = _mm_sub_epi32(_mm_castps_si128(a.v), _mm_set1_epi32(bias));
  return {_mm_cvtepi32_ps(_mm_srai_epi32(bits, 23))};
}
LAMINET_INLINE Vec mantissaOf(Vec a, int32_t bias) {
  const __m128i bits = _mm_sub_epi32(_mm_castps_si128(a.v), _mm_set1_epi32(bias));
  const __m128i low = _mm_and_si128(bits, _mm_set1_epi32(0x007fffff));
  return {_mm_castsi128_ps(_mm_add_epi32(low, _mm_set1_epi32(bias)))};
}
LAMINET_INLINE void storeBytes(uint8_t* p, Vec a) {
  const __m128i words = _mm_packs_epi32(_mm_cvtps_epi32(a.v), _mm_setzero_si128());
  const int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  __builtin_memcpy(p, &four, 4);
}
LAMINET_INLINE Vec loadBytes(const uint8_t* p) {
  int32_t four;
  __builtin_memcpy(&four, p, 4);
  const __m128i words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(four), _mm_setzero_si128());
  return {_mm_cvtepi32_ps(_mm_unpacklo_epi16(words, _mm_setzero_si128()))};
}
LAMINET_INLINE Vec loadLanes(const float* p, int begin, int end) {
  const auto lane = [=](int i) { return i >= begin && i < end ? p[i] : 0.0f; };
  return {_mm_setr_ps(lane(0), lane(1), lane(2), lane(3))};
}
LAMINET_INLINE void storeFirst(float* p, Vec a, int count) {
  alignas(16) float lanes[kWidth];
  _mm_store_ps(lanes, a.v);
  for (int i = 0; i < count; i++) p[i] = lanes[i];
}
LAMINET_INLINE void storeBytesFirst(uint8_t* p, Vec a, int count) {
  uint8_t bytes[kWidth];
  storeBytes(bytes, a);
  for (int i = 0; i < count; i++) p[i] = bytes[i];
}
LAMINET_INLINE void split(Vec a, Vec b, Vec& even, Vec& odd) {
  even = {_mm_shuffle_ps(a.v, b.v, 0x88)};
  odd = {_mm_shuffle_ps(a.v, b.v, 0xdd)};
}
LAMINET_INLINE void join(Vec even, Vec odd, Vec& a, Vec& b) {
  a = {_mm_unpacklo_ps(even.v, odd.v)};
  b = {_mm_unpackhi_ps(even.v, odd.v)};
}

#endif

LAMINET_INLINE Vec zero() { return broadcast(0.0f); }

// a * b + c of single numbers, rounded as fma() rounds: what is left over behind the last whole vector.
LAMINET_INLINE float fmaScalar(float a, float b, float c) {
#if defined(__FMA__)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

// Vectors that make up the lanes of a slice.
constexpr int kGroups = kLanes / kWidth;

// The sum of 16 lanes by one fixed tree: lanes 8 apart, then 4, 2 and 1.
LAMINET_INLINE float sumLanes(const float* lanes) {
#if defined(__AVX512F__)
  const __m512 all = _mm512_loadu_ps(lanes);
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif defined(__AVX2__)
  const __m256 eight = _mm256_add_ps(_mm256_loadu_ps(lanes), _mm256_loadu_ps(lanes + 8));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#else
  const __m128 low = _mm_add_ps(_mm_loadu_ps(lanes), _mm_loadu_ps(lanes + 8));
  const __m128 high = _mm_add_ps(_mm_loadu_ps(lanes + 4), _mm_loadu_ps(lanes + 12));
  const __m128 four = _mm_add_ps(low, high);
#endif
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

}  // namespace LAMINET_ISA
}  // namespace laminet
