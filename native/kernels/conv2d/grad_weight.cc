// Convolution backward to the weights, for few input channels.
//
// A tile is KB filters x NB columns of the weight matrix, a column being a tap of an input channel: accumulators of KB
// * NB vectors run over all output positions, each position taking KB loads of gradients and NB of inputs. Inputs come
// from a copy of the channel with its padding filled in, so that every tap is there at every position and each sum is
// one chain over the positions in their order. At the end the lanes of each accumulator are summed by the fixed tree.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/padded.h"
#include "kernels/conv2d/window.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kMostColumns = kRegisters == 32 ? 9 : 5;
constexpr int kMostFilters = 8;

// Filters of a tile: accumulators, one gradient a filter and one input must fit into the registers.
constexpr int filtersFor(int columns) {
  const int fit = (kRegisters - 1) / (columns + 1);
  return fit < kMostFilters ? fit : kMostFilters;
}

struct Tile {
  const float* gradOutput;             // of the tile's first filter
  int64_t gradPlane;                   // floats from one filter's gradients to the next
  const float* columns[kMostColumns];  // the inputs that each column meets at the first position
  int32_t height, width;               // positions
  int64_t rowStride, pixelStride;      // floats between the inputs of neighbouring positions
  float* sums;                         // [filters][columns][16]
};

template <int KB, int NB>
void accumulate(const Tile& t) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec sum[KB][NB];
#pragma GCC unroll 9
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 9
      for (int j = 0; j < NB; j++) sum[i][j] = zero();
    }
    const float* gradient = t.gradOutput + lane;
    for (int32_t y = 0; y < t.height; y++) {
      int64_t offset = y * t.rowStride + lane;
      for (int32_t x = 0; x < t.width; x++) {
        Vec d[KB];
#pragma GCC unroll 9
        for (int i = 0; i < KB; i++) d[i] = load(gradient + i * t.gradPlane);
#pragma GCC unroll 9
        for (int j = 0; j < NB; j++) {
          const Vec input = load(t.columns[j] + offset);
#pragma GCC unroll 9
          for (int i = 0; i < KB; i++) sum[i][j] = fma(d[i], input, sum[i][j]);
        }
        gradient += kLanes;
        offset += t.pixelStride;
      }
    }
#pragma GCC unroll 9
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 9
      for (int j = 0; j < NB; j++) store(t.sums + (i * NB + j) * kLanes + lane, sum[i][j]);
    }
  }
}

using Accumulate = void (*)(const Tile&);

// The tile of so many filters; a number that never occurs beside so many columns stands for one filter.
template <int NB>
Accumulate accumulateOf(int32_t filters) {
  constexpr int most = filtersFor(NB);
  switch (filters) {
    case 2: return accumulate<(most >= 2 ? 2 : 1), NB>;
    case 3: return accumulate<(most >= 3 ? 3 : 1), NB>;
    case 4: return accumulate<(most >= 4 ? 4 : 1), NB>;
    case 5: return accumulate<(most >= 5 ? 5 : 1), NB>;
    case 6: return accumulate<(most >= 6 ? 6 : 1), NB>;
    case 7: return accumulate<(most >= 7 ? 7 : 1), NB>;
    case 8: return accumulate<(most >= 8 ? 8 : 1), NB>;
    default: return accumulate<1, NB>;
  }
}

Accumulate accumulateFor(int32_t filters, int32_t columns) {
  switch (columns) {
    case 1: return accumulateOf<1>(filters);
    case 2: return accumulateOf<2>(filters);
    case 3: return accumulateOf<3>(filters);
    case 4: return accumulateOf<4>(filters);
#if LAMINET_ISA_AVX512
    case 5: return accumulateOf<5>(filters);
    case 6: return accumulateOf<6>(filters);
    case 7: return accumulateOf<7>(filters);
    case 8: return accumulateOf<8>(filters);
    default: return accumulateOf<9>(filters);
#else
    default: return accumulateOf<5>(filters);
#endif
  }
}

// Columns that are worked on together: all taps of a small kernel (of several channels, where it is smaller still), or
// neighbouring taps of a large one.
int32_t columnsTogether(const Conv2dGeometry& g) {
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  if (taps > kMostColumns) return g.kernelWidth <= kMostColumns ? g.kernelWidth : 5;
  return taps <= 2 ? 5 / taps * taps : taps;
}

// Channels of which a padded copy is held at a time.
constexpr int32_t kPaddedChannels = 5;

}  // namespace

int64_t conv2dScratchSize(const Conv2dGeometry& g) {
  if (conv2dByChannels(g)) return conv2dChannelScratchSize(g);
  const int32_t channels = g.inChannels / g.groups;
  return isPadded(g) ? paddedPlane(g) * (channels < kPaddedChannels ? channels : kPaddedChannels) : 0;
}

void conv2dGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input, float* scratch,
                      float* gradWeight) {
  if (conv2dByChannels(g)) {
    conv2dGradWeightChannels(g, part, gradOutput, input, scratch, gradWeight);
    return;
  }
  alignas(64) float sums[kMostFilters * kMostColumns * kLanes];
  float reduced[kMostFilters * kMostColumns];
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  const int64_t inputPlane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const bool padded = isPadded(g);
  const int64_t plane = padded ? paddedPlane(g) : inputPlane;
  const int64_t row = static_cast<int64_t>(padded ? g.padLeft + g.inWidth + g.padRight : g.inWidth) * kLanes;
  if (padded) __builtin_memset(scratch, 0, static_cast<size_t>(conv2dScratchSize(g)) * sizeof(float));

  Tile tile{};
  tile.gradPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  tile.height = g.outHeight;
  tile.width = g.outWidth;
  tile.rowStride = row * g.strideHeight;
  tile.pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  tile.sums = sums;

  for (int32_t group = 0; group < g.groups; group++) {
    const Range own = filtersOf(part, g, group);
    if (own.begin == own.end) continue;
    // A few channels at a time, whose columns are then taken in blocks.
    for (int32_t first = 0; first < channels; first += kPaddedChannels) {
      const int32_t held = channels - first < kPaddedChannels ? channels - first : kPaddedChannels;
      const float* planes = input + (group * channels + first) * inputPlane;
      if (padded) {
        for (int32_t c = 0; c < held; c++) copyPadded(g, planes + c * inputPlane, scratch + c * plane);
        planes = scratch;
      }
      const int32_t together = columnsTogether(g);
      for (int32_t column = 0; column < held * taps; column += together) {
        const int32_t columns = held * taps - column < together ? held * taps - column : together;
        for (int32_t j = 0; j < columns; j++) {
          const int32_t c = (column + j) / taps;
          const int32_t r = (column + j) % taps / g.kernelWidth;
          const int32_t s = (column + j) % g.kernelWidth;
          tile.columns[j] =
              planes + c * plane + r * g.dilationHeight * row + static_cast<int64_t>(s) * g.dilationWidth * kLanes;
        }
        const int32_t left = own.end - own.begin;
        const int32_t blocks = (left + filtersFor(columns) - 1) / filtersFor(columns);
        for (int32_t block = 0; block < blocks; block++) {
          const auto begin = static_cast<int32_t>(static_cast<int64_t>(block) * left / blocks);
          const int32_t count = static_cast<int32_t>(static_cast<int64_t>(block + 1) * left / blocks) - begin;
          const int32_t filter = group * filters + own.begin + begin;
          tile.gradOutput = gradOutput + filter * tile.gradPlane;
          accumulateFor(count, columns)(tile);
          sumLanesOfEach(sums, count * columns, reduced);
          for (int32_t i = 0; i < count; i++) {
            float* out = gradWeight + (static_cast<int64_t>(filter + i) * channels + first) * taps + column;
            for (int32_t j = 0; j < columns; j++) out[j] = reduced[i * columns + j];
          }
        }
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
