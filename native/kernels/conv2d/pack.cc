// Weights in the order in which tiles read them. Done once a step, by the thread that has just updated the filters.
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/window.h"

namespace laminet {
namespace LAMINET_ISA {
// packed[block][c][r][s][filter in block]
void conv2dPackForward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  const int32_t filters = g.outChannels / g.groups;
  const int64_t filterSize = static_cast<int64_t>(g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth;
  for (int32_t k = begin; k < end; k++) {
    const BlockPlace place = blockPlace(filters, k % filters);
    float* to = packed + (k - place.within) * filterSize + place.within;
    const float* from = weight + k * filterSize;
    for (int64_t i = 0; i < filterSize; i++) to[i * place.size] = from[i];
  }
}

// packed[block of channels][k][flipped r][flipped s][channel in block]
void conv2dPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  const int32_t filters = g.outChannels / g.groups;
  const int32_t channels = g.inChannels / g.groups;
  const int32_t taps = g.kernelHeight * g.kernelWidth;
  const int64_t channelSize = static_cast<int64_t>(filters) * taps;
  for (int32_t k = begin; k < end; k++) {
    const int32_t group = k / filters;
    for (int32_t c = 0; c < channels; c++) {
      const BlockPlace place = blockPlace(channels, c);
      const float* from = weight + (static_cast<int64_t>(k) * channels + c) * taps;
      float* to = packed + (group * channels + place.start) * channelSize +
                  static_cast<int64_t>(k % filters) * taps * place.size + place.within;
      for (int32_t tap = 0; tap < taps; tap++) to[static_cast<int64_t>(taps - 1 - tap) * place.size] = from[tap];
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
