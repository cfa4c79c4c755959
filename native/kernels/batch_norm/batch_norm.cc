#include "kernels/batch_norm/batch_norm.h"

#include "kernels/table.h"
#include "simd/chains.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

float sumFirst(float* lanes, int32_t samples) {
  for (int n = samples; n < kLanes; n++) lanes[n] = 0.0f;
  return sumLanes(lanes);
}

LAMINET_INLINE float inverseDeviation(float variance, float epsilon) {
  return 1.0f / __builtin_sqrtf(variance + epsilon);
}

void statistics(const BatchNormGeometry& g, Part part, int32_t samples, const float* x, float* values) {
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    const float* pixel = x + c * g.pixels * kLanes;
    alignas(64) float lanes[kLanes];
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      store(lanes + lane,
            sumInChains(g.pixels, [&](Vec sum, int64_t p) { return add(sum, load(pixel + p * kLanes + lane)); }));
    }
    const float sum = sumFirst(lanes, samples);
    const Vec mean = broadcast(sum / (static_cast<float>(samples) * static_cast<float>(g.pixels)));
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      store(lanes + lane, sumInChains(g.pixels, [&](Vec squares, int64_t p) {
              const Vec difference = sub(load(pixel + p * kLanes + lane), mean);
              return fma(difference, difference, squares);
            }));
    }
    values[c] = sum;
    values[g.channels + c] = sumFirst(lanes, samples);
  }
}

void normalize(const BatchNormGeometry& g, Part part, const float* x, const float* mean, const float* variance,
               const float* gamma, const float* beta, float* y) {
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    const Vec middle = broadcast(mean[c]);
    const Vec scale = broadcast((gamma ? gamma[c] : 1.0f) * inverseDeviation(variance[c], g.epsilon));
    const Vec shift = broadcast(beta ? beta[c] : 0.0f);
    const int64_t begin = c * g.pixels * kLanes;
    const int64_t end = begin + int64_t{g.pixels} * kLanes;
    for (int64_t i = begin; i < end; i += kWidth) store(y + i, fma(sub(load(x + i), middle), scale, shift));
  }
}

void sums(const BatchNormGeometry& g, Part part, const float* gradOutput, const float* x, const float* mean,
          const float* variance, float* values) {
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    const float* gradient = gradOutput + c * g.pixels * kLanes;
    const float* pixel = x + c * g.pixels * kLanes;
    const Vec middle = broadcast(mean[c]);
    alignas(64) float gradients[kLanes];
    alignas(64) float products[kLanes];
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      store(gradients + lane,
            sumInChains(g.pixels, [&](Vec sum, int64_t p) { return add(sum, load(gradient + p * kLanes + lane)); }));
      store(products + lane, sumInChains(g.pixels, [&](Vec sum, int64_t p) {
              const int64_t at = p * kLanes + lane;
              return fma(load(gradient + at), sub(load(pixel + at), middle), sum);
            }));
    }
    values[c] = sumLanes(gradients);
    values[g.channels + c] = sumLanes(products) * inverseDeviation(variance[c], g.epsilon);
  }
}

void gradInput(const BatchNormGeometry& g, Part part, int32_t samples, const float* gradOutput, const float* x,
               const float* mean, const float* variance, const float* sums, float count, const float* gamma,
               float* gradInput) {
  alignas(64) float used[kLanes];
  for (int n = 0; n < kLanes; n++) used[n] = n < samples ? 1.0f : 0.0f;
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    const float inverse = inverseDeviation(variance[c], g.epsilon);
    const Vec middle = broadcast(mean[c]);
    const Vec scale = broadcast((gamma ? gamma[c] : 1.0f) * inverse);
    const Vec gradientMean = broadcast(sums ? sums[c] / count : 0.0f);
    const Vec slope = broadcast(sums ? sums[g.channels + c] / count * inverse : 0.0f);
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const Mask filled = less(zero(), load(used + lane));
      for (int32_t p = 0; p < g.pixels; p++) {
        const int64_t at = (c * g.pixels + p) * kLanes + lane;
        const Vec centred = sub(load(gradOutput + at), gradientMean);
        const Vec value = mul(scale, fnma(sub(load(x + at), middle), slope, centred));
        store(gradInput + at, select(filled, value, zero()));
      }
    }
  }
}

}  // namespace

const BatchNormKernels& batchNormKernels() {
  static constexpr BatchNormKernels kernels = {statistics, normalize, sums, gradInput};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
