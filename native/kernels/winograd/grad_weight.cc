// Convolution backward to the weights by F(3x3, 4x4): from the 6x6 inputs and the 4x4 gradients of each tile come 36
// products, which are summed over tiles and samples before they are transformed to the kernels' 9 taps. A few tiles at
// a time: their inputs are turned round, so that channels lie side by side, and transformed, and so are the gradients;
// then, for each of the 36 places, the sums grow by a multiplication of matrices, [filters][tiles x 16 samples] by
// [tiles x 16 samples][channels].
#include "kernels/conv2d/channel_tile.h"
#include "kernels/winograd/functions.h"
#include "kernels/winograd/tiles.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kKernel = kTaps * kTaps;

// Tiles at a time, where there are more than that: so many that loading and storing the sums is a small share, and so
// few that the transformed inputs of a few channels stay in the first-level cache.
constexpr int32_t kTilesAtOnce = 3;
constexpr int32_t kMostTiles = 4;

// Where all tiles are done at once, the sums of so many filters and kMostVectors vectors of channels are finished
// before the next ones', and need never leave the cache.
constexpr int32_t kFiltersAtOnce = 48;

// Channels that are turned round at a time, and vectors of them.
constexpr int32_t kTurned = kLanes;
constexpr int32_t kTurnedVectors = kTurned / kWidth;

constexpr int64_t kStripColumns = kMostTiles * kTile + kTaps - 1;

struct Layout {
  int32_t tiles;                                   // at a time
  int32_t channels;                                // filled up to whole vectors
  bool once;                                       // whether all tiles are done at once
  int32_t sumFilters, sumChannels;                 // whose sums there is room for
  int64_t inputStride, gradientStride, sumStride;  // floats from product to product; odd lines, as in forward.cc
  explicit Layout(const Conv2dGeometry& g) {
    const Correlation c = forwardOf(g);
    once = c.tiles() <= kMostTiles;
    tiles = once ? c.tiles() : kTilesAtOnce;
    channels = (g.inChannels + kTurned - 1) / kTurned * kTurned;
    sumFilters = once ? atMost(g.outChannels, kFiltersAtOnce) : g.outChannels;
    sumChannels = once ? atMost(channels, kMostVectors * kWidth) : channels;
    inputStride = static_cast<int64_t>(channels) * tiles * kLanes + kLanes;
    gradientStride = static_cast<int64_t>(g.outChannels) * tiles * kLanes + kLanes;
    sumStride = static_cast<int64_t>(sumFilters) * sumChannels + kLanes;
  }
  int64_t zeroFloats(const Conv2dGeometry& g) const {
    return static_cast<int64_t>(g.inWidth > g.outWidth ? g.inWidth : g.outWidth) * kLanes;
  }
};

// A call's working memory.
struct Memory {
  float* zeros;
  float* strip;      // [row of a patch][column][sample][channel], of kTurned channels
  float* inputs;     // [product][block of channel vectors][tile][sample][channel in block]
  float* gradients;  // [product][filter][tile][sample]
  float* sums;       // [product][filter][channel]
};

// The block of vectors that a tile of registers takes, for the vector of channels: its first one and its size.
LAMINET_INLINE Range vectorBlock(const Layout& layout, int32_t vector) {
  const int32_t start = vector / kMostVectors * kMostVectors;
  return {start, atMost(start + kMostVectors, layout.channels / kWidth)};
}

// The patches of a run of tiles and kTurned channels from `channel` on, turned round; what lies outside of the image is
// zeros.
void turnPatches(const Conv2dGeometry& g, const Run& run, const float* input, int32_t channel, float* strip) {
  const int64_t plane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int32_t columns = run.count * kTile + kTaps - 1;
  for (int32_t i = 0; i < kPatch; i++) {
    const int32_t y = run.row * kTile - g.padTop + i;
    for (int32_t j = 0; j < columns; j++) {
      const int32_t x = run.column * kTile - g.padLeft + j;
      float* to = strip + (i * kStripColumns + j) * kLanes * kTurned;
      if (y < 0 || y >= g.inHeight || x < 0 || x >= g.inWidth) {
        __builtin_memset(to, 0, kLanes * kTurned * sizeof(float));
      } else {
        transposeSquare(input + channel * plane + (static_cast<int64_t>(y) * g.inWidth + x) * kLanes, plane,
                        g.inChannels - channel, to, kTurned);
      }
    }
  }
}

// Transforms the patches of a run, for one sample and vector of channels. `to` is that of the first tile.
void transformPatches(const Run& run, const float* strip, float* to, int64_t tileStride, int64_t productStride) {
  alignas(64) float lines[kPatch][kStripColumns * kWidth];
  const int32_t columns = run.count * kTile + kTaps - 1;
  for (int32_t x = 0; x < columns; x++) {
    Vec pixels[kPatch];
    Vec transformed[kPatch];
#pragma GCC unroll 6
    for (int i = 0; i < kPatch; i++) pixels[i] = load(strip + (i * kStripColumns + x) * kLanes * kTurned);
    transformInputs(pixels, transformed);
#pragma GCC unroll 6
    for (int i = 0; i < kPatch; i++) store(lines[i] + x * kWidth, transformed[i]);
  }
  for (int32_t tile = 0; tile < run.count; tile++) {
#pragma GCC unroll 1
    for (int i = 0; i < kPatch; i++) {
      Vec line[kPatch];
      Vec transformed[kPatch];
#pragma GCC unroll 6
      for (int j = 0; j < kPatch; j++) line[j] = load(lines[i] + (tile * kTile + j) * kWidth);
      transformInputs(line, transformed);
#pragma GCC unroll 6
      for (int j = 0; j < kPatch; j++) store(to + (i * kPatch + j) * productStride, transformed[j]);
    }
    to += tileStride;
  }
}

void transformInputMaps(const Conv2dGeometry& g, const Layout& layout, int32_t begin, int32_t end, const float* input,
                        const Memory& memory) {
  const int32_t tiles = end - begin;
  eachRun(forwardOf(g).tilesWide(), begin, end, [&](const Run& run) {
    for (int32_t channel = 0; channel < layout.channels; channel += kTurned) {
      turnPatches(g, run, input, channel, memory.strip);
      for (int32_t i = 0; i < kTurnedVectors; i++) {
        const int32_t vector = channel / kWidth + i;
        const Range block = vectorBlock(layout, vector);
        const int64_t size = static_cast<int64_t>(block.end - block.begin) * kWidth;
        float* to = memory.inputs + static_cast<int64_t>(block.begin) * kWidth * tiles * kLanes +
                    run.first * kLanes * size + (vector - block.begin) * kWidth;
        for (int sample = 0; sample < kLanes; sample++) {
          transformPatches(run, memory.strip + sample * kTurned + i * kWidth, to + sample * size, kLanes * size,
                           layout.inputStride);
        }
      }
    }
  });
}

// The gradients of filters `own`, which are counted from the first of them in the result.
template <bool kPooled>
void transformGradientMaps(const Conv2dGeometry& g, const Layout& layout, Range own, int32_t begin, int32_t end,
                           const Maps& maps, const Memory& memory) {
  alignas(64) float lines[kPatch][kTile * kWidth];
  const int32_t tiles = end - begin;
  for (int32_t filter = own.begin; filter < own.end; filter++) {
    eachRun(forwardOf(g).tilesWide(), begin, end, [&](const Run& run) {
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        const MapRows<kPooled, kTile> rows(maps, filter, run.row * kTile, lane, memory.zeros);
        for (int32_t tile = 0; tile < run.count; tile++) {
          const int32_t left = (run.column + tile) * kTile;
          for (int j = 0; j < kTile; j++) {
            const bool inside = left + j < g.outWidth;
            Vec column[kTile];
            Vec transformed[kPatch];
#pragma GCC unroll 4
            for (int i = 0; i < kTile; i++) column[i] = inside ? rows.at(i, left + j) : zero();
            transformGradients(column, transformed);
#pragma GCC unroll 6
            for (int i = 0; i < kPatch; i++) store(lines[i] + j * kWidth, transformed[i]);
          }
          float* to =
              memory.gradients + (static_cast<int64_t>(filter - own.begin) * tiles + run.first + tile) * kLanes + lane;
#pragma GCC unroll 1
          for (int i = 0; i < kPatch; i++) {
            Vec line[kTile];
            Vec transformed[kPatch];
#pragma GCC unroll 4
            for (int j = 0; j < kTile; j++) line[j] = load(lines[i] + j * kWidth);
            transformGradients(line, transformed);
#pragma GCC unroll 6
            for (int j = 0; j < kPatch; j++) store(to + (i * kPatch + j) * layout.gradientStride, transformed[j]);
          }
        }
      }
    });
  }
}

// A range of this part's filters, and of vectors of channels.
struct Area {
  Range filters, vectors;
};

// Adds the products of `tiles` tiles to the area's sums, or makes new sums of them.
void addProducts(const Layout& layout, const Area& area, int32_t tiles, bool fresh, const Memory& memory) {
  const int32_t filters = area.filters.end - area.filters.begin;
  for (int32_t product = 0; product < kProducts; product++) {
    for (int32_t vector = area.vectors.begin; vector < area.vectors.end; vector += kMostVectors) {
      const Range block = vectorBlock(layout, vector);
      const int32_t vectors = block.end - block.begin;
      ChannelTile tile{};
      tile.input =
          memory.inputs + product * layout.inputStride + static_cast<int64_t>(vector) * kWidth * tiles * kLanes;
      tile.sampleStride = vectors * kWidth;
      tile.positionStride = kLanes * tile.sampleStride;
      tile.positions = tiles;
      tile.gradPlane = static_cast<int64_t>(tiles) * kLanes;
      tile.sumStride = layout.sumChannels;
      tile.fresh = fresh;
      float* sums = memory.sums + product * layout.sumStride + (vector - area.vectors.begin) * kWidth;
      const int32_t blocks = (filters + filtersBeside(vectors) - 1) / filtersBeside(vectors);
      for (int32_t i = 0; i < blocks; i++) {
        const int32_t first = i * filters / blocks;
        tile.gradOutput =
            memory.gradients + product * layout.gradientStride + (area.filters.begin + first) * tile.gradPlane;
        tile.sums = sums + static_cast<int64_t>(first) * layout.sumChannels;
        accumulateFor((i + 1) * filters / blocks - first, vectors)(tile);
      }
    }
  }
}

// The taps of one filter and `channels` channels from their sums.
void tapsOf(const Layout& layout, const float* sums, int32_t channels, float* gradWeight) {
  alignas(64) float lines[kTaps][kPatch * kWidth];
  alignas(64) float taps[kLanes * kLanes];
  alignas(64) float turned[kLanes * kLanes];
  for (int32_t channel = 0; channel < channels; channel += kLanes) {
    for (int part = 0; part < kLanes; part += kWidth) {
#pragma GCC unroll 1
      for (int j = 0; j < kPatch; j++) {
        Vec column[kPatch];
        Vec transformed[kTaps];
#pragma GCC unroll 6
        for (int i = 0; i < kPatch; i++) column[i] = load(sums + (i * kPatch + j) * layout.sumStride + channel + part);
        transformSums(column, transformed);
#pragma GCC unroll 3
        for (int i = 0; i < kTaps; i++) store(lines[i] + j * kWidth, transformed[i]);
      }
#pragma GCC unroll 1
      for (int i = 0; i < kTaps; i++) {
        Vec line[kPatch];
        Vec transformed[kTaps];
#pragma GCC unroll 6
        for (int j = 0; j < kPatch; j++) line[j] = load(lines[i] + j * kWidth);
        transformSums(line, transformed);
#pragma GCC unroll 3
        for (int j = 0; j < kTaps; j++) store(taps + (i * kTaps + j) * kLanes + part, transformed[j]);
      }
    }
    transposeSquare(taps, kLanes, kKernel, turned, kLanes);
    const int32_t count = atMost(kLanes, channels - channel);
    for (int32_t c = 0; c < count; c++) {
      __builtin_memcpy(gradWeight + static_cast<int64_t>(channel + c) * kKernel, turned + c * kLanes,
                       kKernel * sizeof(float));
    }
  }
}

// The taps of an area whose sums are complete.
void finish(const Conv2dGeometry& g, const Layout& layout, Range own, const Area& area, const Memory& memory,
            float* gradWeight) {
  const int32_t channel = area.vectors.begin * kWidth;
  const int32_t channels = atMost(area.vectors.end * kWidth, g.inChannels) - channel;
  for (int32_t filter = area.filters.begin; filter < area.filters.end; filter++) {
    tapsOf(layout, memory.sums + static_cast<int64_t>(filter - area.filters.begin) * layout.sumChannels, channels,
           gradWeight + (static_cast<int64_t>(own.begin + filter) * g.inChannels + channel) * kKernel);
  }
}

}  // namespace

int64_t winogradWeightScratchSize(const Conv2dGeometry& g) {
  const Layout layout(g);
  return layout.zeroFloats(g) + kPatch * kStripColumns * kLanes * kTurned +
         kProducts * (layout.inputStride + layout.gradientStride + layout.sumStride);
}

void winogradGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const uint8_t* winners,
                        const float* input, float* scratch, float* gradWeight) {
  const Range own = filtersOf(part, g, 0);
  if (own.begin == own.end) return;
  const Layout layout(g);
  Memory memory{};
  memory.zeros = scratch;
  memory.strip = memory.zeros + layout.zeroFloats(g);
  memory.inputs = memory.strip + kPatch * kStripColumns * kLanes * kTurned;
  memory.gradients = memory.inputs + kProducts * layout.inputStride;
  memory.sums = memory.gradients + kProducts * layout.gradientStride;
  __builtin_memset(memory.zeros, 0, static_cast<size_t>(layout.zeroFloats(g)) * sizeof(float));
  const Maps maps = {gradOutput, winners, g.outHeight, g.outWidth};
  const int32_t tiles = forwardOf(g).tiles();
  const int32_t filters = own.end - own.begin;
  for (int32_t begin = 0; begin < tiles; begin += layout.tiles) {
    const int32_t end = atMost(tiles, begin + layout.tiles);
    transformInputMaps(g, layout, begin, end, input, memory);
    (winners ? transformGradientMaps<true> : transformGradientMaps<false>)(g, layout, own, begin, end, maps, memory);
    for (int32_t vector = 0; vector < layout.channels / kWidth; vector += layout.sumChannels / kWidth) {
      for (int32_t filter = 0; filter < filters; filter += layout.sumFilters) {
        const Area area = {{filter, atMost(filters, filter + layout.sumFilters)},
                           {vector, atMost(layout.channels, vector * kWidth + layout.sumChannels) / kWidth}};
        addProducts(layout, area, end - begin, begin == 0, memory);
        if (end == tiles) finish(g, layout, own, area, memory, gradWeight);
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
