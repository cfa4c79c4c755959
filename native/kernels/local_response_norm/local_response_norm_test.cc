// Local response normalization against plain loops in double precision.
#include "kernels/local_response_norm/local_response_norm.h"

#include <doctest/doctest.h>
#include <math.h>

#include <algorithm>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

void check(const LocalResponseNormGeometry& g) {
  INFO(g.channels, " channels of ", g.pixels, ", size ", g.size, ", beta ", g.beta);
  RandomNumbers random(static_cast<uint64_t>(g.channels * 1000 + g.pixels * 10 + g.size));
  const int64_t count = int64_t{g.channels} * g.pixels * kSliceSamples;
  const Input<float> x(randomReals(random, count, -3, 3));
  const Input<float> gy(randomReals(random, count));
  std::vector<Expected> y(static_cast<size_t>(count)), gx(static_cast<size_t>(count));
  for (int64_t i = 0; i < int64_t{g.pixels} * kSliceSamples; i++) {
    const auto at = [&](int32_t c) { return static_cast<size_t>(int64_t{c} * g.pixels * kSliceSamples + i); };
    std::vector<double> d(static_cast<size_t>(g.channels), double{g.k});
    const auto eachOf = [&](int32_t c, const auto& visit) {
      for (int32_t j = std::max(0, c - g.size / 2); j <= std::min(g.channels - 1, c + (g.size - 1) / 2); j++) visit(j);
    };
    for (int32_t c = 0; c < g.channels; c++) {
      eachOf(c, [&](int32_t j) {
        d[static_cast<size_t>(c)] += double{g.alpha} / g.size * x.data()[at(j)] * double{x.data()[at(j)]};
      });
    }
    for (int32_t c = 0; c < g.channels; c++) {
      const double divisor = d[static_cast<size_t>(c)];
      const double power = pow(divisor, -double{g.beta});
      y[at(c)].add(x.data()[at(c)] * power);
      gx[at(c)].add(gy.data()[at(c)] * power);
      eachOf(c, [&](int32_t j) {
        const double share = gy.data()[at(c)] * double{x.data()[at(c)]} * power / divisor;
        gx[at(j)].add(-2 * double{g.alpha} * g.beta / g.size * x.data()[at(j)] * share);
      });
    }
  }
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const LocalResponseNormKernels& own = *kernels.localResponseNorm;
    Output<float> ownY(count), ownGx(count);
    inParts([&](Part part) { own.forward(g, part, x.data(), ownY.data()); });
    inParts([&](Part part) {
      Output<float> scratch(own.scratchSize(g));
      own.gradInput(g, part, gy.data(), x.data(), scratch.data(), ownGx.data());
    });
    expectClose("y", ownY.values(), y, elementwise());
    expectClose("gradInput", ownGx.values(), gx, elementwise());
    std::vector<float> bits = ownY.values();
    append(bits, ownGx.values());
    return bits;
  });
}

}  // namespace

TEST_CASE("local response normalization: sizes odd and even, larger than the channels") {
  for (int32_t channels = 1; channels <= 9; channels++) {
    for (int32_t size = 1; size <= 7; size++) check({channels, 5, size, 0.5f, 0.75f, 1.0f});
  }
  check({17, 1, 5, 1e-2f, 0.75f, 1.5f});
  check({6, 23, 3, 0.1f, 1.0f, 2.0f});
  check({6, 23, 3, 0.1f, -0.5f, 2.0f});
}

}  // namespace laminet::testing
