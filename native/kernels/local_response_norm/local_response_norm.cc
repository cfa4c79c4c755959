#include "kernels/local_response_norm/local_response_norm.h"

#include "kernels/table.h"
#include "simd/math.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Channels from `first` to `last`, both included.
struct Neighbours {
  int32_t first, last;
};

// Those from `before` before c to `after` behind it, as far as there are any.
LAMINET_INLINE Neighbours neighboursOf(int32_t channels, int32_t c, int32_t before, int32_t after) {
  return {c > before ? c - before : 0, after < channels - 1 - c ? c + after : channels - 1};
}

// d[c] at one pixel and group of lanes, whose number in channel 0 is at `x`.
LAMINET_INLINE Vec divisorAt(const LocalResponseNormGeometry& g, const float* x, int32_t c) {
  const Neighbours n = neighboursOf(g.channels, c, g.size / 2, (g.size - 1) / 2);
  const int64_t plane = static_cast<int64_t>(g.pixels) * kLanes;
  Vec squares = zero();
  for (int32_t j = n.first; j <= n.last; j++) {
    const Vec value = load(x + j * plane);
    squares = fma(value, value, squares);
  }
  return fma(broadcast(g.alpha / static_cast<float>(g.size)), squares, broadcast(g.k));
}

LAMINET_INLINE Vec power(const LocalResponseNormGeometry& g, Vec divisor) {
  return exp(mul(broadcast(-g.beta), log(divisor)));
}

void forward(const LocalResponseNormGeometry& g, Part part, const float* x, float* y) {
  const int64_t plane = static_cast<int64_t>(g.pixels) * kLanes;
  const Share share = shareOf(part, g.pixels);
  for (int32_t c = 0; c < g.channels; c++) {
    for (int64_t i = share.begin * kLanes; i < share.end * kLanes; i += kWidth) {
      store(y + c * plane + i, mul(load(x + c * plane + i), power(g, divisorAt(g, x + i, c))));
    }
  }
}

int64_t scratchSize(const LocalResponseNormGeometry& g) { return static_cast<int64_t>(g.channels) * kLanes; }

void gradInput(const LocalResponseNormGeometry& g, Part part, const float* gradOutput, const float* x, float* scratch,
               float* gradInput) {
  const int64_t plane = static_cast<int64_t>(g.pixels) * kLanes;
  const Vec factor = broadcast(2.0f * g.alpha * g.beta / static_cast<float>(g.size));
  const Share share = shareOf(part, g.pixels);
  for (int64_t i = share.begin * kLanes; i < share.end * kLanes; i += kWidth) {
    for (int32_t c = 0; c < g.channels; c++) {
      const Vec divisor = divisorAt(g, x + i, c);
      const Vec own = mul(load(gradOutput + c * plane + i), power(g, divisor));
      store(gradInput + c * plane + i, own);
      store(scratch + c * kWidth, div(mul(own, load(x + c * plane + i)), divisor));
    }
    for (int32_t c = 0; c < g.channels; c++) {
      // The other way round: x[c] is in the sums of the channels that reach it.
      const Neighbours n = neighboursOf(g.channels, c, (g.size - 1) / 2, g.size / 2);
      Vec sum = zero();
      for (int32_t j = n.first; j <= n.last; j++) sum = add(sum, load(scratch + j * kWidth));
      float* to = gradInput + c * plane + i;
      store(to, fnma(mul(factor, load(x + c * plane + i)), sum, load(to)));
    }
  }
}

}  // namespace

const LocalResponseNormKernels& localResponseNormKernels() {
  static constexpr LocalResponseNormKernels kernels = {forward, scratchSize, gradInput};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
