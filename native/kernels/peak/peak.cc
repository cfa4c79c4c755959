#include "kernels/peak/peak.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Enough sums to hide the latency of two multiply-adds a cycle, and few enough for the registers.
constexpr int kSums = kRegisters == 32 ? 24 : 12;

int64_t multiplyAdd(int64_t rounds) {
  Vec sums[kSums];
#pragma GCC unroll 24
  for (int i = 0; i < kSums; i++) sums[i] = broadcast(static_cast<float>(i) * 1e-9f);
  const Vec factor = broadcast(0.999f);
  const Vec term = broadcast(1e-9f);
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 24
    for (int i = 0; i < kSums; i++) sums[i] = fma(sums[i], factor, term);
  }
  Vec total = sums[0];
#pragma GCC unroll 24
  for (int i = 1; i < kSums; i++) total = add(total, sums[i]);
  alignas(64) float lanes[kWidth];
  store(lanes, total);
  // The sum is looked at, so that the compiler cannot leave the work out. It is never NaN.
  return lanes[0] == lanes[0] ? rounds * kSums * kWidth * 2 : 0;
}

}  // namespace

const PeakKernels& peakKernels() {
  static constexpr PeakKernels kernels = {multiplyAdd};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
