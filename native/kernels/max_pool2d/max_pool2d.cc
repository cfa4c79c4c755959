#include "kernels/max_pool2d/max_pool2d.h"

#include "kernels/conv2d/window.h"
#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

LAMINET_INLINE void storeWinner(uint8_t* p, Vec place) { storeBytes(p, place); }
LAMINET_INLINE void storeWinner(float* p, Vec place) { store(p, place); }
LAMINET_INLINE Vec loadWinner(const uint8_t* p) { return loadBytes(p); }
LAMINET_INLINE Vec loadWinner(const float* p) { return load(p); }

// Windows of 2x2 that tile the image are by far the most common: SIZE 2 has their loops unrolled. SIZE 0 is any window.
bool tilesByTwo(const MaxPool2dGeometry& g) {
  return g.kernelHeight == 2 && g.kernelWidth == 2 && g.strideHeight == 2 && g.strideWidth == 2 && g.padTop == 0 &&
         g.padLeft == 0 && g.inHeight == 2 * g.outHeight && g.inWidth == 2 * g.outWidth;
}

template <int SIZE, class Winner>
void forwardOf(const MaxPool2dGeometry& g, Share channels, const float* input, float* output, Winner* winners) {
  for (int64_t c = channels.begin; c < channels.end; c++) {
    const float* plane = input + c * g.inHeight * g.inWidth * kLanes;
    for (int32_t y = 0; y < g.outHeight; y++) {
      const int32_t top = y * g.strideHeight - g.padTop;
      const Range rows = SIZE ? Range{0, SIZE} : tapsInside(top, g.inHeight, g.kernelHeight, 1);
      for (int32_t x = 0; x < g.outWidth; x++) {
        const int32_t left = x * g.strideWidth - g.padLeft;
        const Range columns = SIZE ? Range{0, SIZE} : tapsInside(left, g.inWidth, g.kernelWidth, 1);
        const int64_t out = ((c * g.outHeight + y) * g.outWidth + x) * kLanes;
        for (int lane = 0; lane < kLanes; lane += kWidth) {
          Vec best = broadcast(-__builtin_inff());
          Vec place = broadcast(static_cast<float>(rows.begin * g.kernelWidth + columns.begin));
#pragma GCC unroll 2
          for (int32_t r = rows.begin; r < rows.end; r++) {
            const float* pixel = plane + (static_cast<int64_t>(top + r) * g.inWidth + left) * kLanes + lane;
#pragma GCC unroll 2
            for (int32_t s = columns.begin; s < columns.end; s++) {
              const Vec value = load(pixel + static_cast<int64_t>(s) * kLanes);
              const Mask wins = either(less(best, value), isNan(value));
              best = select(wins, value, best);
              place = select(wins, broadcast(static_cast<float>(r * (SIZE ? SIZE : g.kernelWidth) + s)), place);
            }
          }
          store(output + out + lane, best);
          storeWinner(winners + out + lane, place);
        }
      }
    }
  }
}

void forward(const MaxPool2dGeometry& g, Part part, const float* input, float* output, void* winners) {
  const Share channels = shareOf(part, g.channels);
  if (tilesByTwo(g)) {
    forwardOf<2>(g, channels, input, output, static_cast<uint8_t*>(winners));
  } else if (winnerBytes(g) == 1) {
    forwardOf<0>(g, channels, input, output, static_cast<uint8_t*>(winners));
  } else {
    forwardOf<0>(g, channels, input, output, static_cast<float*>(winners));
  }
}

template <int SIZE, class Winner>
void gradInputOf(const MaxPool2dGeometry& g, Share channels, const float* gradOutput, const Winner* winners,
                 float* gradInput) {
  // Windows that do not overlap and leave nothing out write every input once: no zeros beforehand, no adding.
  const bool tiled = SIZE == 2 || (g.strideHeight == g.kernelHeight && g.strideWidth == g.kernelWidth &&
                                   g.padTop == 0 && g.padLeft == 0 && g.outHeight * g.kernelHeight == g.inHeight &&
                                   g.outWidth * g.kernelWidth == g.inWidth);
  if (!tiled) {
    const int64_t plane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
    const int64_t elements = (channels.end - channels.begin) * plane;
    __builtin_memset(gradInput + channels.begin * plane, 0, static_cast<size_t>(elements) * sizeof(float));
  }
  for (int64_t c = channels.begin; c < channels.end; c++) {
    float* plane = gradInput + c * g.inHeight * g.inWidth * kLanes;
    for (int32_t y = 0; y < g.outHeight; y++) {
      const int32_t top = y * g.strideHeight - g.padTop;
      const Range rows = SIZE ? Range{0, SIZE} : tapsInside(top, g.inHeight, g.kernelHeight, 1);
      for (int32_t x = 0; x < g.outWidth; x++) {
        const int32_t left = x * g.strideWidth - g.padLeft;
        const Range columns = SIZE ? Range{0, SIZE} : tapsInside(left, g.inWidth, g.kernelWidth, 1);
        const int64_t out = ((c * g.outHeight + y) * g.outWidth + x) * kLanes;
        for (int lane = 0; lane < kLanes; lane += kWidth) {
          const Vec gradient = load(gradOutput + out + lane);
          const Vec place = loadWinner(winners + out + lane);
#pragma GCC unroll 2
          for (int32_t r = rows.begin; r < rows.end; r++) {
            float* pixel = plane + (static_cast<int64_t>(top + r) * g.inWidth + left) * kLanes + lane;
#pragma GCC unroll 2
            for (int32_t s = columns.begin; s < columns.end; s++) {
              const Mask won = equal(place, broadcast(static_cast<float>(r * (SIZE ? SIZE : g.kernelWidth) + s)));
              const Vec share = select(won, gradient, zero());
              float* to = pixel + static_cast<int64_t>(s) * kLanes;
              store(to, tiled ? share : add(load(to), share));
            }
          }
        }
      }
    }
  }
}

void gradInput(const MaxPool2dGeometry& g, Part part, const float* gradOutput, const void* winners, float* gradInput) {
  const Share channels = shareOf(part, g.channels);
  if (tilesByTwo(g)) {
    gradInputOf<2>(g, channels, gradOutput, static_cast<const uint8_t*>(winners), gradInput);
  } else if (winnerBytes(g) == 1) {
    gradInputOf<0>(g, channels, gradOutput, static_cast<const uint8_t*>(winners), gradInput);
  } else {
    gradInputOf<0>(g, channels, gradOutput, static_cast<const float*>(winners), gradInput);
  }
}

}  // namespace

const MaxPool2dKernels& maxPool2dKernels() {
  static constexpr MaxPool2dKernels kernels = {forward, gradInput};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
