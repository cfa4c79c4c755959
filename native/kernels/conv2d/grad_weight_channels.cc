// Convolution backward to the weights where there are enough input channels to fill vectors with them.
//
// Inputs are first turned round, so that the channels of a position and sample lie side by side. Then a tile of KB
// filters x VB vectors of channels, for one tap, takes a gradient (broadcast) and VB vectors of inputs for each
// position and sample: no sum across lanes is left to do, and taps that hang over the edge are simply left out.
// Positions are taken a few at a time, so that the inputs they meet stay in the first-level cache for all filters. Each
// sum is one chain over positions and samples in their order.
#include "kernels/conv2d/channel_tile.h"
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/window.h"
#include "simd/simd.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Positions taken at a time.
constexpr int32_t kPositions = 4;

int32_t roundUp(int32_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

// turned[position][sample][channel] from input[channel][position][sample]; channels are filled up with zeros.
void turnRound(const float* input, int32_t channels, int32_t positions, float* turned) {
  const int64_t plane = static_cast<int64_t>(positions) * kLanes;
  const int64_t padded = roundUp(channels);
  for (int32_t p = 0; p < positions; p++) {
    for (int32_t c = 0; c < channels; c += kLanes) {
      transposeSquare(input + c * plane + static_cast<int64_t>(p) * kLanes, plane, channels - c,
                      turned + p * padded * kLanes + c, padded);
    }
  }
}

int64_t turnedSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(roundUp(g.inChannels / g.groups)) * g.inHeight * g.inWidth * kLanes;
}

int64_t sumsSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(roundUp(g.inChannels / g.groups)) * (g.outChannels / g.groups) * g.kernelHeight *
         g.kernelWidth;
}

// Adds to the sums of one tap what the positions [begin, end) of output row y give, for some filters and a block of
// channels.
void addTap(const Conv2dGeometry& g, Range own, const float* gradOutput, const float* turned, int32_t y, int32_t begin,
            int32_t end, int32_t r, int32_t s, int32_t channel, int32_t vectors, float* sums) {
  const int32_t filters = own.end - own.begin;
  const int64_t padded = roundUp(g.inChannels / g.groups);
  const int32_t row = y * g.strideHeight + r * g.dilationHeight - g.padTop;
  const int32_t column = begin * g.strideWidth + s * g.dilationWidth - g.padLeft;
  ChannelTile tile{};
  tile.gradPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  tile.input = turned + (static_cast<int64_t>(row) * g.inWidth + column) * kLanes * padded + channel;
  tile.positionStride = g.strideWidth * kLanes * padded;
  tile.sampleStride = padded;
  tile.sumStride = padded;
  tile.positions = end - begin;
  const int64_t at = (static_cast<int64_t>(y) * g.outWidth + begin) * kLanes;
  const int32_t blocks = (filters + filtersBeside(vectors) - 1) / filtersBeside(vectors);
  for (int32_t block = 0; block < blocks; block++) {
    const auto start = static_cast<int32_t>(static_cast<int64_t>(block) * filters / blocks);
    const int32_t count = static_cast<int32_t>(static_cast<int64_t>(block + 1) * filters / blocks) - start;
    const int32_t first = own.begin + start;
    tile.gradOutput = gradOutput + first * tile.gradPlane + at;
    tile.sums = sums + first * padded + channel;
    accumulateFor(count, vectors)(tile);
  }
}

}  // namespace

// Channels must fill their vectors to three quarters or more, and each input that is turned round must then be used
// often enough: measured, it pays from about a hundred multiplications on (16 -> 16 channels, 3x3: 74 % of the peak
// against 69 %; with a step of 2, a quarter of the multiplications: 53 % against 67 %; 64 -> 64, 3x3: 80 % against 71
// %).
bool conv2dByChannels(const Conv2dGeometry& g) {
  constexpr int64_t kLeastUses = 128;
  const int64_t channels = g.inChannels / g.groups;
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const int64_t outputs = static_cast<int64_t>(g.outHeight) * g.outWidth;
  const int64_t inputs = static_cast<int64_t>(g.inHeight) * g.inWidth;
  return 4 * channels >= 3 * roundUp(static_cast<int32_t>(channels)) &&
         g.outChannels / g.groups * taps * outputs >= kLeastUses * inputs;
}

int64_t conv2dChannelScratchSize(const Conv2dGeometry& g) { return turnedSize(g) + sumsSize(g); }

void conv2dGradWeightChannels(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input,
                              float* scratch, float* gradWeight) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  const int32_t padded = roundUp(channels);
  float* turned = scratch;
  float* sums = scratch + turnedSize(g);
  for (int32_t group = 0; group < g.groups; group++) {
    const Range own = filtersOf(part, g, group);
    if (own.begin == own.end) continue;
    turnRound(input + static_cast<int64_t>(group) * channels * g.inHeight * g.inWidth * kLanes, channels,
              g.inHeight * g.inWidth, turned);
    __builtin_memset(sums, 0, static_cast<size_t>(sumsSize(g)) * sizeof(float));
    const float* gradients = gradOutput + static_cast<int64_t>(group) * filters * g.outHeight * g.outWidth * kLanes;
    for (int32_t y = 0; y < g.outHeight; y++) {
      const Range rows = tapsInside(y * g.strideHeight - g.padTop, g.inHeight, g.kernelHeight, g.dilationHeight);
      for (int32_t x = 0; x < g.outWidth; x += kPositions) {
        for (int32_t channel = 0; channel < padded;) {
          const int32_t left = (padded - channel) / kWidth;
          const int32_t vectors = left < kMostVectors ? left : kMostVectors;
          for (int32_t r = rows.begin; r < rows.end; r++) {
            for (int32_t s = 0; s < g.kernelWidth; s++) {
              const Range inside = outputsInside(s * g.dilationWidth - g.padLeft, g.inWidth, g.outWidth, g.strideWidth);
              const int32_t begin = atLeast(x, inside.begin);
              const int32_t end = atMost(x + kPositions, inside.end);
              if (begin >= end) continue;
              const int64_t tap = static_cast<int64_t>(r) * g.kernelWidth + s;
              addTap(g, own, gradients, turned, y, begin, end, r, s, channel, vectors, sums + tap * filters * padded);
            }
          }
          channel += vectors * kWidth;
        }
      }
    }
    float* out = gradWeight + static_cast<int64_t>(group) * filters * channels * taps;
    for (int32_t k = own.begin; k < own.end; k++) {
      for (int32_t tap = 0; tap < taps; tap++) {
        const float* from = sums + (static_cast<int64_t>(tap) * filters + k) * padded;
        for (int32_t c = 0; c < channels; c++) out[(static_cast<int64_t>(k) * channels + c) * taps + tap] = from[c];
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
