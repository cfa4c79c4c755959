// Convolution forward and, where the window's step is 1, backward to the input: the forward pass of another
// convolution, with flipped kernels. Pixels whose window hangs over the edge are done one by one with the taps that lie
// inside: nothing is padded, and no zeros are multiplied.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/tile.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// The pixels of KB output channels in a range of rows, for one group of lanes. `input` holds the group's channels.
template <int KB>
void block(const Conv2dGeometry& g, Rows outputRows, const float* input, const float* packed, const float* bias,
           float* output) {
  constexpr int XB = tileWidth<KB>();
  const int64_t rowStride = static_cast<int64_t>(g.inWidth) * kLanes;
  Walk walk{};
  walk.channels = g.inChannels / g.groups;
  walk.channelStride = g.inHeight * rowStride;
  walk.weightChannelStride = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth * KB;
  walk.rowStride = rowStride * g.dilationHeight;
  walk.weightRowStride = static_cast<int64_t>(g.kernelWidth) * KB;
  walk.columnStride = static_cast<int64_t>(g.dilationWidth) * kLanes;
  walk.weightColumnStride = KB;
  walk.pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  walk.outputPixelStride = kLanes;
  walk.outputChannelStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  // Pixels from inner.begin to inner.end have every tap of a row inside the image.
  const Range left = outputsInside(-g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  const Range right =
      outputsInside((g.kernelWidth - 1) * g.dilationWidth - g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  const Range inner = {left.begin, atLeast(left.begin, atMost(left.end, right.end))};
  for (int32_t y = outputRows.begin; y < outputRows.end; y++) {
    const int32_t top = y * g.strideHeight - g.padTop;
    const Range rows = tapsInside(top, g.inHeight, g.kernelHeight, g.dilationHeight);
    walk.rows = rows.end - rows.begin;
    const float* line = input + (top + rows.begin * g.dilationHeight) * rowStride;
    const float* weights = packed + rows.begin * walk.weightRowStride;
    float* out = output + static_cast<int64_t>(y) * g.outWidth * kLanes;
    const auto single = [&](int32_t x) {
      const int32_t first = x * g.strideWidth - g.padLeft;
      const Range columns = tapsInside(first, g.inWidth, g.kernelWidth, g.dilationWidth);
      Walk part = walk;
      part.columns = columns.end - columns.begin;
      tile<KB, 1>(part, line + (first + columns.begin * g.dilationWidth) * kLanes, weights + columns.begin * KB, bias,
                  out + static_cast<int64_t>(x) * kLanes);
    };
    const auto whole = [&](int32_t x) { return line + (x * g.strideWidth - g.padLeft) * kLanes; };
    walk.columns = g.kernelWidth;
    int32_t x = 0;
    for (; x < inner.begin; x++) single(x);
    for (; x + XB <= inner.end; x += XB) {
      tile<KB, XB>(walk, whole(x), weights, bias, out + static_cast<int64_t>(x) * kLanes);
    }
    if constexpr (XB > 2) {
      for (; x + 2 <= inner.end; x += 2) {
        tile<KB, 2>(walk, whole(x), weights, bias, out + static_cast<int64_t>(x) * kLanes);
      }
    }
    for (; x < g.outWidth; x++) single(x);
  }
}

using Block = void (*)(const Conv2dGeometry&, Rows, const float*, const float*, const float*, float*);
constexpr Block kBlocks[] = LAMINET_BY_BLOCK(block);

// The convolution whose forward pass is another's backward pass to the input: channels change places, the kernel is
// flipped, and the padding is what makes the sizes fit. For steps of 1 only.
Conv2dGeometry transposed(const Conv2dGeometry& g) {
  Conv2dGeometry t = g;
  t.inChannels = g.outChannels;
  t.inHeight = g.outHeight;
  t.inWidth = g.outWidth;
  t.outChannels = g.inChannels;
  t.outHeight = g.inHeight;
  t.outWidth = g.inWidth;
  t.padTop = (g.kernelHeight - 1) * g.dilationHeight - g.padTop;
  t.padLeft = (g.kernelWidth - 1) * g.dilationWidth - g.padLeft;
  t.padBottom = (g.kernelHeight - 1) * g.dilationHeight - g.padBottom;
  t.padRight = (g.kernelWidth - 1) * g.dilationWidth - g.padRight;
  return t;
}

}  // namespace

void conv2dForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                   float* output) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t filterSize = static_cast<int64_t>(channels) * g.kernelHeight * g.kernelWidth;
  const int64_t channelStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t outputStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  eachBlock(part, g.groups, filters, g.outHeight, [&](int32_t group, int32_t begin, int32_t size, Rows rows) {
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      kBlocks[size](g, rows, input + group * channels * channelStride + lane, packed + begin * filterSize,
                    bias ? bias + begin : nullptr, output + begin * outputStride + lane);
    }
  });
}

void conv2dGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* packed,
                     float* gradInput) {
  if (g.strideHeight == 1 && g.strideWidth == 1) {
    conv2dForward(transposed(g), part, gradOutput, packed, nullptr, gradInput);
  } else {
    conv2dGradInputStrided(g, part, gradOutput, packed, gradInput);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
