// Sums and products of pairs against plain arithmetic, which is exact here: one rounding each. On memory of their own
// and over either input.
#include "kernels/pairwise/pairwise.h"

#include <doctest/doctest.h>
#include <float.h>
#include <math.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

using Numbers = std::vector<float>;
using Kernel = void (*)(int64_t count, const float* a, const float* b, float* y);

void fill(Output<float>& buffer, const Numbers& values) { memcpy(buffer.data(), values.data(), buffer.bytes()); }

void expectPairs(Kernel PairwiseKernels::*kernel, float (*exact)(float, float)) {
  for (int64_t count = kSliceSamples; count <= 9 * kSliceSamples; count += kSliceSamples) {
    INFO(count, " pairs");
    RandomNumbers random(static_cast<uint64_t>(count));
    Numbers a = randomReals(random, count);
    Numbers b = randomReals(random, count);
    const Numbers awkward = {0.0f, -0.0f, INFINITY, -INFINITY, FLT_MAX, FLT_MIN, 1e-45f, 1e30f};
    for (size_t i = 0; i < awkward.size(); i++) {
      a[i] = awkward[i];
      b[15 - i] = awkward[i];
    }
    Numbers expected;
    for (int64_t i = 0; i < count; i++) expected.push_back(exact(a[i], b[i]));
    // Which of its many values a NaN has is the processor's own affair; these hold none.
    const Input<float> first(a);
    const Input<float> second(b);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const Kernel run = kernels.pairwise->*kernel;
      Output<float> apart(count);
      run(count, first.data(), second.data(), apart.data());
      CHECK(sameBits(apart.values(), expected));
      Output<float> overFirst(count);
      fill(overFirst, a);
      run(count, overFirst.data(), second.data(), overFirst.data());
      CHECK(sameBits(overFirst.values(), expected));
      Output<float> overSecond(count);
      fill(overSecond, b);
      run(count, first.data(), overSecond.data(), overSecond.data());
      CHECK(sameBits(overSecond.values(), expected));
      return apart.values();
    });
  }
}

}  // namespace

TEST_CASE("add: every pair, in place and not") {
  expectPairs(&PairwiseKernels::add, [](float a, float b) { return a + b; });
}

TEST_CASE("multiply: every pair, in place and not") {
  expectPairs(&PairwiseKernels::multiply, [](float a, float b) { return a * b; });
}

TEST_CASE("preluGradTerms: every pair, in place and not") {
  expectPairs(&PairwiseKernels::preluGradTerms, [](float g, float x) { return x > 0 ? 0 : g * x; });
}

}  // namespace laminet::testing
