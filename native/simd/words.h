// One vector of 32-bit whole numbers without sign for each instruction set, as many as a vector of floats has: what
// random numbers are made of.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

#if defined(__AVX512F__)

struct Words {
  __m512i v;
};
LAMINET_INLINE Words loadWords(const uint32_t* p) { return {_mm512_loadu_si512(p)}; }
LAMINET_INLINE void storeWords(uint32_t* p, Words a) { _mm512_storeu_si512(p, a.v); }
LAMINET_INLINE Words broadcastWord(uint32_t x) { return {_mm512_set1_epi32(static_cast<int32_t>(x))}; }
LAMINET_INLINE Words add(Words a, Words b) { return {_mm512_add_epi32(a.v, b.v)}; }
LAMINET_INLINE Words exclusiveOr(Words a, Words b) { return {_mm512_xor_si512(a.v, b.v)}; }
LAMINET_INLINE Mask less(Words a, Words b) { return {_mm512_cmplt_epu32_mask(a.v, b.v)}; }
// The upper and the lower halves of the 64-bit products.
LAMINET_INLINE void multiplyWide(Words a, Words b, Words& high, Words& low) {
  const __m512i even = _mm512_mul_epu32(a.v, b.v);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b.v, 32));
  high = {_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd)};
  low = {_mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32))};
}

#elif defined(__AVX2__)

struct Words {
  __m256i v;
};
LAMINET_INLINE Words loadWords(const uint32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
LAMINET_INLINE void storeWords(uint32_t* p, Words a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
LAMINET_INLINE Words broadcastWord(uint32_t x) { return {_mm256_set1_epi32(static_cast<int32_t>(x))}; }
LAMINET_INLINE Words add(Words a, Words b) { return {_mm256_add_epi32(a.v, b.v)}; }
LAMINET_INLINE Words exclusiveOr(Words a, Words b) { return {_mm256_xor_si256(a.v, b.v)}; }
// Comparisons are of numbers with a sign: with their first bit turned round, numbers without one have the same order.
LAMINET_INLINE Mask less(Words a, Words b) {
  const __m256i sign = _mm256_set1_epi32(INT32_MIN);
  const __m256i below = _mm256_cmpgt_epi32(_mm256_xor_si256(b.v, sign), _mm256_xor_si256(a.v, sign));
  return {_mm256_castsi256_ps(below)};
}
LAMINET_INLINE void multiplyWide(Words a, Words b, Words& high, Words& low) {
  const __m256i even = _mm256_mul_epu32(a.v, b.v);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b.v, 32));
  high = {_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa)};
  low = {_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa)};
}

#else

struct Words {
  __m128i v;
};
LAMINET_INLINE Words loadWords(const uint32_t* p) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))}; }
LAMINET_INLINE void storeWords(uint32_t* p, Words a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a.v); }
LAMINET_INLINE Words broadcastWord(uint32_t x) { return {_mm_set1_epi32(static_cast<int32_t>(x))}; }
LAMINET_INLINE Words add(Words a, Words b) { return {_mm_add_epi32(a.v, b.v)}; }
LAMINET_INLINE Words exclusiveOr(Words a, Words b) { return {_mm_xor_si128(a.v, b.v)}; }
LAMINET_INLINE Mask less(Words a, Words b) {
  const __m128i sign = _mm_set1_epi32(INT32_MIN);
  return {_mm_castsi128_ps(_mm_cmplt_epi32(_mm_xor_si128(a.v, sign), _mm_xor_si128(b.v, sign)))};
}
LAMINET_INLINE void multiplyWide(Words a, Words b, Words& high, Words& low) {
  const __m128i odds = _mm_set_epi32(-1, 0, -1, 0);
  const __m128i even = _mm_mul_epu32(a.v, b.v);
  const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(a.v, 32), _mm_srli_epi64(b.v, 32));
  high = {_mm_or_si128(_mm_srli_epi64(even, 32), _mm_and_si128(odds, odd))};
  low = {_mm_or_si128(_mm_andnot_si128(odds, even), _mm_slli_epi64(odd, 32))};
}

#endif

}  // namespace LAMINET_ISA
}  // namespace laminet
