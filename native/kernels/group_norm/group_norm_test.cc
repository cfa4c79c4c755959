// Group normalization against plain loops in double precision.
#include "kernels/group_norm/group_norm.h"

#include <doctest/doctest.h>
#include <math.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

void check(const GroupNormGeometry& g, bool parameters) {
  INFO(g.channels, " channels of ", g.pixels, " in ", g.groups, " groups, gamma and beta: ", parameters);
  RandomNumbers random(static_cast<uint64_t>(g.channels * 1000 + g.pixels * 10 + g.groups));
  const int64_t elements = int64_t{g.channels} * g.pixels;
  const int64_t size = elements / g.groups;
  const Input<float> x(randomReals(random, elements * kSliceSamples));
  const Input<float> gy(randomReals(random, elements * kSliceSamples));
  const Input<float> gamma(randomReals(random, g.channels));
  const Input<float> beta(randomReals(random, g.channels));
  const auto count = static_cast<size_t>(elements * kSliceSamples);
  std::vector<Expected> y(count), gx(count), gradGamma(static_cast<size_t>(g.channels));
  std::vector<float> statistics(static_cast<size_t>(2 * g.groups * kSliceSamples));
  for (int32_t group = 0; group < g.groups; group++) {
    for (int32_t n = 0; n < kSliceSamples; n++) {
      const auto at = [&](int64_t e) { return static_cast<size_t>((group * size + e) * kSliceSamples + n); };
      double mean = 0, variance = 0;
      for (int64_t e = 0; e < size; e++) mean += x.data()[at(e)] / static_cast<double>(size);
      for (int64_t e = 0; e < size; e++) variance += pow(x.data()[at(e)] - mean, 2) / static_cast<double>(size);
      const double inverse = 1 / sqrt(variance + g.epsilon);
      statistics[static_cast<size_t>(group * kSliceSamples + n)] = static_cast<float>(mean);
      statistics[static_cast<size_t>((g.groups + group) * kSliceSamples + n)] = static_cast<float>(inverse);
      const auto normalized = [&](int64_t e) { return (x.data()[at(e)] - mean) * inverse; };
      const auto scaleOf = [&](int64_t e) {
        return parameters ? double{gamma.data()[(group * size + e) / g.pixels]} : 1;
      };
      double sum = 0, product = 0;
      for (int64_t e = 0; e < size; e++) {
        const int64_t channel = (group * size + e) / g.pixels;
        y[at(e)].add(scaleOf(e) * normalized(e));
        if (parameters) y[at(e)].add(beta.data()[channel]);
        gradGamma[static_cast<size_t>(channel)].add(gy.data()[at(e)] * normalized(e));
        sum += scaleOf(e) * gy.data()[at(e)] / static_cast<double>(size);
        product += scaleOf(e) * gy.data()[at(e)] * normalized(e) / static_cast<double>(size);
      }
      for (int64_t e = 0; e < size; e++) {
        gx[at(e)].add(inverse * scaleOf(e) * gy.data()[at(e)]);
        gx[at(e)].add(-inverse * sum);
        gx[at(e)].add(-inverse * normalized(e) * product);
        // Rounding of the sums themselves, of numbers of the size of 1.
        gx[at(e)].magnitude += inverse;
        y[at(e)].magnitude += inverse;
      }
    }
  }
  for (Expected& value : gradGamma) value.magnitude *= 2;
  const Input<float> given(statistics);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const GroupNormKernels& own = *kernels.groupNorm;
    Output<float> ownY(elements * kSliceSamples), ownStatistics(2 * int64_t{g.groups} * kSliceSamples);
    Output<float> ownGx(elements * kSliceSamples), ownGradGamma(g.channels);
    const float* weight = parameters ? gamma.data() : nullptr;
    inParts([&](Part part) {
      own.forward(g, part, x.data(), weight, parameters ? beta.data() : nullptr, ownY.data(), ownStatistics.data());
    });
    inParts([&](Part part) { own.gradInput(g, part, gy.data(), x.data(), given.data(), weight, ownGx.data()); });
    inParts([&](Part part) { own.gradGamma(g, part, gy.data(), x.data(), given.data(), ownGradGamma.data()); });
    expectClose("y", ownY.values(), y, reduction(size));
    expectClose("gradInput", ownGx.values(), gx, reduction(size));
    expectClose("gradGamma", ownGradGamma.values(), gradGamma, reduction(int64_t{g.pixels} * kSliceSamples));
    std::vector<float> bits = ownY.values();
    for (const Output<float>* output : {&ownStatistics, &ownGx, &ownGradGamma}) append(bits, output->values());
    return bits;
  });
}

}  // namespace

TEST_CASE("group normalization: every number of pixels, in one group, several and as many as channels") {
  for (int32_t pixels = 1; pixels <= 11; pixels++) {
    for (const int32_t groups : {1, 2, 3, 6}) {
      for (const bool parameters : {true, false}) check({6, pixels, groups, 1e-3f}, parameters);
    }
  }
  check({1, 33 * 31, 1, 1e-5f}, true);
  check({301, 1, 1, 1e-5f}, true);
  check({13, 1, 13, 1e-2f}, true);
}

}  // namespace laminet::testing
