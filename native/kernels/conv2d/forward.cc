// Convolution forward and, with flipped kernels, backward to the input.
//
// A tile is KB output channels x XB neighbouring pixels of accumulators; the inner loop takes XB vector loads and KB
// broadcasts for KB * XB multiplications. Weights are packed so that the KB broadcasts lie side by side. Pixels whose window
// hangs over the edge are done one by one with the taps that lie inside: nothing is padded, and no zeros are multiplied.
#include "kernels/conv2d/functions.h"

#include "kernels/conv2d/window.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Pixels that a tile of KB channels takes: as many accumulators as the registers hold beside the loaded pixels.
template <int KB>
constexpr int tileWidth() {
  return kRegisters == 32 ? (KB > 6 ? 3 : KB > 4 ? 4 : KB == 4 ? 6 : KB == 3 ? 7 : 8) : (KB == 4 ? 2 : KB == 3 ? 3 : 4);
}

// One image of a sliding window: sizes in elements, strides between rows and channels in floats.
struct Plane {
  const float* input;
  int64_t channelStride, rowStride;
  int32_t channels;
};

struct Taps {
  Range rows, columns;
};

// The accumulators of KB channels x XB pixels, summed over channels and the taps inside. `input` is the first tap's place
// for the first pixel (it may lie outside the image where taps are cut off).
template <int KB, int XB>
LAMINET_INLINE void tile(const Conv2dGeometry& g, const Plane& plane, const float* input, const float* packed,
                         const float* bias, Taps taps, int32_t pixelStride, float* output, int64_t outputChannelStride) {
  Vec sum[KB][XB];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
    const Vec start = bias ? broadcast(bias[i]) : zero();
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) sum[i][j] = start;
  }
  const int64_t tapStride = static_cast<int64_t>(g.dilationWidth) * kLanes;
  const int64_t tapRowStride = plane.rowStride * g.dilationHeight;
  for (int32_t c = 0; c < plane.channels; c++) {
    for (int32_t r = taps.rows.begin; r < taps.rows.end; r++) {
      const float* pixel = input + c * plane.channelStride + r * tapRowStride + taps.columns.begin * tapStride;
      const float* weight =
          packed + ((static_cast<int64_t>(c) * g.kernelHeight + r) * g.kernelWidth + taps.columns.begin) * KB;
      for (int32_t s = taps.columns.begin; s < taps.columns.end; s++) {
        Vec x[XB];
#pragma GCC unroll 8
        for (int j = 0; j < XB; j++) x[j] = load(pixel + static_cast<int64_t>(j) * pixelStride);
#pragma GCC unroll 8
        for (int i = 0; i < KB; i++) {
          const Vec w = broadcast(weight[i]);
#pragma GCC unroll 8
          for (int j = 0; j < XB; j++) sum[i][j] = fma(w, x[j], sum[i][j]);
        }
        pixel += tapStride;
        weight += KB;
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) store(output + i * outputChannelStride + j * kLanes, sum[i][j]);
  }
}

// All pixels of KB output channels, for one group of lanes.
template <int KB>
void block(const Conv2dGeometry& g, const Plane& plane, const float* packed, const float* bias, float* output) {
  constexpr int XB = tileWidth<KB>();
  const int32_t pixelStride = g.strideWidth * kLanes;
  const int64_t outputChannelStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  // Pixels from inner.begin to inner.end have every tap of a row inside the image.
  const Range left = outputsInside(-g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  const Range right =
      outputsInside((g.kernelWidth - 1) * g.dilationWidth - g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
  const Range inner = {left.begin, atLeast(left.begin, atMost(left.end, right.end))};
  for (int32_t y = 0; y < g.outHeight; y++) {
    const int32_t top = y * g.strideHeight - g.padTop;
    const Range rows = tapsInside(top, g.inHeight, g.kernelHeight, g.dilationHeight);
    const float* row = plane.input + top * plane.rowStride - static_cast<int64_t>(g.padLeft) * kLanes;
    float* out = output + static_cast<int64_t>(y) * g.outWidth * kLanes;
    const auto single = [&](int32_t x) {
      const Range columns = tapsInside(x * g.strideWidth - g.padLeft, g.inWidth, g.kernelWidth, g.dilationWidth);
      tile<KB, 1>(g, plane, row + static_cast<int64_t>(x) * pixelStride, packed, bias, {rows, columns}, pixelStride,
                  out + static_cast<int64_t>(x) * kLanes, outputChannelStride);
    };
    int32_t x = 0;
    for (; x < inner.begin; x++) single(x);
    const Taps whole = {rows, {0, g.kernelWidth}};
    for (; x + XB <= inner.end; x += XB) {
      tile<KB, XB>(g, plane, row + static_cast<int64_t>(x) * pixelStride, packed, bias, whole, pixelStride,
                   out + static_cast<int64_t>(x) * kLanes, outputChannelStride);
    }
    if constexpr (XB > 2) {
      for (; x + 2 <= inner.end; x += 2) {
        tile<KB, 2>(g, plane, row + static_cast<int64_t>(x) * pixelStride, packed, bias, whole, pixelStride,
                    out + static_cast<int64_t>(x) * kLanes, outputChannelStride);
      }
    }
    for (; x < g.outWidth; x++) single(x);
  }
}

using Block = void (*)(const Conv2dGeometry&, const Plane&, const float*, const float*, float*);

#if LAMINET_ISA_AVX512
constexpr Block kBlocks[] = {nullptr,  block<1>, block<2>, block<3>, block<4>,
                             block<5>, block<6>, block<7>, block<8>};
#else
constexpr Block kBlocks[] = {nullptr, block<1>, block<2>, block<3>, block<4>};
#endif

// gradInput where the window's step is larger than 1: an input pixel is reached only by the taps whose step lands on it.
template <int CB>
void stridedGradInput(const Conv2dGeometry& g, int32_t filters, const float* gradOutput, const float* packed,
                      float* gradInput) {
  const int64_t planeStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  const int64_t channelStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  for (int32_t y = 0; y < g.inHeight; y++) {
    for (int32_t x = 0; x < g.inWidth; x++) {
      Vec sum[CB];
#pragma GCC unroll 8
      for (int i = 0; i < CB; i++) sum[i] = zero();
      for (int32_t k = 0; k < filters; k++) {
        for (int32_t r = 0; r < g.kernelHeight; r++) {
          // r counts the flipped kernel, in which packed weights are ordered.
          const int32_t row = y + g.padTop - (g.kernelHeight - 1 - r) * g.dilationHeight;
          if (row < 0 || row % g.strideHeight != 0 || row / g.strideHeight >= g.outHeight) continue;
          const float* line = gradOutput + k * planeStride +
                              static_cast<int64_t>(row / g.strideHeight) * g.outWidth * kLanes;
          const float* weight = packed + (static_cast<int64_t>(k) * g.kernelHeight + r) * g.kernelWidth * CB;
          for (int32_t s = 0; s < g.kernelWidth; s++) {
            const int32_t column = x + g.padLeft - (g.kernelWidth - 1 - s) * g.dilationWidth;
            if (column < 0 || column % g.strideWidth != 0 || column / g.strideWidth >= g.outWidth) continue;
            const Vec gradient = load(line + static_cast<int64_t>(column / g.strideWidth) * kLanes);
#pragma GCC unroll 8
            for (int i = 0; i < CB; i++) sum[i] = fma(broadcast(weight[s * CB + i]), gradient, sum[i]);
          }
        }
      }
      float* out = gradInput + (static_cast<int64_t>(y) * g.inWidth + x) * kLanes;
#pragma GCC unroll 8
      for (int i = 0; i < CB; i++) store(out + i * channelStride, sum[i]);
    }
  }
}

using StridedBlock = void (*)(const Conv2dGeometry&, int32_t, const float*, const float*, float*);

#if LAMINET_ISA_AVX512
constexpr StridedBlock kStridedBlocks[] = {nullptr,
                                           stridedGradInput<1>,
                                           stridedGradInput<2>,
                                           stridedGradInput<3>,
                                           stridedGradInput<4>,
                                           stridedGradInput<5>,
                                           stridedGradInput<6>,
                                           stridedGradInput<7>,
                                           stridedGradInput<8>};
#else
constexpr StridedBlock kStridedBlocks[] = {nullptr, stridedGradInput<1>, stridedGradInput<2>, stridedGradInput<3>,
                                           stridedGradInput<4>};
#endif

// The convolution whose forward pass is another's backward pass to the input: channels change places, the kernel is flipped,
// and the padding is what makes the sizes fit. For steps of 1 only.
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

void conv2dForward(const Conv2dGeometry& g, const float* input, const float* packed, const float* bias, float* output) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t filterSize = static_cast<int64_t>(channels) * g.kernelHeight * g.kernelWidth;
  const int64_t channelStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t outputStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  for (int32_t group = 0; group < g.groups; group++) {
    for (int32_t b = 0; b < blockCount(filters); b++) {
      const int32_t begin = group * filters + blockStart(filters, b);
      const int32_t size = blockStart(filters, b + 1) - blockStart(filters, b);
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        const Plane plane = {input + group * channels * channelStride + lane, channelStride,
                             static_cast<int64_t>(g.inWidth) * kLanes, channels};
        kBlocks[size](g, plane, packed + begin * filterSize, bias ? bias + begin : nullptr,
                      output + begin * outputStride + lane);
      }
    }
  }
}

void conv2dGradInput(const Conv2dGeometry& g, const float* gradOutput, const float* packed, float* gradInput) {
  if (g.strideHeight == 1 && g.strideWidth == 1) {
    conv2dForward(transposed(g), gradOutput, packed, nullptr, gradInput);
    return;
  }
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t channelSize = static_cast<int64_t>(filters) * g.kernelHeight * g.kernelWidth;
  const int64_t inputStride = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t outputStride = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  for (int32_t group = 0; group < g.groups; group++) {
    for (int32_t b = 0; b < blockCount(channels); b++) {
      const int32_t begin = group * channels + blockStart(channels, b);
      const int32_t size = blockStart(channels, b + 1) - blockStart(channels, b);
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        kStridedBlocks[size](g, filters, gradOutput + group * filters * outputStride + lane,
                             packed + begin * channelSize, gradInput + begin * inputStride + lane);
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
