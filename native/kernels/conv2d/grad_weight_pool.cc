// Convolution backward to the weights, through the max-pooling behind it. Three quarters of the gradient that pooling
// hands back are zeros; but which ones differs from lane to lane. So every lane picks the input that its winner met: of
// the 2 x (NB + 1) inputs that NB neighbouring taps meet in a window, first the upper or the lower ones, then, for each
// tap, the left or the right one. That is 2 NB + 1 choices and NB multiply-adds in the place of 4 NB multiply-adds, and
// on processors with two more units for choices than for multiplications it takes two fifths of the time.
#if !LAMINET_ISA_SSE2
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/padded.h"
#include "kernels/conv2d/window.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kMostColumns = 5;
constexpr int kMostFilters = 8;

// Filters of a tile: its sums, the window's inputs, a gradient and two choices must fit into the registers. Where there
// are 16, the inputs stay in memory.
constexpr int filtersBeside(int columns) {
  if (kRegisters == 16) return columns > 2 ? 1 : 2;
  const int fit = (kRegisters - 2 * (columns + 1) - 4) / columns;
  return fit < kMostFilters ? fit : kMostFilters;
}

struct Tile {
  const float* gradPooled;  // of the tile's first filter
  const uint8_t* winners;
  int64_t plane;          // floats from one filter's gradients to the next
  const float* input;     // that the first column meets at the first position
  int64_t rowStride;      // floats
  int32_t height, width;  // windows
  float* sums;            // of the first filter and column, [16]
  int64_t sumsStride;     // floats to the next filter's
};

template <int KB, int NB>
void accumulate(const Tile& t) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec sum[KB][NB];
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int j = 0; j < NB; j++) sum[i][j] = zero();
    }
    const float* gradient = t.gradPooled + lane;
    const uint8_t* winner = t.winners + lane;
    for (int32_t y = 0; y < t.height; y++) {
      const float* upper = t.input + 2 * y * t.rowStride + lane;
      for (int32_t x = 0; x < t.width; x++) {
        // Keeps the compiler from holding on to the columns that the next window meets, too, where registers are few.
        if constexpr (kRegisters == 16) asm("" : "+r"(upper));
        const float* lower = upper + t.rowStride;
        Vec above[NB + 1];
        Vec below[NB + 1];
        if constexpr (KB > 1) {
#pragma GCC unroll 8
          for (int j = 0; j <= NB; j++) {
            above[j] = load(upper + j * kLanes);
            below[j] = load(lower + j * kLanes);
          }
        }
#pragma GCC unroll 8
        for (int i = 0; i < KB; i++) {
          const Vec d = load(gradient + i * t.plane);
          const Mask isRight = bitOf(winner + i * t.plane, 0);
          const Mask isBelow = bitOf(winner + i * t.plane, 1);
          // A single filter takes the inputs from memory.
          const auto column = [&](int j) {
            if constexpr (KB > 1) return select(isBelow, below[j], above[j]);
            return select(isBelow, load(lower + j * kLanes), load(upper + j * kLanes));
          };
          Vec left = column(0);
#pragma GCC unroll 8
          for (int j = 0; j < NB; j++) {
            const Vec right = column(j + 1);
            sum[i][j] = fma(d, select(isRight, right, left), sum[i][j]);
            left = right;
          }
        }
        gradient += kLanes;
        winner += kLanes;
        upper += 2 * kLanes;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
      for (int j = 0; j < NB; j++) store(t.sums + i * t.sumsStride + j * kLanes + lane, sum[i][j]);
    }
  }
}

using Accumulate = void (*)(const Tile&);

// The tile of so many filters; a number that never occurs beside so many columns stands for one filter.
template <int NB>
Accumulate accumulateOf(int32_t filters) {
  constexpr int most = filtersBeside(NB);
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
    default: return accumulateOf<5>(filters);
  }
}

}  // namespace

// A padded channel, and the sums of a few filters' taps.
int64_t conv2dPoolScratchSize(const Conv2dGeometry& g) {
  const int64_t sums = static_cast<int64_t>(kMostFilters) * g.kernelHeight * g.kernelWidth * (kLanes + 1);
  return (isPadded(g) ? paddedPlane(g) : 0) + sums;
}

void conv2dPoolGradWeight(const Conv2dGeometry& g, Part part, const float* gradPooled, const uint8_t* winners,
                          const float* input, float* scratch, float* gradWeight) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  const int64_t inputPlane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const bool padded = isPadded(g);
  const int64_t plane = padded ? paddedPlane(g) : 0;
  float* sums = scratch + plane;
  float* reduced = sums + static_cast<int64_t>(kMostFilters) * taps * kLanes;
  __builtin_memset(scratch, 0, static_cast<size_t>(plane) * sizeof(float));
  Tile tile{};
  tile.height = g.outHeight / 2;
  tile.width = g.outWidth / 2;
  tile.plane = static_cast<int64_t>(tile.height) * tile.width * kLanes;
  tile.rowStride = static_cast<int64_t>(g.padLeft + g.inWidth + g.padRight) * kLanes;
  tile.sumsStride = static_cast<int64_t>(taps) * kLanes;
  // A kernel's row is cut into equal runs of taps.
  const int32_t runs = (g.kernelWidth + kMostColumns - 1) / kMostColumns;
  const int32_t most = filtersBeside((g.kernelWidth + runs - 1) / runs);
  for (int32_t group = 0; group < g.groups; group++) {
    const Range own = filtersOf(part, g, group);
    const int32_t count = own.end - own.begin;
    const int32_t blocks = (count + most - 1) / most;
    for (int32_t c = 0; c < (count > 0 ? channels : 0); c++) {
      const float* channel = input + (group * channels + c) * inputPlane;
      if (padded) {
        copyPadded(g, channel, scratch);
        channel = scratch;
      }
      for (int32_t block = 0; block < blocks; block++) {
        const auto begin = static_cast<int32_t>(static_cast<int64_t>(block) * count / blocks);
        const int32_t size = static_cast<int32_t>(static_cast<int64_t>(block + 1) * count / blocks) - begin;
        const int32_t filter = group * filters + own.begin + begin;
        tile.gradPooled = gradPooled + filter * tile.plane;
        tile.winners = winners + filter * tile.plane;
        for (int32_t r = 0; r < g.kernelHeight; r++) {
          for (int32_t run = 0; run < runs; run++) {
            const int32_t s = run * g.kernelWidth / runs;
            tile.input = channel + r * tile.rowStride + s * kLanes;
            tile.sums = sums + (r * g.kernelWidth + s) * kLanes;
            accumulateFor(size, (run + 1) * g.kernelWidth / runs - s)(tile);
          }
        }
        sumLanesOfEach(sums, size * taps, reduced);
        for (int32_t i = 0; i < size; i++) {
          float* out = gradWeight + (static_cast<int64_t>(filter + i) * channels + c) * taps;
          for (int32_t tap = 0; tap < taps; tap++) out[tap] = reduced[i * taps + tap];
        }
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
#endif
