// Softmax and its logarithm against plain loops in double precision, in place and not.
#include "kernels/softmax/softmax.h"

#include <doctest/doctest.h>
#include <float.h>
#include <math.h>

#include <functional>
#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/exact_functions.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

using Numbers = std::vector<float>;

// What an element function of one operand, or of two, does to memory. Called with the output on memory of its own and
// on the memory of the first operand.
using Kernel = std::function<void(const KernelTable&, int64_t count, const float* a, const float* b, float* y)>;

Numbers run(const KernelTable& kernels, const Kernel& kernel, const Numbers& a, const Numbers& b) {
  const Input<float> first(a);
  const Input<float> second(b);
  const auto count = static_cast<int64_t>(a.size());
  Output<float> apart(count);
  kernel(kernels, count, first.data(), second.data(), apart.data());
  Output<float> inPlace(count);
  memcpy(inPlace.data(), a.data(), inPlace.bytes());
  kernel(kernels, count, inPlace.data(), second.data(), inPlace.data());
  if (!sameBits(apart.values(), inPlace.values())) FAIL_CHECK("in place differs");
  return apart.values();
}

// One function over channels, for each pixel and lane by itself.
using ChannelFormula = std::function<std::vector<Expected>(const std::vector<double>& a, const std::vector<double>& b)>;
using ChannelKernel =
    std::function<void(const KernelTable&, const ChannelGeometry&, const float*, const float*, float*)>;

void expectOverChannels(const ChannelKernel& kernel, const ChannelFormula& formula,
                        const std::function<float(RandomNumbers&)>& a, const std::function<float(RandomNumbers&)>& b) {
  for (int32_t channels = 1; channels <= 20; channels++) {
    for (int32_t pixels = 1; pixels <= 5; pixels++) {
      INFO(channels, " channels, ", pixels, " pixels");
      const ChannelGeometry g = {channels, pixels};
      RandomNumbers random(static_cast<uint64_t>(channels * 8 + pixels));
      const int64_t stride = static_cast<int64_t>(pixels) * kSliceSamples;
      Numbers first(static_cast<size_t>(channels * stride));
      Numbers second(first.size());
      for (float& value : first) value = a(random);
      for (float& value : second) value = b(random);
      // One lane of the last pixel knows nothing; it must keep that to itself.
      first[static_cast<size_t>(stride - 3)] = NAN;
      std::vector<Expected> expected(first.size());
      for (int64_t place = 0; place < stride; place++) {
        std::vector<double> x, y;
        for (int64_t k = 0; k < channels; k++) {
          x.push_back(first[k * stride + place]);
          y.push_back(second[k * stride + place]);
        }
        const std::vector<Expected> column = formula(x, y);
        for (int64_t k = 0; k < channels; k++) expected[k * stride + place] = column[k];
      }
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Numbers bits = run(
            kernels,
            [&](const KernelTable& table, int64_t, const float* x, const float* y, float* to) {
              kernel(table, g, x, y, to);
            },
            first, second);
        expectClose("over channels", bits, expected, lossTerms(channels));
        return bits;
      });
    }
  }
}

double largest(const std::vector<double>& x) {
  double most = x[0];
  for (const double value : x) most = value > most || isnan(value) ? value : most;
  return most;
}

// exp(x[k] - max), their sum; the error of a difference is magnified by its size.
std::vector<Expected> softmaxOf(const std::vector<double>& x, const std::vector<double>&) {
  const double most = largest(x);
  double sum = 0;
  for (const double value : x) sum += ::exp(value - most);
  std::vector<Expected> y;
  for (const double value : x) {
    const double p = ::exp(value - most) / sum;
    y.push_back({p, isinf(value) ? p : p * (1 + fabs(value - most))});
  }
  return y;
}

std::vector<Expected> logSoftmaxOf(const std::vector<double>& x, const std::vector<double>&) {
  const double most = largest(x);
  double sum = 0;
  for (const double value : x) sum += ::exp(value - most);
  std::vector<Expected> y;
  for (const double value : x) y.push_back({value - most - ::log(sum), fabs(value - most) + ::log(sum) + 1});
  return y;
}

std::vector<Expected> softmaxGradOf(const std::vector<double>& gradient, const std::vector<double>& y) {
  Expected sum;
  for (size_t k = 0; k < y.size(); k++) sum.add(gradient[k] * y[k]);
  std::vector<Expected> result;
  for (size_t k = 0; k < y.size(); k++) {
    result.push_back({y[k] * (gradient[k] - sum.value), y[k] * (fabs(gradient[k]) + sum.magnitude)});
  }
  return result;
}

std::vector<Expected> logSoftmaxGradOf(const std::vector<double>& gradient, const std::vector<double>& y) {
  Expected sum;
  for (const double value : gradient) sum.add(value);
  std::vector<Expected> result;
  for (size_t k = 0; k < y.size(); k++) {
    const double p = ::exp(y[k]);
    result.push_back({gradient[k] - p * sum.value, fabs(gradient[k]) + p * sum.magnitude});
  }
  return result;
}

float ordinary(RandomNumbers& random) { return random.real(-3, 3); }
float extreme(RandomNumbers& random) {
  switch (random.whole(0, 5)) {
    case 0: return 1e4f;
    case 1: return -1e4f;
    case 2: return random.real(-100, 100);
    default: return random.real(-3, 3);
  }
}
float probability(RandomNumbers& random) { return random.real(0, 1); }
float logProbability(RandomNumbers& random) { return random.real(-20, 0); }

}  // namespace

TEST_CASE("softmax and logSoftmax: every number of channels, logits from -10,000 to 10,000") {
  const ChannelKernel softmax = [](const KernelTable& k, const ChannelGeometry& g, const float* x, const float*,
                                   float* y) { k.softmax->softmax(g, x, y); };
  const ChannelKernel logSoftmax = [](const KernelTable& k, const ChannelGeometry& g, const float* x, const float*,
                                      float* y) { k.softmax->logSoftmax(g, x, y); };
  for (float (*numbers)(RandomNumbers&) : {ordinary, extreme}) {
    expectOverChannels(softmax, softmaxOf, numbers, ordinary);
    expectOverChannels(logSoftmax, logSoftmaxOf, numbers, ordinary);
  }
}

TEST_CASE("gradients of softmax and logSoftmax: every number of channels") {
  expectOverChannels([](const KernelTable& k, const ChannelGeometry& g, const float* gradient, const float* y,
                        float* to) { k.softmax->softmaxGrad(g, gradient, y, to); },
                     softmaxGradOf, ordinary, probability);
  expectOverChannels([](const KernelTable& k, const ChannelGeometry& g, const float* gradient, const float* y,
                        float* to) { k.softmax->logSoftmaxGrad(g, gradient, y, to); },
                     logSoftmaxGradOf, ordinary, logProbability);
}

}  // namespace laminet::testing
