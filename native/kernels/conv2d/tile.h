// The register tile of convolutions: KB output channels x XB pixels of accumulators, summed over input channels and
// taps. The inner loop takes XB vector loads and KB broadcasts for KB * XB multiplications; weights are packed so that
// the KB broadcasts lie side by side.
#pragma once
#include "kernels/conv2d/window.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// What a tile goes through. Strides are in floats.
struct Walk {
  int32_t channels;
  int64_t channelStride, weightChannelStride;
  int32_t rows;  // of taps
  int64_t rowStride, weightRowStride;
  int32_t columns;  // of taps
  int64_t columnStride, weightColumnStride;
  int64_t pixelStride, outputPixelStride, outputChannelStride;
};

// Pixels that a tile of KB channels takes: as many accumulators as the registers hold beside the loaded pixels.
template <int KB>
constexpr int tileWidth() {
  return kRegisters == 32 ? (KB > 6 ? 3 : KB > 4 ? 4 : KB == 4 ? 6 : KB == 3 ? 7 : 8) : (KB == 4 ? 2 : KB == 3 ? 3 : 4);
}

// One chain an output element: over channels, then rows, then columns of taps, from the bias (or 0) on. `input` and
// `packed` are those of the first channel and tap.
template <int KB, int XB>
LAMINET_INLINE void tile(const Walk& walk, const float* input, const float* packed, const float* bias, float* output) {
  Vec sum[KB][XB];
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
    const Vec start = bias ? broadcast(bias[i]) : zero();
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) sum[i][j] = start;
  }
  for (int32_t c = 0; c < walk.channels; c++) {
    for (int32_t r = 0; r < walk.rows; r++) {
      const float* pixel = input + c * walk.channelStride + r * walk.rowStride;
      const float* weight = packed + c * walk.weightChannelStride + r * walk.weightRowStride;
      for (int32_t s = 0; s < walk.columns; s++) {
        Vec x[XB];
#pragma GCC unroll 8
        for (int j = 0; j < XB; j++) x[j] = load(pixel + j * walk.pixelStride);
#pragma GCC unroll 8
        for (int i = 0; i < KB; i++) {
          const Vec w = broadcast(weight[i]);
#pragma GCC unroll 8
          for (int j = 0; j < XB; j++) sum[i][j] = fma(w, x[j], sum[i][j]);
        }
        pixel += walk.columnStride;
        weight += walk.weightColumnStride;
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < KB; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < XB; j++) {
      store(output + i * walk.outputChannelStride + j * walk.outputPixelStride, sum[i][j]);
    }
  }
}

// A table of one function for each number of channels in a block, called `function`.
#if LAMINET_ISA_AVX512
#define LAMINET_BY_BLOCK(function) \
  { nullptr, function<1>, function<2>, function<3>, function<4>, function<5>, function<6>, function<7>, function<8> }
#else
#define LAMINET_BY_BLOCK(function) \
  { nullptr, function<1>, function<2>, function<3>, function<4> }
#endif

}  // namespace LAMINET_ISA
}  // namespace laminet
