// Convolution forward with the max-pooling (2x2 windows that tile the outputs) and the activation that follow it. A
// tile covers whole windows, so that its sums go from the registers into the pooled values and the winners: the large
// map is never written. The sums are those of forward, chain by chain.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/tile.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Filters that are worked on together, and windows side by side beside so many filters.
constexpr int32_t kMostFilters = kRegisters == 32 ? 6 : 2;
template <int KB>
constexpr int windowsBeside() {
  return kRegisters == 32 ? (KB > 2 ? 1 : KB == 1 ? 3 : 2) : (KB > 1 ? 1 : 2);
}

// What max_pool2d.cc does with the same four values.
LAMINET_INLINE void pool(Vec first, Vec second, Vec third, Vec fourth, float* output, uint8_t* winners) {
  Vec best = first;
  Vec place = zero();
  const Vec rest[] = {second, third, fourth};
#pragma GCC unroll 3
  for (int i = 0; i < 3; i++) {
    const Mask wins = either(less(best, rest[i]), isNan(rest[i]));
    best = select(wins, rest[i], best);
    place = select(wins, broadcast(static_cast<float>(i + 1)), place);
  }
  store(output, best);
  storeBytes(winners, place);
}

// Filters of a block of the packed weights, and where their windows go.
struct Filters {
  const Conv2dGeometry* g;
  Walk walk;
  const float* input;   // of the group's channels
  const float* packed;  // of the first filter
  const float* bias;
  float* output;
  uint8_t* winners;
  int64_t plane;  // values in an output channel
};

// PX windows of KB filters, all taps inside the image.
template <int KB, int PX>
LAMINET_INLINE void windows(const Filters& f, const float* input, int64_t output) {
  const Walk& walk = f.walk;
  const int64_t nextRow = f.g->strideHeight * static_cast<int64_t>(f.g->inWidth) * kLanes;
  Vec sum[KB][4 * PX];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
    const Vec start = f.bias ? broadcast(f.bias[i]) : zero();
#pragma GCC unroll 12
    for (int j = 0; j < 4 * PX; j++) sum[i][j] = start;
  }
  for (int32_t c = 0; c < walk.channels; c++) {
    for (int32_t r = 0; r < walk.rows; r++) {
      const float* pixel = input + c * walk.channelStride + r * walk.rowStride;
      const float* weight = f.packed + c * walk.weightChannelStride + r * walk.weightRowStride;
      for (int32_t s = 0; s < walk.columns; s++) {
        // The fewer of the two stay in registers; of the others there is one at a time.
        if constexpr (KB < 4 * PX) {
          Vec w[KB];
#pragma GCC unroll 8
          for (int i = 0; i < KB; i++) w[i] = broadcast(weight[i]);
#pragma GCC unroll 12
          for (int j = 0; j < 4 * PX; j++) {
            const Vec x = load(pixel + j / (2 * PX) * nextRow + j % (2 * PX) * walk.pixelStride);
#pragma GCC unroll 8
            for (int i = 0; i < KB; i++) sum[i][j] = fma(w[i], x, sum[i][j]);
          }
        } else {
          Vec x[4 * PX];
#pragma GCC unroll 12
          for (int j = 0; j < 4 * PX; j++) {
            x[j] = load(pixel + j / (2 * PX) * nextRow + j % (2 * PX) * walk.pixelStride);
          }
#pragma GCC unroll 8
          for (int i = 0; i < KB; i++) {
            const Vec w = broadcast(weight[i]);
#pragma GCC unroll 12
            for (int j = 0; j < 4 * PX; j++) sum[i][j] = fma(w, x[j], sum[i][j]);
          }
        }
        pixel += walk.columnStride;
        weight += walk.weightColumnStride;
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 3
    for (int p = 0; p < PX; p++) {
      const int64_t at = (i * f.plane + p) * kLanes + output;
      pool(sum[i][2 * p], sum[i][2 * p + 1], sum[i][2 * PX + 2 * p], sum[i][2 * PX + 2 * p + 1], f.output + at,
           f.winners + at);
    }
  }
}

// A window whose kernels hang over the edge: position by position, with the taps that lie inside.
template <int KB>
void windowAtEdge(const Filters& f, int32_t y, int32_t x, int lane, int64_t output) {
  const Conv2dGeometry& g = *f.g;
  const int64_t rowStride = static_cast<int64_t>(g.inWidth) * kLanes;
  alignas(64) float sums[4][KB * kWidth];
  for (int place = 0; place < 4; place++) {
    const int32_t top = (2 * y + place / 2) * g.strideHeight - g.padTop;
    const int32_t left = (2 * x + place % 2) * g.strideWidth - g.padLeft;
    const Range rows = tapsInside(top, g.inHeight, g.kernelHeight, g.dilationHeight);
    const Range columns = tapsInside(left, g.inWidth, g.kernelWidth, g.dilationWidth);
    Walk walk = f.walk;
    walk.rows = rows.end - rows.begin;
    walk.columns = columns.end - columns.begin;
    walk.outputChannelStride = kWidth;
    const float* pixel = f.input + (top + rows.begin * g.dilationHeight) * rowStride +
                         static_cast<int64_t>(left + columns.begin * g.dilationWidth) * kLanes + lane;
    tile<KB, 1>(walk, pixel, f.packed + rows.begin * walk.weightRowStride + columns.begin * walk.weightColumnStride,
                f.bias, sums[place]);
  }
  for (int i = 0; i < KB; i++) {
    const int64_t at = i * f.plane * kLanes + output;
    pool(load(sums[0] + i * kWidth), load(sums[1] + i * kWidth), load(sums[2] + i * kWidth), load(sums[3] + i * kWidth),
         f.output + at, f.winners + at);
  }
}

// Row y of the windows of KB filters.
template <int KB>
void row(const Filters& f, int32_t y) {
  constexpr int PX = windowsBeside<KB>();
  const Conv2dGeometry& g = *f.g;
  const int32_t top = 2 * y * g.strideHeight - g.padTop;
  const int32_t bottom = top + g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight;
  const Range left = outputsInside(-g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  const Range right =
      outputsInside((g.kernelWidth - 1) * g.dilationWidth - g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  // Windows from `begin` to `end` have every tap inside the image.
  const bool whole = top >= 0 && bottom < g.inHeight;
  const int32_t begin = (left.begin + 1) / 2;
  const int32_t end = whole ? atMost(left.end, right.end) / 2 : 0;
  const int32_t width = g.outWidth / 2;
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    const float* line = f.input + static_cast<int64_t>(top) * g.inWidth * kLanes + lane;
    const auto at = [&](int32_t x) { return (static_cast<int64_t>(y) * width + x) * kLanes + lane; };
    const auto from = [&](int32_t x) { return line + (2 * x * g.strideWidth - g.padLeft) * kLanes; };
    int32_t x = 0;
    for (; x < width && (x < begin || x >= end); x++) windowAtEdge<KB>(f, y, x, lane, at(x));
    for (; x + PX <= end; x += PX) windows<KB, PX>(f, from(x), at(x));
    if constexpr (PX > 1) {
      for (; x < end; x++) windows<KB, 1>(f, from(x), at(x));
    }
    for (; x < width; x++) windowAtEdge<KB>(f, y, x, lane, at(x));
  }
}

using Row = void (*)(const Filters&, int32_t);
#if LAMINET_ISA_AVX512
constexpr Row kRows[] = {nullptr, row<1>, row<2>, row<3>, row<4>, row<5>, row<6>};
#else
constexpr Row kRows[] = {nullptr, row<1>, row<2>};
#endif

}  // namespace

void conv2dForwardPool(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                       Activation activation, float* output, uint8_t* winners) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t filterSize = static_cast<int64_t>(channels) * g.kernelHeight * g.kernelWidth;
  const int64_t rowStride = static_cast<int64_t>(g.inWidth) * kLanes;
  const int64_t pooledRow = static_cast<int64_t>(g.outWidth / 2) * kLanes;
  const int32_t height = g.outHeight / 2;
  Filters f{};
  f.g = &g;
  f.plane = static_cast<int64_t>(height) * (g.outWidth / 2);
  f.walk.channels = channels;
  f.walk.channelStride = g.inHeight * rowStride;
  f.walk.rows = g.kernelHeight;
  f.walk.rowStride = rowStride * g.dilationHeight;
  f.walk.columns = g.kernelWidth;
  f.walk.columnStride = static_cast<int64_t>(g.dilationWidth) * kLanes;
  f.walk.pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  eachBlock(part, g.groups, filters, height, [&](int32_t group, int32_t first, int32_t size, Rows rows) {
    f.input = input + group * channels * f.walk.channelStride;
    f.walk.weightColumnStride = size;
    f.walk.weightRowStride = static_cast<int64_t>(g.kernelWidth) * size;
    f.walk.weightChannelStride = g.kernelHeight * f.walk.weightRowStride;
    const int32_t splits = (size + kMostFilters - 1) / kMostFilters;
    for (int32_t split = 0; split < splits; split++) {
      const int32_t begin = split * size / splits;
      const int32_t count = (split + 1) * size / splits - begin;
      f.packed = packed + first * filterSize + begin;
      f.bias = bias ? bias + first + begin : nullptr;
      f.output = output + (first + begin) * f.plane * kLanes;
      f.winners = winners + (first + begin) * f.plane * kLanes;
      for (int32_t y = rows.begin; y < rows.end; y++) {
        kRows[count](f, y);
        for (int32_t i = 0; activation && i < count; i++) {
          float* values = f.output + i * f.plane * kLanes + y * pooledRow;
          activation(pooledRow, values, values);
        }
      }
    }
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
