#include "kernels/planar/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

void planarChannelSums(const ChannelGeometry& g, Part part, const float* x, float* sums) {
  const Share own = shareOf(part, g.channels);
  const int32_t whole = g.pixels / kLanes * kLanes;
  for (int64_t c = own.begin; c < own.end; c++) {
    alignas(64) float lanes[kLanes];
    const float* pixels = x + c * g.pixels;
    Vec sum[kGroups];
#pragma GCC unroll 4
    for (int i = 0; i < kGroups; i++) sum[i] = zero();
    for (int32_t p = 0; p < whole; p += kLanes) {
#pragma GCC unroll 4
      for (int i = 0; i < kGroups; i++) sum[i] = add(sum[i], load(pixels + p + i * kWidth));
    }
#pragma GCC unroll 4
    for (int i = 0; i < kGroups; i++) {
      const int32_t left = g.pixels - whole - i * kWidth;
      const Vec last = loadLanes(pixels + whole + i * kWidth, 0, left < 0 ? 0 : left < kWidth ? left : kWidth);
      store(lanes + i * kWidth, add(sum[i], last));
    }
    sums[c] = sumLanes(lanes);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
