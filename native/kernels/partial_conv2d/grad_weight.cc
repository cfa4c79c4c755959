// Partially connected convolution backward to the weights, kernel by kernel: sums of a few taps run over all positions,
// each position taking one load of the gradient and one of the input a tap. Inputs come from a copy of the channel with
// its padding filled in, so that every tap is there at every position. At the end the lanes of each sum are added by
// the fixed tree.
#include "kernels/conv2d/padded.h"
#include "kernels/partial_conv2d/functions.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Nine pointers to inputs are as many as the integer registers hold.
constexpr int kMostTaps = 9;

struct Taps {
  const float* gradOutput;         // of the first position
  const float* inputs[kMostTaps];  // that each tap meets there
  int32_t height, width;           // positions
  int64_t rowStride, pixelStride;  // floats between the inputs of neighbouring positions
  float* sums;                     // [taps][16]
};

template <int NB>
void accumulate(const Taps& t) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec sum[NB];
#pragma GCC unroll 9
    for (int j = 0; j < NB; j++) sum[j] = zero();
    const float* gradient = t.gradOutput + lane;
    for (int32_t y = 0; y < t.height; y++) {
      int64_t offset = y * t.rowStride + lane;
      for (int32_t x = 0; x < t.width; x++) {
        const Vec d = load(gradient);
#pragma GCC unroll 9
        for (int j = 0; j < NB; j++) sum[j] = fma(d, load(t.inputs[j] + offset), sum[j]);
        gradient += kLanes;
        offset += t.pixelStride;
      }
    }
#pragma GCC unroll 9
    for (int j = 0; j < NB; j++) store(t.sums + j * kLanes + lane, sum[j]);
  }
}

using Accumulate = void (*)(const Taps&);
constexpr Accumulate kAccumulate[] = {nullptr,       accumulate<1>, accumulate<2>, accumulate<3>, accumulate<4>,
                                      accumulate<5>, accumulate<6>, accumulate<7>, accumulate<8>, accumulate<9>};

}  // namespace

int64_t partialConv2dScratchSize(const Conv2dGeometry& g) { return isPadded(g) ? paddedPlane(g) : 0; }

void partialConv2dGradWeight(const Conv2dGeometry& g, const Connections& table, Part part, const float* gradOutput,
                             const float* input, float* scratch, float* gradWeight) {
  alignas(64) float sums[kMostTaps * kLanes];
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  const int32_t blocks = (taps + kMostTaps - 1) / kMostTaps;
  const bool padded = isPadded(g);
  const int64_t inputPlane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t outputPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kLanes;
  const int64_t row = static_cast<int64_t>(padded ? g.padLeft + g.inWidth + g.padRight : g.inWidth) * kLanes;
  if (padded) __builtin_memset(scratch, 0, static_cast<size_t>(paddedPlane(g)) * sizeof(float));
  const Share own = shareOf(part, table.firstKernels[g.outChannels]);
  const auto isOwn = [&](int32_t use) { return table.kernels[use] >= own.begin && table.kernels[use] < own.end; };

  Taps t{};
  t.height = g.outHeight;
  t.width = g.outWidth;
  t.rowStride = row * g.strideHeight;
  t.pixelStride = static_cast<int64_t>(g.strideWidth) * kLanes;
  t.sums = sums;
  for (int32_t c = 0; c < g.inChannels; c++) {
    int32_t use = table.firstUses[c];
    const int32_t last = table.firstUses[c + 1];
    while (use < last && !isOwn(use)) use++;
    if (use == last) continue;
    const float* plane = input + c * inputPlane;
    if (padded) {
      copyPadded(g, plane, scratch);
      plane = scratch;
    }
    for (; use < last; use++) {
      if (!isOwn(use)) continue;
      t.gradOutput = gradOutput + table.filters[use] * outputPlane;
      float* to = gradWeight + static_cast<int64_t>(table.kernels[use]) * taps;
      for (int32_t block = 0; block < blocks; block++) {
        const auto first = static_cast<int32_t>(static_cast<int64_t>(block) * taps / blocks);
        const int32_t count = static_cast<int32_t>(static_cast<int64_t>(block + 1) * taps / blocks) - first;
        for (int32_t j = 0; j < count; j++) {
          const int32_t r = (first + j) / g.kernelWidth;
          const int32_t s = (first + j) % g.kernelWidth;
          t.inputs[j] = plane + r * g.dilationHeight * row + static_cast<int64_t>(s) * g.dilationWidth * kLanes;
        }
        kAccumulate[count](t);
        sumLanesOfEach(sums, count, to + first);
      }
    }
  }
}

const PartialConv2dKernels& partialConv2dKernels() {
  static constexpr PartialConv2dKernels kernels = {partialConv2dForward, partialConv2dGradInput,
                                                   partialConv2dScratchSize, partialConv2dGradWeight};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
