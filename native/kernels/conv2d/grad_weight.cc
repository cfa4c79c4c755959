// Convolution backward to the weights.
//
// Accumulators hold KB filters x SB neighbouring taps of one input row, over all positions of the slice at which every one of
// the taps lies inside the image; the few positions at the edges follow, tap by tap. Then the lanes are summed.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/window.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Taps and filters of a tile: as many accumulators as the registers hold beside the loaded taps.
constexpr int32_t kMostTaps = 5;
constexpr int filtersFor(int taps) {
  return kRegisters == 32 ? (taps == 5 ? 4 : taps == 4 ? 6 : 8) : (taps >= 4 ? 2 : taps == 3 ? 4 : 6);
}
constexpr int32_t kMostFilters = 8;

struct Tile {
  const Conv2dGeometry* g;
  const float* gradOutput;  // of the tile's first filter
  const float* input;       // of the tile's channel
  int32_t row;              // the kernel's row
  int32_t tap;              // the first of the tile's taps
  float* sums;              // [filters][taps][16]
};

// The input column's offset for tap s: column = output * stride + offset.
LAMINET_INLINE int32_t tapOffset(const Conv2dGeometry& g, int32_t s) { return s * g.dilationWidth - g.padLeft; }

template <int KB, int SB>
void accumulate(const Tile& t) {
  const Conv2dGeometry& g = *t.g;
  const int64_t gradPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  const int32_t rowOffset = t.row * g.dilationHeight - g.padTop;
  const Range rows = outputsInside(rowOffset, g.inHeight, g.outHeight, g.strideHeight);
  // Every tap is inside from the first output of its leftmost tap to the last of its rightmost.
  const Range left = outputsInside(tapOffset(g, t.tap), g.inWidth, g.outWidth, g.strideWidth);
  const Range right = outputsInside(tapOffset(g, t.tap + SB - 1), g.inWidth, g.outWidth, g.strideWidth);
  const Range inner = {left.begin, atLeast(left.begin, atMost(left.end, right.end))};
  const int64_t pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  const int64_t tapStride = static_cast<int64_t>(g.dilationWidth) * kLanes;

  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec sum[KB][SB];
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int s = 0; s < SB; s++) sum[i][s] = zero();
    }
    for (int32_t y = rows.begin; y < rows.end; y++) {
      const int64_t inputRow = static_cast<int64_t>(y) * g.strideHeight + rowOffset;
      const float* gradient = t.gradOutput + (static_cast<int64_t>(y) * g.outWidth + inner.begin) * kLanes + lane;
      const float* pixel = t.input + (inputRow * g.inWidth + tapOffset(g, t.tap)) * kLanes + lane +
                           inner.begin * pixelStride;
      for (int32_t x = inner.begin; x < inner.end; x++) {
        Vec taps[SB];
#pragma GCC unroll 8
        for (int s = 0; s < SB; s++) taps[s] = load(pixel + s * tapStride);
#pragma GCC unroll 8
        for (int i = 0; i < KB; i++) {
          const Vec d = load(gradient + i * gradPlane);
#pragma GCC unroll 8
          for (int s = 0; s < SB; s++) sum[i][s] = fma(d, taps[s], sum[i][s]);
        }
        gradient += kLanes;
        pixel += pixelStride;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int s = 0; s < SB; s++) store(t.sums + (i * SB + s) * kLanes + lane, sum[i][s]);
    }
  }

  for (int s = 0; s < SB; s++) {
    const int32_t offset = tapOffset(g, t.tap + s);
    const Range inside = outputsInside(offset, g.inWidth, g.outWidth, g.strideWidth);
    if (inside.begin == inner.begin && inside.end == inner.end) continue;
    for (int32_t y = rows.begin; y < rows.end; y++) {
      const int64_t inputRow = (static_cast<int64_t>(y) * g.strideHeight + rowOffset) * g.inWidth;
      for (int32_t x = inside.begin; x < inside.end; x++) {
        if (x == inner.begin && inner.end > inner.begin) x = inner.end;
        if (x >= inside.end) break;
        const float* pixel = t.input + (inputRow + x * g.strideWidth + offset) * kLanes;
        const float* gradient = t.gradOutput + (static_cast<int64_t>(y) * g.outWidth + x) * kLanes;
        for (int i = 0; i < KB; i++) {
          float* sum = t.sums + (i * SB + s) * kLanes;
          for (int lane = 0; lane < kLanes; lane += kWidth) {
            store(sum + lane, fma(load(gradient + i * gradPlane + lane), load(pixel + lane), load(sum + lane)));
          }
        }
      }
    }
  }
}

using Accumulate = void (*)(const Tile&);

template <int SB>
struct ByFilters {
  static constexpr Accumulate of(int filters) {
    switch (filters) {
      case 1: return accumulate<1, SB>;
      case 2: return accumulate<2, SB>;
      case 3: return accumulate<(filtersFor(SB) >= 3 ? 3 : 1), SB>;
      case 4: return accumulate<(filtersFor(SB) >= 4 ? 4 : 1), SB>;
      case 5: return accumulate<(filtersFor(SB) >= 5 ? 5 : 1), SB>;
      case 6: return accumulate<(filtersFor(SB) >= 6 ? 6 : 1), SB>;
      case 7: return accumulate<(filtersFor(SB) >= 7 ? 7 : 1), SB>;
      default: return accumulate<(filtersFor(SB) >= 8 ? 8 : 1), SB>;
    }
  }
};

Accumulate accumulateFor(int32_t filters, int32_t taps) {
  switch (taps) {
    case 1: return ByFilters<1>::of(filters);
    case 2: return ByFilters<2>::of(filters);
    case 3: return ByFilters<3>::of(filters);
    case 4: return ByFilters<4>::of(filters);
    default: return ByFilters<5>::of(filters);
  }
}

}  // namespace

void conv2dGradWeight(const Conv2dGeometry& g, const float* gradOutput, const float* input, float* gradWeight) {
  alignas(64) float sums[kMostFilters * kMostTaps * kLanes];
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t gradPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  const int64_t inputPlane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int32_t tapBlocks = (g.kernelWidth + kMostTaps - 1) / kMostTaps;
  for (int32_t tapBlock = 0; tapBlock < tapBlocks; tapBlock++) {
    const int32_t tap = static_cast<int32_t>(static_cast<int64_t>(tapBlock) * g.kernelWidth / tapBlocks);
    const int32_t taps = static_cast<int32_t>(static_cast<int64_t>(tapBlock + 1) * g.kernelWidth / tapBlocks) - tap;
    const int32_t filterBlocks = (filters + filtersFor(taps) - 1) / filtersFor(taps);
    for (int32_t block = 0; block < filterBlocks * g.groups; block++) {
      const int32_t group = block / filterBlocks;
      const int64_t within = block % filterBlocks;
      const int32_t begin = static_cast<int32_t>(within * filters / filterBlocks);
      const int32_t count = static_cast<int32_t>((within + 1) * filters / filterBlocks) - begin;
      const Accumulate run = accumulateFor(count, taps);
      const int32_t filter = group * filters + begin;
      for (int32_t c = 0; c < channels; c++) {
        for (int32_t r = 0; r < g.kernelHeight; r++) {
          run({&g, gradOutput + filter * gradPlane, input + (group * channels + c) * inputPlane, r, tap, sums});
          for (int32_t i = 0; i < count; i++) {
            float* out = gradWeight +
                         ((static_cast<int64_t>(filter + i) * channels + c) * g.kernelHeight + r) * g.kernelWidth + tap;
            for (int32_t s = 0; s < taps; s++) out[s] = sumLanes(sums + (i * taps + s) * kLanes);
          }
        }
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
