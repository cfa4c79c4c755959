// Transformed weights, in the order in which tiles read them: packed[block of outputs][product][input][output in
// block], where forward's outputs are filters and gradInput's are channels. Done once a step, by the thread that has
// just updated the filters.
#include "kernels/winograd/functions.h"
#include "kernels/winograd/tiles.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

constexpr int kKernel = kTaps * kTaps;

// The products' factors of a filter and up to kWidth neighbouring channels, whose kernels lie one behind the other.
void transformKernels(const float* kernels, int32_t channels, bool flipped, float (&factors)[kProducts][kWidth]) {
  alignas(64) float taps[kKernel][kWidth] = {};
  for (int32_t c = 0; c < channels; c++) {
    for (int tap = 0; tap < kKernel; tap++) taps[flipped ? kKernel - 1 - tap : tap][c] = kernels[c * kKernel + tap];
  }
  alignas(64) float columns[kPatch][kTaps][kWidth];
  for (int s = 0; s < kTaps; s++) {
    const Vec column[kTaps] = {load(taps[s]), load(taps[kTaps + s]), load(taps[2 * kTaps + s])};
    Vec transformed[kPatch];
    transformTaps(column, transformed);
    for (int i = 0; i < kPatch; i++) store(columns[i][s], transformed[i]);
  }
  for (int i = 0; i < kPatch; i++) {
    const Vec row[kTaps] = {load(columns[i][0]), load(columns[i][1]), load(columns[i][2])};
    Vec transformed[kPatch];
    transformTaps(row, transformed);
    for (int j = 0; j < kPatch; j++) store(factors[i * kPatch + j], transformed[j]);
  }
}

}  // namespace

int64_t winogradPackedSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(kProducts) * g.inChannels * g.outChannels;
}

void winogradPackForward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  alignas(64) float factors[kProducts][kWidth];
  const int64_t channels = g.inChannels;
  for (int32_t k = begin; k < end; k++) {
    const BlockPlace place = blockPlace(g.outChannels, k);
    float* to = packed + place.start * kProducts * channels + place.within;
    for (int32_t c = 0; c < channels; c += kWidth) {
      const int32_t count = atMost(kWidth, g.inChannels - c);
      transformKernels(weight + (k * channels + c) * kKernel, count, false, factors);
      for (int product = 0; product < kProducts; product++) {
        for (int32_t i = 0; i < count; i++) to[(product * channels + c + i) * place.size] = factors[product][i];
      }
    }
  }
}

void winogradPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  alignas(64) float factors[kProducts][kWidth];
  const int64_t filters = g.outChannels;
  // Filter after filter of the same channels: what they write lies side by side.
  for (int32_t c = 0; c < g.inChannels; c += kWidth) {
    const int32_t count = atMost(kWidth, g.inChannels - c);
    for (int64_t k = begin; k < end; k++) {
      transformKernels(weight + (k * g.inChannels + c) * kKernel, count, true, factors);
      // Channels of one block lie side by side.
      for (int32_t i = 0; i < count;) {
        const BlockPlace place = blockPlace(g.inChannels, c + i);
        const int32_t beside = atMost(count - i, place.size - place.within);
        float* to = packed + place.start * kProducts * filters + k * place.size + place.within;
        for (int product = 0; product < kProducts; product++) {
          for (int32_t j = 0; j < beside; j++) to[j] = factors[product][i + j];
          to += filters * place.size;
        }
        i += beside;
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
