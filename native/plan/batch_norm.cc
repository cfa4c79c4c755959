#include "plan/batch_norm.h"

#include <string.h>

#include <algorithm>

#include "plan/calls.h"

namespace laminet {

void combineStatistics(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float* partials = floatsAt(slice, call.partials);
  float* statistics = outputOf(call, slice);
  const int32_t slices = (slice.stepSamples + call.lanes - 1) / call.lanes;
  const double count = static_cast<double>(slice.stepSamples) * g.pixels;
  for (int32_t c = 0; c < g.channels; c++) {
    const auto at = [&](int32_t number) { return partials + int64_t{2} * g.channels * number + c; };
    double sum = 0;
    for (int32_t number = 0; number < slices; number++) sum += at(number)[0];
    const double mean = sum / count;
    double squares = 0;
    for (int32_t number = 0; number < slices; number++) {
      const double own = static_cast<double>(std::min(call.lanes, slice.stepSamples - number * call.lanes)) * g.pixels;
      const double apart = at(number)[0] / own - mean;
      squares += at(number)[g.channels] + own * apart * apart;
    }
    statistics[c] = static_cast<float>(mean);
    statistics[g.channels + c] = static_cast<float>(squares / count);
  }
}

void combineSums(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float* partials = floatsAt(slice, call.partials);
  float* sums = outputOf(call, slice);
  const int32_t slices = (slice.stepSamples + call.lanes - 1) / call.lanes;
  for (int32_t i = 0; i < 2 * g.channels; i++) {
    double sum = 0;
    for (int32_t number = 0; number < slices; number++) sum += partials[int64_t{2} * g.channels * number + i];
    sums[i] = static_cast<float>(sum);
  }
}

void takeRow(const Call& call, Slice& slice) {
  const StatisticsRowGeometry& g = call.geometry.statisticsRow;
  memcpy(gradientOf(call, slice), inputOf(call, slice, 0) + int64_t{g.row} * g.channels,
         static_cast<size_t>(g.channels) * sizeof(float));
}

void followStatistics(const Follow& follow, int32_t samples, const float* statistics, float* parameters) {
  const FollowGeometry& g = follow.geometry;
  const double count = static_cast<double>(samples) * g.pixels;
  const double unbiased = count > 1 ? count / (count - 1) : 1;
  const double momentum = g.momentum;
  for (int32_t c = 0; c < g.channels; c++) {
    float& mean = parameters[follow.mean + c];
    float& variance = parameters[follow.variance + c];
    mean = static_cast<float>((1 - momentum) * mean + momentum * statistics[c]);
    variance = static_cast<float>((1 - momentum) * variance + momentum * (statistics[g.channels + c] * unbiased));
  }
}

}  // namespace laminet
