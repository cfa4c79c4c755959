// Convolution of one sample backward to the weights, where there are enough filters to fill vectors with them.
//
// Gradients are first turned round, so that those of a pixel lie side by side. A tile is then NB columns of the weight
// matrix (a column being a tap of an input channel) x VB vectors of filters: for each pixel VB vectors of gradients,
// and an input for each column, broadcast from the channel as it is laid out (see planes.h). Each sum is one chain over
// the pixels in their order, and none across lanes is left to do. At the end sums are turned round again.
#include "kernels/conv2d/window.h"
#include "kernels/planar/grad_weight.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kMostColumns = kRegisters == 32 ? 8 : 6;
constexpr int kMostVectors = kRegisters == 32 ? 3 : 2;

struct Tile {
  const float* columns[kMostColumns];  // the inputs that each column meets
  const float* gradients;              // turned round, from the first filter on
  int64_t filters;                     // floats from one pixel's gradients, or one column's sums, to the next
  int64_t pixels;
  float* sums;
};

template <int NB, int VB>
void accumulate(const Tile& t) {
  Vec sum[NB][VB];
#pragma GCC unroll 8
  for (int j = 0; j < NB; j++) {
#pragma GCC unroll 8
    for (int i = 0; i < VB; i++) sum[j][i] = zero();
  }
  const float* column[NB];
#pragma GCC unroll 8
  for (int j = 0; j < NB; j++) column[j] = t.columns[j];
  const float* gradients = t.gradients;
  const int64_t filters = t.filters;
  const int64_t pixels = t.pixels;
  for (int64_t p = 0; p < pixels; p++) {
    Vec d[VB];
#pragma GCC unroll 8
    for (int i = 0; i < VB; i++) d[i] = load(gradients + i * kWidth);
#pragma GCC unroll 8
    for (int j = 0; j < NB; j++) {
      const Vec x = broadcast(column[j][p]);
#pragma GCC unroll 8
      for (int i = 0; i < VB; i++) sum[j][i] = fma(x, d[i], sum[j][i]);
    }
    gradients += filters;
  }
#pragma GCC unroll 8
  for (int j = 0; j < NB; j++) {
#pragma GCC unroll 8
    for (int i = 0; i < VB; i++) store(t.sums + j * filters + i * kWidth, sum[j][i]);
  }
}

using Accumulate = void (*)(const Tile&);

template <int VB>
Accumulate accumulateOf(int64_t columns) {
  switch (columns) {
    case 1: return accumulate<1, VB>;
    case 2: return accumulate<2, VB>;
    case 3: return accumulate<3, VB>;
    case 4: return accumulate<4, VB>;
    case 5: return accumulate<5, VB>;
    case 6: return accumulate<6, VB>;
    case 7: return accumulate<(kMostColumns >= 7 ? 7 : 1), VB>;
    default: return accumulate<(kMostColumns >= 8 ? 8 : 1), VB>;
  }
}

Accumulate accumulateFor(int64_t columns, int64_t vectors) {
  switch (vectors) {
    case 1: return accumulateOf<1>(columns);
    case 2: return accumulateOf<2>(columns);
    default: return accumulateOf<kMostVectors>(columns);
  }
}

int64_t roundUp(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

// to[column][row] = from[row][column], for a block of at most 16 x 16: all of the cache lines that it meets.
void turnBlock(const float* from, int64_t fromStride, int64_t rows, int64_t columns, float* to, int64_t toStride) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* at = from + r * fromStride;
    int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      __m128 a = _mm_loadu_ps(at + c);
      __m128 b = _mm_loadu_ps(at + fromStride + c);
      __m128 d = _mm_loadu_ps(at + 2 * fromStride + c);
      __m128 e = _mm_loadu_ps(at + 3 * fromStride + c);
      _MM_TRANSPOSE4_PS(a, b, d, e);
      float* out = to + c * toStride + r;
      _mm_storeu_ps(out, a);
      _mm_storeu_ps(out + toStride, b);
      _mm_storeu_ps(out + 2 * toStride, d);
      _mm_storeu_ps(out + 3 * toStride, e);
    }
    for (; c < columns; c++) {
      for (int64_t i = 0; i < 4; i++) to[c * toStride + r + i] = at[i * fromStride + c];
    }
  }
  for (; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) to[c * toStride + r] = from[r * fromStride + c];
  }
}

void turnRound(const float* from, int64_t fromStride, int64_t rows, int64_t columns, float* to, int64_t toStride) {
  constexpr int64_t kSide = 16;
  for (int64_t c = 0; c < columns; c += kSide) {
    for (int64_t r = 0; r < rows; r += kSide) {
      turnBlock(from + r * fromStride + c, fromStride, rows - r < kSide ? rows - r : kSide,
                columns - c < kSide ? columns - c : kSide, to + c * toStride + r, toStride);
    }
  }
}

}  // namespace

// Measured: with three quarters of the lanes filled or more it is faster than by vectors of pixels (6 -> 16 channels of
// 14x14, 5x5: 5 us against 9).
bool planarGradWeightByFilters(const Conv2dGeometry& g) {
  const int64_t filters = g.outChannels / g.groups;
  return 4 * filters >= 3 * roundUp(filters);
}

int64_t planarGradWeightFiltersScratchSize(const Conv2dGeometry& g, const Planes& planes) {
  const int64_t columns = planes.channels * g.kernelHeight * g.kernelWidth;
  return roundUp(g.outChannels / g.groups) * (columns + int64_t{g.outHeight} * g.outWidth);
}

void planarGradWeightOfFilters(const Conv2dGeometry& g, const Planes& planes, const GradWeightBlock& block,
                               const float* gradOutput, const float* laidOut, float* scratch, float* gradWeight) {
  const int64_t pixels = static_cast<int64_t>(g.outHeight) * g.outWidth;
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const int64_t filterSize = g.inChannels / g.groups * taps;
  const int64_t columns = block.end - block.begin;
  const int64_t filters = block.filterEnd - block.filterBegin;
  float* sums = scratch;
  float* turned = scratch + roundUp(g.outChannels / g.groups) * planes.channels * taps;
  Tile tile{};
  tile.filters = roundUp(filters);
  tile.pixels = pixels;
  if (block.isFirst) {
    turnRound(gradOutput + block.filterBegin * pixels, pixels, filters, pixels, turned, tile.filters);
    for (int64_t k = filters; k < tile.filters; k++) {
      for (int64_t p = 0; p < pixels; p++) turned[p * tile.filters + k] = 0.0f;
    }
  }
  const int64_t vectors = tile.filters / kWidth;
  const int64_t vectorBlocks = (vectors + kMostVectors - 1) / kMostVectors;
  const int64_t columnBlocks = (columns + kMostColumns - 1) / kMostColumns;
  for (int64_t i = 0; i < vectorBlocks; i++) {
    const int64_t vector = i * vectors / vectorBlocks;
    const int64_t together = (i + 1) * vectors / vectorBlocks - vector;
    tile.gradients = turned + vector * kWidth;
    for (int64_t j = 0; j < columnBlocks; j++) {
      const int64_t first = j * columns / columnBlocks;
      const int64_t count = (j + 1) * columns / columnBlocks - first;
      for (int64_t n = 0; n < count; n++) tile.columns[n] = planarColumnOf(g, planes, block, first + n, laidOut);
      tile.sums = sums + first * tile.filters + vector * kWidth;
      accumulateFor(count, together)(tile);
    }
  }
  turnRound(sums, tile.filters, columns, filters, gradWeight + block.filterBegin * filterSize + block.begin,
            filterSize);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
