// Convolution forward with the max-pooling (2x2 windows that tile the outputs) and the activation that follow it. A
// tile covers whole windows: its sums go into the pooled values and the winners, and the large map is never written.
// They are those of forward, chain by chain.
//
// With 32 registers tiles are two rows high and are pooled in the registers. With 16 such tiles would be too few sums
// to hide the latency of the multiplications (half as much time again): there, forward's own tiles leave two rows in a
// buffer in the first-level cache. With 32 registers the buffer takes 8 to 11 % more time than the registers.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/pool_window.h"
#include "kernels/conv2d/tile.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Filters that are worked on together, and windows side by side beside so many filters.
constexpr int32_t kMostFilters = kRegisters == 32 ? 6 : 4;
template <int KB>
constexpr int windowsBeside() {
  if (kRegisters == 32) return KB > 2 ? 1 : KB == 1 ? 3 : 2;
  return tileWidth<KB>() % 2 == 0 ? tileWidth<KB>() / 2 : tileWidth<KB>();
}

// A block of filters, and where their windows go.
struct Filters {
  const Conv2dGeometry* g;
  Walk walk;
  const float* input;  // of the group's channels
  const float* packed;
  const float* bias;
  float* output;
  uint8_t* winners;
  int64_t plane;  // floats of an output channel
};

// Pools XB / 2 windows of each filter from sums [2 rows][filter][XB pixels].
template <int KB, int XB>
LAMINET_INLINE void poolRows(const Filters& f, const float* sums, int64_t output) {
  for (int i = 0; i < KB; i++) {
    const float* upper = sums + i * XB * kWidth;
    const float* lower = upper + KB * XB * kWidth;
#pragma GCC unroll 4
    for (int x = 0; x < XB; x += 2) {
      const int64_t at = i * f.plane + x / 2 * kLanes + output;
      poolWindow(load(upper + x * kWidth), load(upper + (x + 1) * kWidth), load(lower + x * kWidth),
                 load(lower + (x + 1) * kWidth), f.output + at, f.winners + at);
    }
  }
}

// PX windows of KB filters, all taps inside the image: in the registers.
template <int KB, int PX>
LAMINET_INLINE void windowsInRegisters(const Filters& f, const float* input, int64_t output) {
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
      const int64_t at = i * f.plane + p * kLanes + output;
      poolWindow(sum[i][2 * p], sum[i][2 * p + 1], sum[i][2 * PX + 2 * p], sum[i][2 * PX + 2 * p + 1], f.output + at,
                 f.winners + at);
    }
  }
}

// The same by tiles of one row and XB pixels.
template <int KB, int PX, int XB>
LAMINET_INLINE void windowsInBuffer(const Filters& f, const float* input, int64_t output) {
  alignas(64) float sums[2 * KB * 2 * PX * kWidth];
  Walk walk = f.walk;
  walk.outputPixelStride = kWidth;
  walk.outputChannelStride = 2 * PX * kWidth;
  const int64_t nextRow = f.g->strideHeight * static_cast<int64_t>(f.g->inWidth) * kLanes;
#pragma GCC unroll 1
  for (int row = 0; row < 2; row++) {
#pragma GCC unroll 1
    for (int x = 0; x < 2 * PX; x += XB) {
      tile<KB, XB>(walk, input + row * nextRow + x * walk.pixelStride, f.packed, f.bias,
                   sums + (row * KB * 2 * PX + x) * kWidth);
    }
  }
  poolRows<KB, 2 * PX>(f, sums, output);
}

template <int KB, int PX>
LAMINET_INLINE void windows(const Filters& f, const float* input, int64_t output) {
  if constexpr (kRegisters == 32) {
    windowsInRegisters<KB, PX>(f, input, output);
  } else {
    windowsInBuffer<KB, PX, (PX == 1 ? 2 : tileWidth<KB>())>(f, input, output);
  }
}

// A window whose kernels hang over the edge: position by position, with the taps that lie inside.
template <int KB>
void windowAtEdge(const Filters& f, int32_t y, int32_t x, int lane, int64_t output) {
  const Conv2dGeometry& g = *f.g;
  const int64_t rowStride = static_cast<int64_t>(g.inWidth) * kLanes;
  alignas(64) float sums[2 * KB * 2 * kWidth];
  Walk walk = f.walk;
  walk.outputChannelStride = 2 * kWidth;
  for (int place = 0; place < 4; place++) {
    const int32_t top = (2 * y + place / 2) * g.strideHeight - g.padTop;
    const int32_t left = (2 * x + place % 2) * g.strideWidth - g.padLeft;
    const Range rows = tapsInside(top, g.inHeight, g.kernelHeight, g.dilationHeight);
    const Range columns = tapsInside(left, g.inWidth, g.kernelWidth, g.dilationWidth);
    walk.rows = rows.end - rows.begin;
    walk.columns = columns.end - columns.begin;
    const float* pixel = f.input + (top + rows.begin * g.dilationHeight) * rowStride +
                         static_cast<int64_t>(left + columns.begin * g.dilationWidth) * kLanes + lane;
    const float* weights = f.packed + rows.begin * walk.weightRowStride + columns.begin * walk.weightColumnStride;
    tile<KB, 1>(walk, pixel, weights, f.bias, sums + (place / 2 * KB * 2 + place % 2) * kWidth);
  }
  poolRows<KB, 2>(f, sums, output);
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
constexpr Row kRows[] = LAMINET_BY_BLOCK(row);
#endif

}  // namespace

void conv2dPoolForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                       Activation activation, float* output, uint8_t* winners) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t filterSize = static_cast<int64_t>(channels) * g.kernelHeight * g.kernelWidth;
  const int64_t rowStride = static_cast<int64_t>(g.inWidth) * kLanes;
  const int64_t pooledRow = static_cast<int64_t>(g.outWidth / 2) * kLanes;
  const int32_t height = g.outHeight / 2;
  Filters f{};
  f.g = &g;
  f.plane = height * pooledRow;
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
      f.output = output + (first + begin) * f.plane;
      f.winners = winners + (first + begin) * f.plane;
      for (int32_t y = rows.begin; y < rows.end; y++) {
        kRows[count](f, y);
        for (int32_t i = 0; activation.value && i < count; i++) {
          float* values = f.output + i * f.plane + y * pooledRow;
          activation.value(activation.constants, pooledRow, values, values);
        }
      }
    }
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
