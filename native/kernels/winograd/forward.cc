// Convolution by F(4x4, 3x3), forward and backward to the input. A few tiles at a time: their patches of 6x6 inputs are
// transformed, channel by channel; then, for each of the 36 places of a patch, the products are a multiplication of
// matrices, [filters][channels] by [channels][tiles x 16 samples]; these are transformed to 4x4 outputs, for some
// filters at a time, so that they are still in the cache.
#include "kernels/conv2d/pool_window.h"
#include "kernels/winograd/functions.h"
#include "kernels/winograd/tiles.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// The most vectors of samples, and of filters kBlock, in a tile of registers.
constexpr int kMostVectors = 3;

// Tiles at a time. The fewer, the more of their transformed inputs (2304 bytes a channel and tile) stays in the cache;
// the more, the less often the weights are read.
constexpr int32_t kFewestTiles = 3;
constexpr int32_t kMostTiles = 6;
constexpr int64_t kTransformedBytes = 256 << 10;

// Blocks of filters that are multiplied before their products are transformed.
constexpr int32_t kBlocksAtOnce = 2;

int32_t tilesAtOnce(const Correlation& c) {
  const int64_t tile = static_cast<int64_t>(c.channels) * kProducts * kLanes * static_cast<int64_t>(sizeof(float));
  const int32_t tiles = c.tiles();
  if (tiles <= kMostTiles) return tiles;
  return 2 * kFewestTiles * tile <= kTransformedBytes ? kMostTiles : kFewestTiles;
}

// Where transformed inputs and products lie. Vectors are those of the tiles' lanes, one tile after another; those that
// go into one tile of registers lie side by side. The odd cache line keeps the 36 products' lines in different sets of
// the cache.
struct Layout {
  int32_t channels, vectors;
  int64_t inputStride, productStride;  // floats from product to product

  Layout(const Correlation& c, int32_t tiles)
      : channels(c.channels),
        vectors(tiles * kGroups),
        inputStride(static_cast<int64_t>(channels) * vectors * kWidth + kLanes),
        productStride(static_cast<int64_t>(kBlocksAtOnce) * kBlock * vectors * kWidth + kLanes) {}
  int32_t groups() const { return (vectors + kMostVectors - 1) / kMostVectors; }
  int32_t groupStart(int32_t group) const { return group * vectors / groups(); }
};

int64_t scratchFloats(const Correlation& c) {
  const Layout layout(c, tilesAtOnce(c));
  return c.inWidth * kLanes + kProducts * (layout.inputStride + layout.productStride);
}

// Transforms the patches of tiles [begin, end), for all channels.
template <bool kPooled>
void transformMaps(const Correlation& c, const Maps& maps, int32_t begin, int32_t end, const float* zeros,
                   float* inputs) {
  // Columns of the tiles' patches, transformed along the rows.
  alignas(64) float strip[kPatch][(kMostTiles * kTile + kTaps - 1) * kWidth];
  const Layout layout(c, end - begin);
  // Where the channels' inputs of a vector begin, and how far apart they are.
  int64_t places[kMostTiles * kGroups];
  int64_t strides[kMostTiles * kGroups];
  for (int32_t group = 0; group < layout.groups(); group++) {
    const int32_t start = layout.groupStart(group);
    const int32_t size = layout.groupStart(group + 1) - start;
    for (int32_t i = 0; i < size; i++) {
      places[start + i] = (static_cast<int64_t>(start) * c.channels + i) * kWidth;
      strides[start + i] = static_cast<int64_t>(size) * kWidth;
    }
  }
  eachRun(c.tilesWide(), begin, end, [&](const Run& run) {
    const int32_t columns = run.count * kTile + kTaps - 1;
    const int32_t left = run.column * kTile - c.padLeft;
    const int32_t top = run.row * kTile - c.padTop;
    for (int lanes = 0; lanes < kGroups; lanes++) {
      for (int32_t channel = 0; channel < c.channels; channel++) {
        const MapRows<kPooled, kPatch> rows(maps, channel, top, lanes * kWidth, zeros);
        for (int32_t x = 0; x < columns; x++) {
          const bool inside = left + x >= 0 && left + x < c.inWidth;
          Vec pixels[kPatch];
          Vec transformed[kPatch];
#pragma GCC unroll 6
          for (int i = 0; i < kPatch; i++) pixels[i] = inside ? rows.at(i, left + x) : zero();
          transformInputs(pixels, transformed);
#pragma GCC unroll 6
          for (int i = 0; i < kPatch; i++) store(strip[i] + x * kWidth, transformed[i]);
        }
        for (int32_t tile = 0; tile < run.count; tile++) {
          const int32_t vector = (run.first + tile) * kGroups + lanes;
          float* to = inputs + places[vector] + channel * strides[vector];
#pragma GCC unroll 1
          for (int i = 0; i < kPatch; i++) {
            Vec line[kPatch];
            Vec transformed[kPatch];
#pragma GCC unroll 6
            for (int j = 0; j < kPatch; j++) line[j] = load(strip[i] + (tile * kTile + j) * kWidth);
            transformInputs(line, transformed);
#pragma GCC unroll 6
            for (int j = 0; j < kPatch; j++) store(to + (i * kPatch + j) * layout.inputStride, transformed[j]);
          }
        }
      }
    }
  });
}

// KB filters times XB vectors: one chain over the channels for each of their products.
template <int KB, int XB>
void multiply(int32_t channels, const float* factors, const float* inputs, float* products, int64_t filterStride) {
  Vec sum[KB][XB];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) sum[i][j] = zero();
  }
#pragma GCC unroll 1
  for (int32_t c = 0; c < channels; c++) {
    Vec x[XB];
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) x[j] = load(inputs + j * kWidth);
#pragma GCC unroll 8
    for (int i = 0; i < KB; i++) {
      const Vec w = broadcast(factors[i]);
#pragma GCC unroll 8
      for (int j = 0; j < XB; j++) sum[i][j] = fma(w, x[j], sum[i][j]);
    }
    factors += KB;
    inputs += XB * kWidth;
  }
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) store(products + i * filterStride + j * kWidth, sum[i][j]);
  }
}

using Multiply = void (*)(int32_t, const float*, const float*, float*, int64_t);

// By the number of filters.
template <int XB>
constexpr Multiply kMultiply[] = {nullptr,         multiply<1, XB>, multiply<2, XB>, multiply<3, XB>, multiply<4, XB>,
#if LAMINET_ISA_AVX512
                                  multiply<5, XB>, multiply<6, XB>, multiply<7, XB>, multiply<8, XB>
#endif
};

Multiply multiplyOf(int32_t filters, int32_t vectors) {
  switch (vectors) {
    case 1: return kMultiply<1>[filters];
    case 2: return kMultiply<2>[filters];
    default: return kMultiply<kMostVectors>[filters];
  }
}

// Where outputs go, and what is done to them on their way.
struct Sink {
  const float* bias;
  Activation activation;
  float* output;
  uint8_t* winners;
};

// 4x4 outputs of a tile and one vector of its samples.
LAMINET_INLINE void outputsOf(const float* products, int64_t stride, Vec bias, float* to, int64_t rowStride,
                              int64_t columnStride) {
  alignas(64) float lines[kTile][kPatch * kWidth];
#pragma GCC unroll 1
  for (int j = 0; j < kPatch; j++) {
    Vec column[kPatch];
    Vec transformed[kTile];
#pragma GCC unroll 6
    for (int i = 0; i < kPatch; i++) column[i] = load(products + (i * kPatch + j) * stride);
    transformProducts(column, transformed);
#pragma GCC unroll 4
    for (int i = 0; i < kTile; i++) store(lines[i] + j * kWidth, transformed[i]);
  }
#pragma GCC unroll 1
  for (int i = 0; i < kTile; i++) {
    Vec line[kPatch];
    Vec transformed[kTile];
#pragma GCC unroll 6
    for (int j = 0; j < kPatch; j++) line[j] = load(lines[i] + j * kWidth);
    transformProducts(line, transformed);
#pragma GCC unroll 4
    for (int j = 0; j < kTile; j++) store(to + i * rowStride + j * columnStride, add(transformed[j], bias));
  }
}

// The outputs of one filter and tiles [begin, end).
void finish(const Correlation& c, const Sink& sink, int32_t filter, int32_t begin, int32_t end, const float* products,
            int64_t productStride) {
  const Vec bias = sink.bias ? broadcast(sink.bias[filter]) : zero();
  const int32_t shrink = sink.winners ? 2 : 1;
  const int64_t width = c.outWidth / shrink;
  const int64_t plane = filter * (c.outHeight / shrink) * width;
  alignas(64) float square[kTile][kTile * kWidth];
  eachRun(c.tilesWide(), begin, end, [&](const Run& run) {
    const int32_t top = run.row * kTile;
    const int32_t height = atMost(kTile, c.outHeight - top);
    for (int32_t tile = 0; tile < run.count; tile++) {
      const int32_t left = (run.column + tile) * kTile;
      const int32_t columns = atMost(kTile, c.outWidth - left);
      const int64_t at = (plane + top / shrink * width + left / shrink) * kLanes;
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        const float* from = products + static_cast<int64_t>(run.first + tile) * kLanes + lane;
        float* to = sink.output + at + lane;
        if (!sink.winners && height == kTile && columns == kTile) {
          outputsOf(from, productStride, bias, to, width * kLanes, kLanes);
          continue;
        }
        outputsOf(from, productStride, bias, square[0], kTile * kWidth, kWidth);
        for (int32_t y = 0; y < height; y += shrink) {
          for (int32_t x = 0; x < columns; x += shrink) {
            const int64_t place = (y / shrink * width + x / shrink) * kLanes;
            const float* value = square[y] + x * kWidth;
            if (sink.winners) {
              const float* below = value + kTile * kWidth;
              poolWindow(load(value), load(value + kWidth), load(below), load(below + kWidth), to + place,
                         sink.winners + at + lane + place);
            } else {
              store(to + place, load(value));
            }
          }
        }
      }
    }
    if (!sink.activation.value) return;
    const int32_t left = run.column * kTile;
    const int32_t right = atMost(c.outWidth, left + run.count * kTile);
    for (int32_t y = 0; y < height; y += shrink) {
      float* values = sink.output + (plane + (top + y) / shrink * width + left / shrink) * kLanes;
      sink.activation.value(sink.activation.constants, (right - left) / shrink * kLanes, values, values);
    }
  });
}

void correlate(const Correlation& c, Part part, const Maps& maps, const float* packed, const Sink& sink,
               float* scratch) {
  float* zeros = scratch;
  float* inputs = zeros + c.inWidth * kLanes;
  __builtin_memset(zeros, 0, static_cast<size_t>(c.inWidth) * kLanes * sizeof(float));
  const Share share = shareOf(part, c.tiles());
  const auto last = static_cast<int32_t>(share.end);
  const int32_t atOnce = tilesAtOnce(c);
  const int32_t blocks = blockCount(c.filters);
  for (auto begin = static_cast<int32_t>(share.begin); begin < last; begin += atOnce) {
    const int32_t end = atMost(last, begin + atOnce);
    const Layout layout(c, end - begin);
    float* products = inputs + kProducts * layout.inputStride;
    (maps.winners ? transformMaps<true> : transformMaps<false>)(c, maps, begin, end, zeros, inputs);
    for (int32_t first = 0; first < blocks; first += kBlocksAtOnce) {
      const int32_t behind = atMost(blocks, first + kBlocksAtOnce);
      const int32_t firstFilter = blockStart(c.filters, first);
      for (int32_t product = 0; product < kProducts; product++) {
        for (int32_t block = first; block < behind; block++) {
          const int32_t filter = blockStart(c.filters, block);
          const int32_t size = blockStart(c.filters, block + 1) - filter;
          const float* factors = packed + (static_cast<int64_t>(filter) * kProducts + product * size) * c.channels;
          float* to = products + product * layout.productStride +
                      static_cast<int64_t>(filter - firstFilter) * layout.vectors * kWidth;
          for (int32_t group = 0; group < layout.groups(); group++) {
            const int32_t start = layout.groupStart(group);
            multiplyOf(size, layout.groupStart(group + 1) - start)(
                c.channels, factors,
                inputs + product * layout.inputStride + static_cast<int64_t>(start) * c.channels * kWidth,
                to + start * kWidth, layout.vectors * kWidth);
          }
        }
      }
      for (int32_t filter = firstFilter; filter < blockStart(c.filters, behind); filter++) {
        finish(c, sink, filter, begin, end,
               products + static_cast<int64_t>(filter - firstFilter) * layout.vectors * kWidth, layout.productStride);
      }
    }
  }
}

}  // namespace

int64_t winogradMapScratchSize(const Conv2dGeometry& g) {
  const int64_t forward = scratchFloats(forwardOf(g));
  const int64_t backward = scratchFloats(backwardOf(g));
  return forward > backward ? forward : backward;
}

void winogradForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                     Activation activation, float* scratch, float* output, uint8_t* winners) {
  const Maps maps = {input, nullptr, g.inHeight, g.inWidth};
  correlate(forwardOf(g), part, maps, packed, {bias, activation, output, winners}, scratch);
}

void winogradGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const uint8_t* winners,
                       const float* packed, float* scratch, float* gradInput) {
  const Maps maps = {gradOutput, winners, g.outHeight, g.outWidth};
  correlate(backwardOf(g), part, maps, packed, {nullptr, {}, gradInput, nullptr}, scratch);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
