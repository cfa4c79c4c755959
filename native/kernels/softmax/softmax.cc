#include "kernels/softmax/softmax.h"

#include "kernels/table.h"
#include "simd/math.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Runs `function(offset of the pixel's first channel)` for every pixel and group of lanes.
template <class Function>
LAMINET_INLINE void eachPixel(const ChannelGeometry& g, Function function) {
  for (int64_t offset = 0; offset < static_cast<int64_t>(g.pixels) * kLanes; offset += kWidth) function(offset);
}

LAMINET_INLINE Vec largest(const ChannelGeometry& g, const float* x, int64_t stride) {
  Vec most = load(x);
  for (int32_t k = 1; k < g.channels; k++) {
    const Vec value = load(x + k * stride);
    most = select(either(less(most, value), isNan(value)), value, most);
  }
  return most;
}

void softmax(const ChannelGeometry& g, const float* x, float* y) {
  const int64_t stride = static_cast<int64_t>(g.pixels) * kLanes;
  eachPixel(g, [&](int64_t offset) {
    const Vec most = largest(g, x + offset, stride);
    Vec sum = zero();
    for (int32_t k = 0; k < g.channels; k++) {
      const Vec e = exp(sub(load(x + offset + k * stride), most));
      store(y + offset + k * stride, e);
      sum = add(sum, e);
    }
    for (int32_t k = 0; k < g.channels; k++) {
      store(y + offset + k * stride, div(load(y + offset + k * stride), sum));
    }
  });
}

void softmaxGrad(const ChannelGeometry& g, const float* gradOutput, const float* y, float* gradInput) {
  const int64_t stride = static_cast<int64_t>(g.pixels) * kLanes;
  eachPixel(g, [&](int64_t offset) {
    Vec sum = zero();
    for (int32_t k = 0; k < g.channels; k++) {
      sum = fma(load(gradOutput + offset + k * stride), load(y + offset + k * stride), sum);
    }
    for (int32_t k = 0; k < g.channels; k++) {
      const int64_t at = offset + k * stride;
      store(gradInput + at, mul(load(y + at), sub(load(gradOutput + at), sum)));
    }
  });
}

void logSoftmax(const ChannelGeometry& g, const float* x, float* y) {
  const int64_t stride = static_cast<int64_t>(g.pixels) * kLanes;
  eachPixel(g, [&](int64_t offset) {
    const Vec most = largest(g, x + offset, stride);
    Vec sum = zero();
    for (int32_t k = 0; k < g.channels; k++) sum = add(sum, exp(sub(load(x + offset + k * stride), most)));
    const Vec logarithm = log(sum);
    for (int32_t k = 0; k < g.channels; k++) {
      store(y + offset + k * stride, sub(sub(load(x + offset + k * stride), most), logarithm));
    }
  });
}

void logSoftmaxGrad(const ChannelGeometry& g, const float* gradOutput, const float* y, float* gradInput) {
  const int64_t stride = static_cast<int64_t>(g.pixels) * kLanes;
  eachPixel(g, [&](int64_t offset) {
    Vec sum = zero();
    for (int32_t k = 0; k < g.channels; k++) sum = add(sum, load(gradOutput + offset + k * stride));
    for (int32_t k = 0; k < g.channels; k++) {
      const int64_t at = offset + k * stride;
      store(gradInput + at, fnma(exp(load(y + at)), sum, load(gradOutput + at)));
    }
  });
}

}  // namespace

const SoftmaxKernels& softmaxKernels() {
  static constexpr SoftmaxKernels kernels = {softmax, softmaxGrad, logSoftmax, logSoftmaxGrad};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
