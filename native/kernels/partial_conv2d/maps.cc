// Partially connected convolution forward and backward to the input. Both make maps, each the sum of other maps, whose
// numbers a table lists, times a kernel each: one map at a time, as many neighbouring pixels as the registers hold. A
// pixel costs one load for each multiplication, which the processor does beside it.
#include "kernels/conv2d/reach.h"
#include "kernels/partial_conv2d/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kMostPixels = kRegisters == 32 ? 14 : 12;

// What the pixels of a tile add up: for each term, a map times a kernel. Strides are in floats.
struct Terms {
  int32_t count;
  const int32_t* maps;     // by term
  const int32_t* kernels;  // by term; null where they lie one behind the other
  const float* pixels;     // of map 0: the pixel that the tile's first pixel meets by its first tap
  int64_t mapSize;
  const float* taps;  // of kernel 0: the first tap
  int64_t kernelSize;
  int32_t rows, columns;  // of taps
  int64_t rowStride, columnStride;
  int64_t tapRowStride, tapColumnStride;
  int64_t pixelStride;  // between the pixels that neighbours of the tile meet
  int64_t outputStride;
};

// `Neighbours`: the pixels that neighbours of the tile meet are neighbours, too, so that their distance is a constant.
template <int XB, bool Neighbours>
void tile(const Terms& t, float bias, float* output) {
  const int64_t pixelStride = Neighbours ? kLanes : t.pixelStride;
  Vec sum[XB];
#pragma GCC unroll 14
  for (int j = 0; j < XB; j++) sum[j] = broadcast(bias);
  for (int32_t i = 0; i < t.count; i++) {
    const float* map = t.pixels + t.maps[i] * t.mapSize;
    const float* kernel = t.taps + (t.kernels ? t.kernels[i] : i) * t.kernelSize;
    for (int32_t r = 0; r < t.rows; r++) {
      const float* pixel = map + r * t.rowStride;
      const float* tap = kernel + r * t.tapRowStride;
      for (int32_t s = 0; s < t.columns; s++) {
        const Vec w = broadcast(*tap);
#pragma GCC unroll 14
        for (int j = 0; j < XB; j++) sum[j] = fma(w, load(pixel + j * pixelStride), sum[j]);
        pixel += t.columnStride;
        tap += t.tapColumnStride;
      }
    }
  }
#pragma GCC unroll 14
  for (int j = 0; j < XB; j++) store(output + j * t.outputStride, sum[j]);
}

using Tile = void (*)(const Terms&, float, float*);

template <bool Neighbours>
Tile tileOf(int32_t pixels) {
  switch (pixels) {
    case 1: return tile<1, Neighbours>;
    case 2: return tile<2, Neighbours>;
    case 3: return tile<3, Neighbours>;
    case 4: return tile<4, Neighbours>;
    case 5: return tile<5, Neighbours>;
    case 6: return tile<6, Neighbours>;
    case 7: return tile<7, Neighbours>;
    case 8: return tile<8, Neighbours>;
    case 9: return tile<9, Neighbours>;
    case 10: return tile<10, Neighbours>;
    case 11: return tile<11, Neighbours>;
#if LAMINET_ISA_AVX512
    case 12: return tile<12, Neighbours>;
    case 13: return tile<13, Neighbours>;
    default: return tile<14, Neighbours>;
#else
    default: return tile<12, Neighbours>;
#endif
  }
}

// Calls visit(first, count, taps) for the pixels of a row of `width`, `step` apart, in tiles: all of a tile's pixels
// have the same taps. `tapsAt` tells a pixel's.
template <class TapsAt, class Visit>
LAMINET_INLINE void eachTile(int32_t width, int32_t step, const TapsAt& tapsAt, const Visit& visit) {
  for (int32_t start = 0; start < step && start < width; start++) {
    for (int32_t x = start; x < width;) {
      const Reach taps = tapsAt(x);
      int32_t alike = 1;
      while (x + alike * step < width && sameTaps(taps, tapsAt(x + alike * step))) alike++;
      // As many tiles as are needed, of sizes that differ by one at most: a small one leaves the processor waiting.
      for (int32_t tiles = (alike + kMostPixels - 1) / kMostPixels; tiles > 0; tiles--) {
        const int32_t count = (alike + tiles - 1) / tiles;
        visit(x, count, tapsAt(x));
        x += count * step;
        alike -= count;
      }
    }
  }
}

// The taps of output (window) `at` that lie inside the image.
LAMINET_INLINE Reach windowTaps(int32_t at, int32_t stride, int32_t pad, int32_t size, int32_t taps, int32_t dilation) {
  const int32_t origin = at * stride - pad;
  const Range inside = tapsInside(origin, size, taps, dilation);
  return {inside.begin, 1, inside.end - inside.begin, origin + inside.begin * dilation, dilation};
}

}  // namespace

void partialConv2dForward(const Conv2dGeometry& g, const Connections& table, Part part, const float* input,
                          const float* weight, const float* bias, float* output) {
  const int64_t row = static_cast<int64_t>(g.inWidth) * kLanes;
  Terms terms{};
  terms.mapSize = g.inHeight * row;
  terms.kernelSize = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  terms.rowStride = g.dilationHeight * row;
  terms.columnStride = static_cast<int64_t>(g.dilationWidth) * kLanes;
  terms.tapRowStride = g.kernelWidth;
  terms.tapColumnStride = 1;
  terms.pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  terms.outputStride = kLanes;
  const Share lines = shareOf(part, static_cast<int64_t>(g.outChannels) * g.outHeight);
  const auto tapsAt = [&](int32_t x) {
    return windowTaps(x, g.strideWidth, g.padLeft, g.inWidth, g.kernelWidth, g.dilationWidth);
  };
  eachTile(g.outWidth, 1, tapsAt, [&](int32_t x, int32_t count, const Reach& columns) {
    const Tile function = g.strideWidth == 1 ? tileOf<true>(count) : tileOf<false>(count);
    terms.columns = columns.count;
    for (int64_t line = lines.begin; line < lines.end; line++) {
      const int64_t k = line / g.outHeight;
      const auto y = static_cast<int32_t>(line % g.outHeight);
      const Reach rows = windowTaps(y, g.strideHeight, g.padTop, g.inHeight, g.kernelHeight, g.dilationHeight);
      terms.rows = rows.count;
      terms.count = table.firstKernels[k + 1] - table.firstKernels[k];
      terms.maps = table.channels + table.firstKernels[k];
      terms.taps = weight + table.firstKernels[k] * terms.kernelSize +
                   static_cast<int64_t>(rows.first) * g.kernelWidth + columns.first;
      const int64_t pixel = rows.place * row + static_cast<int64_t>(columns.place) * kLanes;
      float* to = output + (line * g.outWidth + x) * kLanes;
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        terms.pixels = input + pixel + lane;
        function(terms, bias ? bias[k] : 0.0f, to + lane);
      }
    }
  });
}

void partialConv2dGradInput(const Conv2dGeometry& g, const Connections& table, Part part, const float* gradOutput,
                            const float* weight, float* gradInput) {
  const int64_t row = static_cast<int64_t>(g.outWidth) * kLanes;
  Terms terms{};
  terms.mapSize = g.outHeight * row;
  terms.kernelSize = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  terms.outputStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  const Share lines = shareOf(part, static_cast<int64_t>(g.inChannels) * g.inHeight);
  const auto tapsAt = [&](int32_t x) {
    return reachOf(x, g.padLeft, g.kernelWidth, g.dilationWidth, g.strideWidth, g.outWidth);
  };
  eachTile(g.inWidth, g.strideWidth, tapsAt, [&](int32_t x, int32_t count, const Reach& columns) {
    const Tile function = tileOf<true>(count);
    terms.columns = columns.count;
    terms.columnStride = static_cast<int64_t>(columns.placesApart) * kLanes;
    // Taps are those of the flipped kernel: they are gone through from the kernel's end.
    terms.tapColumnStride = -columns.apart;
    for (int64_t line = lines.begin; line < lines.end; line++) {
      const int64_t c = line / g.inHeight;
      const auto y = static_cast<int32_t>(line % g.inHeight);
      const Reach rows = reachOf(y, g.padTop, g.kernelHeight, g.dilationHeight, g.strideHeight, g.outHeight);
      terms.rows = rows.count;
      terms.rowStride = rows.placesApart * row;
      terms.tapRowStride = -static_cast<int64_t>(rows.apart) * g.kernelWidth;
      terms.count = table.firstUses[c + 1] - table.firstUses[c];
      terms.maps = table.filters + table.firstUses[c];
      terms.kernels = table.kernels + table.firstUses[c];
      terms.taps = weight + static_cast<int64_t>(g.kernelHeight - 1 - rows.first) * g.kernelWidth + g.kernelWidth - 1 -
                   columns.first;
      const int64_t pixel = rows.place * row + static_cast<int64_t>(columns.place) * kLanes;
      float* to = gradInput + (line * g.inWidth + x) * kLanes;
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        terms.pixels = gradOutput + pixel + lane;
        function(terms, 0.0f, to + lane);
      }
    }
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
