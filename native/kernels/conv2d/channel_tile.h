// The register tile of weight gradients that are vectors of channels: KB filters x VB vectors, summed over positions
// and samples. For each it takes a gradient (broadcast) and VB vectors of inputs, whose channels lie side by side: no
// sum across lanes is left to do.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// Vectors of channels in a tile, and filters beside so many vectors.
constexpr int kMostVectors = kRegisters == 32 ? 4 : 2;
constexpr int filtersBeside(int vectors) {
  return kRegisters == 32 ? (vectors == 4 ? 6 : vectors == 3 ? 8 : 12) : (vectors == 2 ? 5 : 10);
}

// Strides are in floats.
struct ChannelTile {
  const float* gradOutput;  // of the first filter and position
  int64_t gradPlane;        // to the next filter's gradients
  const float* input;       // of the first position and sample, from the first of the channels on
  int64_t positionStride;   // to the next position's inputs
  int64_t sampleStride;     // to the next sample's
  int32_t positions;
  float* sums;
  int64_t sumStride;  // to the next filter's
  bool fresh;         // whether sums start from zero, rather than from what is there
};

template <int KB, int VB>
void accumulate(const ChannelTile& t) {
  Vec sum[KB][VB];
#pragma GCC unroll 12
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 12
    for (int j = 0; j < VB; j++) sum[i][j] = t.fresh ? zero() : load(t.sums + i * t.sumStride + j * kWidth);
  }
  for (int32_t p = 0; p < t.positions; p++) {
    const float* gradient = t.gradOutput + static_cast<int64_t>(p) * kLanes;
    const float* input = t.input + p * t.positionStride;
    // Small tiles would be unrolled over all samples, and run out of registers.
#pragma GCC unroll 1
    for (int n = 0; n < kLanes; n++) {
      Vec x[VB];
#pragma GCC unroll 12
      for (int j = 0; j < VB; j++) x[j] = load(input + j * kWidth);
#pragma GCC unroll 12
      for (int i = 0; i < KB; i++) {
        const Vec d = broadcast(gradient[i * t.gradPlane]);
#pragma GCC unroll 12
        for (int j = 0; j < VB; j++) sum[i][j] = fma(d, x[j], sum[i][j]);
      }
      gradient++;
      input += t.sampleStride;
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 12
    for (int j = 0; j < VB; j++) store(t.sums + i * t.sumStride + j * kWidth, sum[i][j]);
  }
}

using Accumulate = void (*)(const ChannelTile&);

// The tile of so many filters; a number that never occurs beside so many vectors stands for one filter.
template <int VB>
Accumulate accumulateOf(int32_t filters) {
  constexpr int most = filtersBeside(VB);
#define LAMINET_CASE(count) \
  case count: return accumulate<(most >= count ? count : 1), VB>;
  switch (filters) {
    LAMINET_CASE(2)
    LAMINET_CASE(3)
    LAMINET_CASE(4)
    LAMINET_CASE(5)
    LAMINET_CASE(6)
    LAMINET_CASE(7)
    LAMINET_CASE(8)
    LAMINET_CASE(9)
    LAMINET_CASE(10)
    LAMINET_CASE(11)
    LAMINET_CASE(12)
    default: return accumulate<1, VB>;
  }
#undef LAMINET_CASE
}

inline Accumulate accumulateFor(int32_t filters, int32_t vectors) {
  switch (vectors) {
    case 1: return accumulateOf<1>(filters);
#if LAMINET_ISA_AVX512
    case 2: return accumulateOf<2>(filters);
    case 3: return accumulateOf<3>(filters);
    default: return accumulateOf<4>(filters);
#else
    default: return accumulateOf<2>(filters);
#endif
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
