// The register tile of planar convolutions: KB filters x XB vectors of neighbouring outputs, summed over channels and
// taps. Each step takes XB loads of pixels and KB broadcast weights for KB * XB multiplications. Weights are read where
// they are stored: packing them first would cost small images more than it saves.
#pragma once
#include "kernels/conv2d/tile.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// Where a tap finds its pixels and its weight, in floats from those of the channel.
struct Tap {
  int32_t input, weight;
};

// Channels ahead of which weights are fetched.
constexpr int kAhead = 6;

struct PlanarTile {
  const Tap* taps;
  int32_t tapCount;
  int32_t channels;
  const float* input;  // laid out, of the first channel, at the first output
  int64_t inputChannelStride;
  const float* weight;  // of the first filter and channel
  int64_t weightChannelStride, weightFilterStride;
  const float* bias;  // of the first filter, or null
  float* output;
  int64_t outputStride;  // floats from one filter's outputs to the next
  int32_t last;          // outputs in the last vector
};

// One chain an output: over channels, then taps, from the bias (or 0) on.
template <int KB, int XB>
void planarTile(const PlanarTile& t) {
  Vec sum[KB][XB];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
    const Vec start = t.bias ? broadcast(t.bias[i]) : zero();
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) sum[i][j] = start;
  }
  const float* input = t.input;
  const float* weight = t.weight;
  const int64_t filterStride = t.weightFilterStride;
  const Tap* const end = t.taps + t.tapCount;
  for (int32_t c = 0; c < t.channels; c++) {
    if constexpr (XB == 1) {
      // Images of one vector read each weight once, from far away: 512 -> 512 channels of 4x4, 3x3, backward to the
      // input took 2.2 ms on a busy machine without this, 0.7 ms with it.
#pragma GCC unroll 8
      for (int i = 0; i < KB; i++) __builtin_prefetch(weight + kAhead * t.weightChannelStride + i * filterStride);
    }
    for (const Tap* tap = t.taps; tap < end; tap++) {
      const float* pixel = input + tap->input;
      const float* w = weight + tap->weight;
      Vec x[XB];
#pragma GCC unroll 8
      for (int j = 0; j < XB; j++) x[j] = load(pixel + j * kWidth);
#pragma GCC unroll 8
      for (int i = 0; i < KB; i++) {
        const Vec value = broadcast(w[i * filterStride]);
#pragma GCC unroll 8
        for (int j = 0; j < XB; j++) sum[i][j] = fma(value, x[j], sum[i][j]);
      }
    }
    input += t.inputChannelStride;
    weight += t.weightChannelStride;
  }
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
    float* out = t.output + i * t.outputStride;
#pragma GCC unroll 8
    for (int j = 0; j < XB - 1; j++) store(out + j * kWidth, sum[i][j]);
    storeFirst(out + (XB - 1) * kWidth, sum[i][XB - 1], t.last);
  }
}

using PlanarTileFunction = void (*)(const PlanarTile&);

// The tile of KB filters that is so many vectors wide, at most tileWidth<KB>().
template <int KB>
PlanarTileFunction planarTileOfWidth(int32_t vectors) {
  constexpr int most = tileWidth<KB>();
  switch (vectors) {
    case 1: return planarTile<KB, 1>;
    case 2: return planarTile<KB, 2>;
    case 3: return planarTile<KB, (most >= 3 ? 3 : 1)>;
    case 4: return planarTile<KB, (most >= 4 ? 4 : 1)>;
    case 5: return planarTile<KB, (most >= 5 ? 5 : 1)>;
    case 6: return planarTile<KB, (most >= 6 ? 6 : 1)>;
    case 7: return planarTile<KB, (most >= 7 ? 7 : 1)>;
    default: return planarTile<KB, (most >= 8 ? 8 : 1)>;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
