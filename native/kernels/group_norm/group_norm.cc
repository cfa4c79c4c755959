#include "kernels/group_norm/group_norm.h"

#include "kernels/table.h"
#include "simd/chains.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

int64_t sizeOf(const GroupNormGeometry& g) { return static_cast<int64_t>(g.channels / g.groups) * g.pixels; }

void forward(const GroupNormGeometry& g, Part part, const float* x, const float* gamma, const float* beta, float* y,
             float* statistics) {
  const int64_t size = sizeOf(g);
  const int32_t channels = g.channels / g.groups;
  const Vec count = broadcast(static_cast<float>(size));
  const Share share = shareOf(part, g.groups);
  for (int64_t group = share.begin; group < share.end; group++) {
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const float* from = x + group * size * kLanes + lane;
      const Vec mean =
          div(sumInChains(size, [&](Vec sum, int64_t e) { return add(sum, load(from + e * kLanes)); }), count);
      const Vec squares = sumInChains(size, [&](Vec sum, int64_t e) {
        const Vec difference = sub(load(from + e * kLanes), mean);
        return fma(difference, difference, sum);
      });
      const Vec inverse = div(broadcast(1.0f), sqrt(add(div(squares, count), broadcast(g.epsilon))));
      store(statistics + group * kLanes + lane, mean);
      store(statistics + (g.groups + group) * kLanes + lane, inverse);
      float* to = y + group * size * kLanes + lane;
      for (int64_t c = 0; c < channels; c++) {
        const int64_t channel = group * channels + c;
        const Vec scale = mul(broadcast(gamma ? gamma[channel] : 1.0f), inverse);
        const Vec shift = broadcast(beta ? beta[channel] : 0.0f);
        for (int64_t e = c * g.pixels; e < (c + 1) * g.pixels; e++) {
          store(to + e * kLanes, fma(sub(load(from + e * kLanes), mean), scale, shift));
        }
      }
    }
  }
}

void gradInput(const GroupNormGeometry& g, Part part, const float* gradOutput, const float* x, const float* statistics,
               const float* gamma, float* gradInput) {
  const int64_t size = sizeOf(g);
  const int32_t channels = g.channels / g.groups;
  const Vec count = broadcast(static_cast<float>(size));
  const Share share = shareOf(part, g.groups);
  for (int64_t group = share.begin; group < share.end; group++) {
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const Vec mean = load(statistics + group * kLanes + lane);
      const Vec inverse = load(statistics + (g.groups + group) * kLanes + lane);
      const int64_t begin = group * size * kLanes + lane;
      Vec sum = zero();
      Vec product = zero();
      for (int64_t c = 0; c < channels; c++) {
        const float* gradient = gradOutput + begin + c * g.pixels * kLanes;
        const float* from = x + begin + c * g.pixels * kLanes;
        const Vec scale = broadcast(gamma ? gamma[group * channels + c] : 1.0f);
        const Vec own = sumInChains(g.pixels, [&](Vec s, int64_t p) { return add(s, load(gradient + p * kLanes)); });
        const Vec products = sumInChains(g.pixels, [&](Vec s, int64_t p) {
          return fma(load(gradient + p * kLanes), sub(load(from + p * kLanes), mean), s);
        });
        sum = fma(scale, own, sum);
        product = fma(scale, products, product);
      }
      const Vec meanGradient = div(sum, count);
      // Both the x that was multiplied and the one that is are normalized here.
      const Vec slope = mul(div(mul(product, inverse), count), inverse);
      for (int64_t c = 0; c < channels; c++) {
        const Vec scale = broadcast(gamma ? gamma[group * channels + c] : 1.0f);
        for (int64_t e = c * g.pixels; e < (c + 1) * g.pixels; e++) {
          const int64_t at = begin + e * kLanes;
          const Vec centred = sub(mul(scale, load(gradOutput + at)), meanGradient);
          store(gradInput + at, mul(inverse, fnma(sub(load(x + at), mean), slope, centred)));
        }
      }
    }
  }
}

void gradGamma(const GroupNormGeometry& g, Part part, const float* gradOutput, const float* x, const float* statistics,
               float* gradGamma) {
  alignas(64) float lanes[kLanes];
  const int32_t channels = g.channels / g.groups;
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    const int64_t group = c / channels;
    const int64_t begin = c * g.pixels * kLanes;
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const Vec mean = load(statistics + group * kLanes + lane);
      const Vec inverse = load(statistics + (g.groups + group) * kLanes + lane);
      const Vec products = sumInChains(g.pixels, [&](Vec sum, int64_t p) {
        const int64_t at = begin + p * kLanes + lane;
        return fma(load(gradOutput + at), sub(load(x + at), mean), sum);
      });
      store(lanes + lane, mul(products, inverse));
    }
    gradGamma[c] = sumLanes(lanes);
  }
}

}  // namespace

const GroupNormKernels& groupNormKernels() {
  static constexpr GroupNormKernels kernels = {forward, gradInput, gradGamma};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
