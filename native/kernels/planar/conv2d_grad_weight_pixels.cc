// Convolution of one sample backward to the weights, for any number of filters.
//
// A tile is KB filters x NB columns of the weight matrix (a column being a tap of an input channel): accumulators of KB
// * NB vectors run over the pixels of the output, whose gradients and inputs (laid out, see planes.h) both lie side by
// side. Each sum goes by 16 lanes on every instruction set: pixel p belongs to lane p % 16, a lane is one chain over
// its pixels in their order, and at the end lanes are added by the fixed tree.
#include "kernels/conv2d/window.h"
#include "kernels/planar/grad_weight.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Filters of a tile; columns beside so many filters: accumulators, the gradients of each filter and one input must fit
// into the registers.
constexpr int kMostFilters = kRegisters == 32 ? 6 : 3;
constexpr int kMostColumns = 8;
constexpr int columnsBeside(int filters) {
  const int fit = (kRegisters - 1) / filters - 1;
  return fit < kMostColumns ? fit : kMostColumns;
}

struct Tile {
  const float* gradOutput;             // of the tile's first filter
  int64_t gradPlane;                   // floats from one filter's gradients to the next
  const float* columns[kMostColumns];  // the inputs that each column meets at the first pixel
  int64_t pixels;
  float* sums;         // [filters][...][16], from the tile's first column on
  int64_t sumsStride;  // floats from one filter's sums to the next
};

// One vector of pixels from `offset` on: all of its lanes, or only the first `count` of them.
template <int KB, int NB, bool WHOLE>
LAMINET_INLINE void addPixels(const Tile& t, int64_t offset, int count, Vec (&sum)[KB][NB]) {
  const auto at = [&](const float* p) { return WHOLE ? load(p + offset) : loadLanes(p + offset, 0, count); };
  Vec d[KB];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) d[i] = at(t.gradOutput + i * t.gradPlane);
#pragma GCC unroll 8
  for (int j = 0; j < NB; j++) {
    const Vec input = at(t.columns[j]);
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) sum[i][j] = fma(d[i], input, sum[i][j]);
  }
}

template <int KB, int NB>
void accumulate(const Tile& t) {
  const int64_t whole = t.pixels / kLanes * kLanes;
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec sum[KB][NB];
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int j = 0; j < NB; j++) sum[i][j] = zero();
    }
    for (int64_t p = lane; p < whole; p += kLanes) addPixels<KB, NB, true>(t, p, kWidth, sum);
    if (whole < t.pixels) {
      const auto left = static_cast<int32_t>(t.pixels - whole) - lane;
      addPixels<KB, NB, false>(t, whole + lane, atLeast(0, atMost(left, kWidth)), sum);
    }
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int j = 0; j < NB; j++) store(t.sums + i * t.sumsStride + j * kLanes + lane, sum[i][j]);
    }
  }
}

using Accumulate = void (*)(const Tile&);

// The tile of KB filters and so many columns; a number that never occurs beside so many filters stands for one column.
template <int KB>
Accumulate accumulateOf(int32_t columns) {
  constexpr int most = columnsBeside(KB);
  switch (columns) {
    case 2: return accumulate<KB, (most >= 2 ? 2 : 1)>;
    case 3: return accumulate<KB, (most >= 3 ? 3 : 1)>;
    case 4: return accumulate<KB, (most >= 4 ? 4 : 1)>;
    case 5: return accumulate<KB, (most >= 5 ? 5 : 1)>;
    case 6: return accumulate<KB, (most >= 6 ? 6 : 1)>;
    case 7: return accumulate<KB, (most >= 7 ? 7 : 1)>;
    case 8: return accumulate<KB, (most >= 8 ? 8 : 1)>;
    default: return accumulate<KB, 1>;
  }
}

Accumulate accumulateFor(int32_t filters, int32_t columns) {
  switch (filters) {
    case 1: return accumulateOf<1>(columns);
    case 2: return accumulateOf<2>(columns);
#if LAMINET_ISA_AVX512
    case 3: return accumulateOf<3>(columns);
    case 4: return accumulateOf<4>(columns);
    case 5: return accumulateOf<5>(columns);
    default: return accumulateOf<6>(columns);
#else
    default: return accumulateOf<3>(columns);
#endif
  }
}

int64_t sumsOf(const Conv2dGeometry& g, const Planes& planes) {
  const int64_t sums = planes.channels * g.kernelHeight * g.kernelWidth * kMostFilters;
  return (sums + kLanes - 1) / kLanes * kLanes;
}

}  // namespace

int64_t planarGradWeightPixelsScratchSize(const Conv2dGeometry& g, const Planes& planes) {
  return sumsOf(g, planes) * (kLanes + 1);
}

void planarGradWeightOfPixels(const Conv2dGeometry& g, const Planes& planes, const GradWeightBlock& block,
                              const float* gradOutput, const float* laidOut, float* scratch, float* gradWeight) {
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const int64_t filterSize = g.inChannels / g.groups * taps;
  const int64_t columns = block.end - block.begin;
  const int64_t filters = block.filterEnd - block.filterBegin;
  const int64_t filterBlocks = (filters + kMostFilters - 1) / kMostFilters;
  float* sums = scratch;
  float* reduced = sums + sumsOf(g, planes) * kLanes;
  Tile tile{};
  tile.pixels = static_cast<int64_t>(g.outHeight) * g.outWidth;
  tile.gradPlane = tile.pixels;
  tile.sumsStride = columns * kLanes;
  for (int64_t i = 0; i < filterBlocks; i++) {
    const int64_t filter = block.filterBegin + i * filters / filterBlocks;
    const auto count = static_cast<int32_t>(block.filterBegin + (i + 1) * filters / filterBlocks - filter);
    tile.gradOutput = gradOutput + filter * tile.gradPlane;
    const int64_t columnBlocks = (columns + columnsBeside(count) - 1) / columnsBeside(count);
    for (int64_t j = 0; j < columnBlocks; j++) {
      const int64_t first = j * columns / columnBlocks;
      const auto together = static_cast<int32_t>((j + 1) * columns / columnBlocks - first);
      for (int32_t n = 0; n < together; n++) tile.columns[n] = planarColumnOf(g, planes, block, first + n, laidOut);
      tile.sums = sums + first * kLanes;
      accumulateFor(count, together)(tile);
    }
    // Rounded up: sixteen sums at a time are added up faster than a few by themselves.
    const auto all = static_cast<int32_t>(count * columns);
    sumLanesOfEach(sums, (all + kLanes - 1) / kLanes * kLanes, reduced);
    for (int32_t k = 0; k < count; k++) {
      __builtin_memcpy(gradWeight + (filter + k) * filterSize + block.begin, reduced + k * columns,
                       static_cast<size_t>(columns) * sizeof(float));
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
