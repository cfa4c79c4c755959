#include "kernels/average_pool2d/average_pool2d.h"

#include "kernels/conv2d/window.h"
#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// The window of output (y, x): its taps inside the image, and where its first tap would lie.
struct Window {
  int32_t top, left;
  Range rows, columns;
};

LAMINET_INLINE Window windowAt(const AveragePool2dGeometry& g, int32_t y, int32_t x) {
  const int32_t top = y * g.strideHeight - g.padTop;
  const int32_t left = x * g.strideWidth - g.padLeft;
  return {top, left, tapsInside(top, g.inHeight, g.kernelHeight, 1), tapsInside(left, g.inWidth, g.kernelWidth, 1)};
}

LAMINET_INLINE Vec divisorOf(const AveragePool2dGeometry& g, const Window& w) {
  const int32_t inside = (w.rows.end - w.rows.begin) * (w.columns.end - w.columns.begin);
  return broadcast(static_cast<float>(g.divisor ? g.divisor : inside));
}

void forward(const AveragePool2dGeometry& g, Part part, const float* input, float* output) {
  const Share channels = shareOf(part, g.channels);
  for (int64_t c = channels.begin; c < channels.end; c++) {
    const float* plane = input + c * g.inHeight * g.inWidth * kLanes;
    for (int32_t y = 0; y < g.outHeight; y++) {
      for (int32_t x = 0; x < g.outWidth; x++) {
        const Window w = windowAt(g, y, x);
        const Vec divisor = divisorOf(g, w);
        float* to = output + ((c * g.outHeight + y) * g.outWidth + x) * kLanes;
        for (int lane = 0; lane < kLanes; lane += kWidth) {
          Vec sum = zero();
          for (int32_t r = w.rows.begin; r < w.rows.end; r++) {
            const float* row = plane + (static_cast<int64_t>(w.top + r) * g.inWidth + w.left) * kLanes + lane;
            for (int32_t s = w.columns.begin; s < w.columns.end; s++) {
              sum = add(sum, load(row + static_cast<int64_t>(s) * kLanes));
            }
          }
          store(to + lane, div(sum, divisor));
        }
      }
    }
  }
}

void gradInput(const AveragePool2dGeometry& g, Part part, const float* gradOutput, float* gradInput) {
  const Share channels = shareOf(part, g.channels);
  // Windows that do not overlap and leave nothing out write every input once: no zeros beforehand, no adding.
  const bool tiled = g.strideHeight == g.kernelHeight && g.strideWidth == g.kernelWidth && g.padTop == 0 &&
                     g.padLeft == 0 && g.outHeight * g.kernelHeight == g.inHeight &&
                     g.outWidth * g.kernelWidth == g.inWidth;
  for (int64_t c = channels.begin; c < channels.end; c++) {
    const int64_t pixels = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
    float* plane = gradInput + c * pixels;
    if (!tiled) __builtin_memset(plane, 0, static_cast<size_t>(pixels) * sizeof(float));
    for (int32_t y = 0; y < g.outHeight; y++) {
      for (int32_t x = 0; x < g.outWidth; x++) {
        const Window w = windowAt(g, y, x);
        const Vec divisor = divisorOf(g, w);
        const float* from = gradOutput + ((c * g.outHeight + y) * g.outWidth + x) * kLanes;
        for (int lane = 0; lane < kLanes; lane += kWidth) {
          const Vec share = div(load(from + lane), divisor);
          for (int32_t r = w.rows.begin; r < w.rows.end; r++) {
            float* row = plane + (static_cast<int64_t>(w.top + r) * g.inWidth + w.left) * kLanes + lane;
            for (int32_t s = w.columns.begin; s < w.columns.end; s++) {
              float* to = row + static_cast<int64_t>(s) * kLanes;
              store(to, tiled ? share : add(load(to), share));
            }
          }
        }
      }
    }
  }
}

}  // namespace

const AveragePool2dKernels& averagePool2dKernels() {
  static constexpr AveragePool2dKernels kernels = {forward, gradInput};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
