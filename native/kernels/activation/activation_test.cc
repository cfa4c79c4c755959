// Activations, softmax and sums over channels against plain loops in double precision, in place and not.
#include "kernels/activation/activation.h"

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

// Ordinary numbers of all sizes, and everything that is not.
Numbers awkwardNumbers() {
  Numbers values = {0.0f,   -0.0f,   NAN,    -NAN,    INFINITY, -INFINITY, FLT_MIN, -FLT_MIN,
                    1e-45f, -1e-45f, 1e-40f, -1e-40f, FLT_MAX,  -FLT_MAX,  1e30f,   -1e30f,
                    88.7f,  -88.7f,  104.0f, -104.0f, 0.625f,   -0.625f,   9.01f,   -9.01f};
  RandomNumbers random(3);
  for (const float size : {1e-6f, 0.1f, 1.0f, 10.0f, 100.0f}) {
    for (int i = 0; i < 50; i++) values.push_back(random.real(-size, size));
  }
  values.resize((values.size() + kSliceSamples - 1) / kSliceSamples * kSliceSamples);
  return values;
}

void expectElementwise(const Kernel& kernel, double (*exact)(double), const UlpBound& bound) {
  const Numbers values = awkwardNumbers();
  for (size_t count = kSliceSamples; count <= values.size(); count += kSliceSamples) {
    const Numbers x(values.begin(), values.begin() + static_cast<int64_t>(count));
    onEverySet([&](const KernelTable& kernels, InstructionSet set) {
      const Numbers y = run(kernels, kernel, x, {});
      for (size_t i = 0; i < count; i++) {
        if (ulpsApart(y[i], exact(x[i])) > bound.on(set)) FAIL_CHECK("f(" << x[i] << ") is " << y[i]);
      }
      return y;
    });
  }
}

double exactRelu(double x) { return x < 0 ? 0 : x; }

// Gradients of the input, as formulas say, from the gradient of the output and the output.
using GradientFormula = Expected (*)(double gradient, double y);

void expectGradient(const Kernel& kernel, GradientFormula formula, float least, float most) {
  for (int64_t count = kSliceSamples; count <= 5 * kSliceSamples; count += kSliceSamples) {
    RandomNumbers random(static_cast<uint64_t>(count));
    Numbers gradients = randomReals(random, count, -3, 3);
    Numbers outputs = randomReals(random, count, least, most);
    outputs[0] = 0;
    outputs[1] = most;
    outputs[2] = -0.0f;
    gradients[3] = 0;
    gradients[4] = NAN;
    gradients[5] = 1e-42f;
    std::vector<Expected> expected;
    for (int64_t i = 0; i < count; i++) expected.push_back(formula(gradients[i], outputs[i]));
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      Numbers bits = run(kernels, kernel, gradients, outputs);
      expectClose("gradient", bits, expected, elementwise());
      return bits;
    });
  }
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

TEST_CASE("tanh, sigmoid and relu: ordinary and awkward numbers") {
  expectElementwise([](const KernelTable& k, int64_t count, const float* x, const float*,
                       float* y) { k.activation->tanh(count, x, y); },
                    ::tanh, kTanhUlps);
  expectElementwise([](const KernelTable& k, int64_t count, const float* x, const float*,
                       float* y) { k.activation->sigmoid(count, x, y); },
                    exactSigmoid, kSigmoidUlps);
  expectElementwise([](const KernelTable& k, int64_t count, const float* x, const float*,
                       float* y) { k.activation->relu(count, x, y); },
                    exactRelu, {0, 0});
}

TEST_CASE("gradients of tanh, sigmoid and relu") {
  expectGradient([](const KernelTable& k, int64_t count, const float* g, const float* y,
                    float* to) { k.activation->tanhGrad(count, g, y, to); },
                 [](double g, double y) -> Expected {
                   return {g * (1 - y * y), fabs(g) * (1 + y * y)};
                 },
                 -1, 1);
  expectGradient([](const KernelTable& k, int64_t count, const float* g, const float* y,
                    float* to) { k.activation->sigmoidGrad(count, g, y, to); },
                 [](double g, double y) -> Expected {
                   return {g * y * (1 - y), fabs(g * y)};
                 },
                 0, 1);
  expectGradient([](const KernelTable& k, int64_t count, const float* g, const float* y,
                    float* to) { k.activation->reluGrad(count, g, y, to); },
                 [](double g, double y) -> Expected {
                   return {y > 0 ? g : 0, 0};
                 },
                 -1, 1);
}

TEST_CASE("softmax and logSoftmax: every number of channels, logits from -10,000 to 10,000") {
  const ChannelKernel softmax = [](const KernelTable& k, const ChannelGeometry& g, const float* x, const float*,
                                   float* y) { k.activation->softmax(g, x, y); };
  const ChannelKernel logSoftmax = [](const KernelTable& k, const ChannelGeometry& g, const float* x, const float*,
                                      float* y) { k.activation->logSoftmax(g, x, y); };
  for (float (*numbers)(RandomNumbers&) : {ordinary, extreme}) {
    expectOverChannels(softmax, softmaxOf, numbers, ordinary);
    expectOverChannels(logSoftmax, logSoftmaxOf, numbers, ordinary);
  }
}

TEST_CASE("gradients of softmax and logSoftmax: every number of channels") {
  expectOverChannels([](const KernelTable& k, const ChannelGeometry& g, const float* gradient, const float* y,
                        float* to) { k.activation->softmaxGrad(g, gradient, y, to); },
                     softmaxGradOf, ordinary, probability);
  expectOverChannels([](const KernelTable& k, const ChannelGeometry& g, const float* gradient, const float* y,
                        float* to) { k.activation->logSoftmaxGrad(g, gradient, y, to); },
                     logSoftmaxGradOf, ordinary, logProbability);
}

TEST_CASE("channelSums: a chain over pixels in each lane, then the tree over lanes") {
  for (int32_t channels = 1; channels <= 9; channels++) {
    for (int32_t pixels = 1; pixels <= 40; pixels++) {
      INFO(channels, " channels, ", pixels, " pixels");
      const ChannelGeometry g = {channels, pixels};
      RandomNumbers random(static_cast<uint64_t>(channels * 64 + pixels));
      const Numbers values = randomReals(random, static_cast<int64_t>(channels) * pixels * kSliceSamples);
      Numbers expected;
      for (int32_t c = 0; c < channels; c++) {
        float lanes[kSliceSamples] = {};
        for (int32_t p = 0; p < pixels; p++) {
          for (int n = 0; n < kSliceSamples; n++) lanes[n] += values[(c * pixels + p) * kSliceSamples + n];
        }
        for (int apart = kSliceSamples / 2; apart >= 1; apart /= 2) {
          for (int n = 0; n < apart; n++) lanes[n] += lanes[n + apart];
        }
        expected.push_back(lanes[0]);
      }
      const Input<float> x(values);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> sums(channels);
        inParts([&](Part part) { kernels.activation->channelSums(g, part, x.data(), sums.data()); });
        CHECK(sameBits(sums.values(), expected));
        return sums.values();
      });
    }
  }
}

}  // namespace laminet::testing
