// Batch normalization against plain loops in double precision.
#include "kernels/batch_norm/batch_norm.h"

#include <doctest/doctest.h>

#include <math.h>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

struct Case {
  BatchNormGeometry g;
  int32_t samples;
};

// Calls visit(channel, place, whether the lane is used) for every float of a slice.
template <class Visit>
void eachFloat(const Case& test, const Visit& visit) {
  for (int32_t c = 0; c < test.g.channels; c++) {
    for (int64_t p = 0; p < test.g.pixels; p++) {
      for (int n = 0; n < kSliceSamples; n++) {
        visit(c, static_cast<size_t>((int64_t{c} * test.g.pixels + p) * kSliceSamples + n), n < test.samples);
      }
    }
  }
}

void check(const Case& test) {
  const BatchNormGeometry& g = test.g;
  INFO(g.channels, " channels, ", g.pixels, " pixels, ", test.samples, " samples");
  RandomNumbers random(static_cast<uint64_t>(g.channels * 1000 + g.pixels * 20 + test.samples));
  const int64_t size = int64_t{g.channels} * g.pixels * kSliceSamples;
  const Input<float> x(randomReals(random, size));
  const Input<float> gradOutput(randomReals(random, size));
  const Input<float> mean(randomReals(random, g.channels));
  const Input<float> variance(randomReals(random, g.channels, 0.5f, 2.0f));
  const Input<float> gamma(randomReals(random, g.channels));
  const Input<float> beta(randomReals(random, g.channels));
  const Input<float> sums(randomReals(random, 2 * int64_t{g.channels}));
  const float count = 37;

  const auto channels = static_cast<size_t>(g.channels);
  std::vector<Expected> statistics(2 * channels), products(2 * channels);
  std::vector<Expected> y(static_cast<size_t>(size)), gradInput(static_cast<size_t>(size));
  std::vector<double> means(channels, 0.0);
  eachFloat(test, [&](int32_t c, size_t at, bool used) {
    if (used) means[c] += x.data()[at] / (static_cast<double>(test.samples) * g.pixels);
  });
  eachFloat(test, [&](int32_t c, size_t at, bool used) {
    const double inverse = 1 / sqrt(double{variance.data()[c]} + g.epsilon);
    const double normalized = (double{x.data()[at]} - mean.data()[c]) * inverse;
    const double gradient = gradOutput.data()[at];
    if (used) {
      statistics[c].add(x.data()[at]);
      statistics[channels + c].add((x.data()[at] - means[c]) * (x.data()[at] - means[c]));
    }
    products[c].add(gradient);
    products[channels + c].add(gradient * normalized);
    y[at].add(gamma.data()[c] * normalized);
    y[at].add(beta.data()[c]);
    if (!used) return;
    const double scale = gamma.data()[c] * inverse;
    gradInput[at].add(scale * gradient);
    gradInput[at].add(-scale * sums.data()[c] / count);
    gradInput[at].add(-scale * normalized * sums.data()[channels + c] / count);
  });

  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const BatchNormKernels& batchNorm = *kernels.batchNorm;
    Output<float> ownStatistics(2 * int64_t{g.channels}), ownSums(2 * int64_t{g.channels});
    Output<float> ownY(size), ownGradInput(size);
    inParts([&](Part part) { batchNorm.statistics(g, part, test.samples, x.data(), ownStatistics.data()); });
    inParts([&](Part part) {
      batchNorm.normalize(g, part, x.data(), mean.data(), variance.data(), gamma.data(), beta.data(), ownY.data());
    });
    inParts([&](Part part) {
      batchNorm.sums(g, part, gradOutput.data(), x.data(), mean.data(), variance.data(), ownSums.data());
    });
    inParts([&](Part part) {
      batchNorm.gradInput(g, part, test.samples, gradOutput.data(), x.data(), mean.data(), variance.data(), sums.data(),
                          count, gamma.data(), ownGradInput.data());
    });
    const Tolerance tolerance = reduction(g.pixels * kSliceSamples);
    expectClose("statistics", ownStatistics.values(), statistics, tolerance);
    expectClose("sums", ownSums.values(), products, tolerance);
    expectClose("y", ownY.values(), y, reduction(4));
    expectClose("gradInput", ownGradInput.values(), gradInput, reduction(8));
    std::vector<float> bits = ownStatistics.values();
    for (const Output<float>* output : {&ownSums, &ownY, &ownGradInput}) {
      const std::vector<float> values = output->values();
      bits.insert(bits.end(), values.begin(), values.end());
    }
    return bits;
  });
}

}  // namespace

TEST_CASE("batch normalization: channels, every number of pixels and of samples") {
  for (const int32_t channels : {1, 3, 17}) {
    for (int32_t pixels = 1; pixels <= 11; pixels++) {
      for (const int32_t samples : {1, 2, 15, 16}) check({{channels, pixels, 1e-3f, 0}, samples});
    }
  }
  check({{5, 33 * 31, 1e-5f, 0}, 16});
}

}  // namespace laminet::testing
