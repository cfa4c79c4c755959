// Convolution backward to the input where the window's step is larger than 1. An input pixel is reached only by the
// taps whose step lands on it. Along an axis these taps lie evenly apart, and so do the outputs that they lead to;
// pixels a step apart share their taps, and their outputs are neighbours. So the pixels are taken in classes of the
// step, and each class goes through the same tile as the forward pass.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/reach.h"
#include "kernels/conv2d/tile.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

template <int CB>
void block(const Conv2dGeometry& g, Rows inputRows, const float* gradOutput, const float* packed, float* gradInput) {
  constexpr int XB = tileWidth<CB>();
  const int64_t rowStride = static_cast<int64_t>(g.outWidth) * kLanes;
  Walk walk{};
  walk.channels = g.outChannels / g.groups;
  walk.channelStride = g.outHeight * rowStride;
  walk.weightChannelStride = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth * CB;
  walk.pixelStride = kLanes;
  walk.outputPixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  walk.outputChannelStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  for (int32_t y = inputRows.begin; y < inputRows.end; y++) {
    const Reach rows = reachOf(y, g.padTop, g.kernelHeight, g.dilationHeight, g.strideHeight, g.outHeight);
    walk.rows = rows.count;
    walk.rowStride = rows.placesApart * rowStride;
    walk.weightRowStride = static_cast<int64_t>(rows.apart) * g.kernelWidth * CB;
    const float* lines = gradOutput + rows.place * rowStride;
    const float* weights = packed + static_cast<int64_t>(rows.first) * g.kernelWidth * CB;
    float* out = gradInput + static_cast<int64_t>(y) * g.inWidth * kLanes;
    const auto reachOfColumn = [&](int32_t x) {
      return reachOf(x, g.padLeft, g.kernelWidth, g.dilationWidth, g.strideWidth, g.outWidth);
    };
    for (int32_t start = 0; start < g.strideWidth && start < g.inWidth; start++) {
      int32_t x = start;
      while (x < g.inWidth) {
        const Reach columns = reachOfColumn(x);
        walk.columns = columns.count;
        walk.columnStride = static_cast<int64_t>(columns.placesApart) * kLanes;
        walk.weightColumnStride = static_cast<int64_t>(columns.apart) * CB;
        const float* line = lines + static_cast<int64_t>(columns.place) * kLanes;
        const float* weight = weights + static_cast<int64_t>(columns.first) * CB;
        // The whole tile has the taps of its first pixel where its last one has them: in between none is cut off.
        const int32_t last = x + (XB - 1) * g.strideWidth;
        if (XB > 1 && last < g.inWidth && sameTaps(columns, reachOfColumn(last))) {
          tile<CB, XB>(walk, line, weight, nullptr, out + static_cast<int64_t>(x) * kLanes);
          x += XB * g.strideWidth;
        } else {
          tile<CB, 1>(walk, line, weight, nullptr, out + static_cast<int64_t>(x) * kLanes);
          x += g.strideWidth;
        }
      }
    }
  }
}

using Block = void (*)(const Conv2dGeometry&, Rows, const float*, const float*, float*);
constexpr Block kBlocks[] = LAMINET_BY_BLOCK(block);

}  // namespace

void conv2dGradInputStrided(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* packed,
                            float* gradInput) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t channelSize = static_cast<int64_t>(filters) * g.kernelHeight * g.kernelWidth;
  const int64_t inputStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t outputStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  eachBlock(part, g.groups, channels, g.inHeight, [&](int32_t group, int32_t begin, int32_t size, Rows rows) {
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      kBlocks[size](g, rows, gradOutput + group * filters * outputStride + lane, packed + begin * channelSize,
                    gradInput + begin * inputStride + lane);
    }
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
