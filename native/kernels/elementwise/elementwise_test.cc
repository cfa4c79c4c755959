// Functions of single elements: values and gradients at ordinary and awkward numbers against formulas in double
// precision, in place and not, and values that are known to the bit.
#include "kernels/elementwise/elementwise.h"

#include <doctest/doctest.h>
#include <float.h>
#include <math.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/exact_functions.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/special_values.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

using Numbers = std::vector<float>;

// What was written on memory of its own; over the first operand it must be the same.
template <class Kernel>
Numbers runTwice(const Numbers& first, const Kernel& kernel) {
  const Input<float> input(first);
  const auto count = static_cast<int64_t>(first.size());
  Output<float> apart(count);
  kernel(count, input.data(), apart.data());
  Output<float> inPlace(count);
  memcpy(inPlace.data(), first.data(), inPlace.bytes());
  kernel(count, inPlace.data(), inPlace.data());
  if (!sameBits(apart.values(), inPlace.values())) FAIL_CHECK("in place differs");
  return apart.values();
}

// Ordinary numbers of all sizes, and everything that is not.
Numbers awkwardNumbers() {
  Numbers values = {0.0f,   -0.0f,   NAN,     -NAN,     INFINITY, -INFINITY, FLT_MIN, -FLT_MIN, 1e-45f, -1e-45f,
                    1e-40f, -1e-40f, FLT_MAX, -FLT_MAX, 1e30f,    -1e30f,    88.7f,   -88.7f,   104.0f, -104.0f,
                    0.625f, -0.625f, 9.01f,   -9.01f,   3.0f,     -3.0f,     6.0f,    20.0f,    -14.4f, -10.9f};
  RandomNumbers random(3);
  for (const float size : {1e-6f, 0.1f, 1.0f, 10.0f, 100.0f}) {
    for (int i = 0; i < 50; i++) values.push_back(random.real(-size, size));
  }
  values.resize((values.size() + kSliceSamples - 1) / kSliceSamples * kSliceSamples);
  return values;
}

double phi(double x) { return ::exp(-x * x / 2) / sqrt(2 * M_PI); }

// A product as an exact value: its error grows with the sum of the magnitudes that went into it.
Expected scaled(double gradient, double slope, double magnitude) {
  return {gradient * slope, fabs(gradient) * magnitude};
}

Expected tanhGrad(double g, double y) { return scaled(g, 1 - y * y, 1 + y * y); }
Expected sigmoidGrad(double g, double y) { return scaled(g, y * (1 - y), y); }
Expected reluGrad(double g, double y) { return {y > 0 ? g : 0, 0}; }

Expected scaledTanhGrad(double g, double y) {
  const double t = y / static_cast<double>(kScaledTanh.first);
  const double slope = static_cast<double>(kScaledTanh.first) * static_cast<double>(kScaledTanh.second);
  return scaled(g, slope * (1 - t * t), slope * (1 + t * t));
}

Expected leakyReluGrad(double g, double y) {
  const double slope = y > 0 ? 1 : static_cast<double>(kLeakyRelu.first);
  return scaled(g, slope, slope);
}

Expected seluGrad(double g, double y) {
  const double slope = y > 0 ? static_cast<double>(kSelu.first) : y + static_cast<double>(kSelu.second);
  return scaled(g, slope, slope);
}

Expected hardtanhGrad(double g, double y) { return {-1 < y && y < 1 ? g : 0, 0}; }
Expected hardsigmoidGrad(double g, double y) { return scaled(g, 0 < y && y < 1 ? 1 / 6.0 : 0, 1); }

Expected hardswishGrad(double g, double x) {
  return x > 3 ? Expected{g, 0} : x < -3 ? Expected{0, 0} : scaled(g, x / 3 + 0.5, fabs(x) / 3 + 0.5);
}

Expected siluGrad(double g, double x) {
  const double s = exactSigmoid(x);
  return scaled(g, s + x * s * (1 - s), s + fabs(x) * s * (1 - s));
}

Expected mishGrad(double g, double x) {
  const double t = ::tanh(::log1p(::exp(x)));
  const double rest = (1 - t * t) * exactSigmoid(x);
  return scaled(g, t + x * rest, t + fabs(x) * rest);
}

Expected geluGrad(double g, double x) {
  return scaled(g, exactNormal(x) + x * phi(x), exactNormal(x) + fabs(x) * phi(x));
}

// The error of w is magnified by its size.
Expected geluTanhGrad(double g, double x) {
  const double w = 2 * sqrt(M_2_PI) * (x + 0.044715 * x * x * x);
  const double s = exactSigmoid(w);
  const double rest = 2 * sqrt(M_2_PI) * (x + 3 * 0.044715 * x * x * x) * s * (1 - s);
  return scaled(g, s + rest, (s + fabs(rest)) * (1 + fabs(w)));
}

Expected softplusGrad(double g, double x) {
  return x > 20 ? Expected{g, 0} : scaled(g, exactSigmoid(x), exactSigmoid(x));
}
Expected softsignGrad(double g, double y) { return scaled(g, (1 - fabs(y)) * (1 - fabs(y)), 1 - fabs(y)); }

struct Gradient {
  const char* name;
  ElementFunction ElementwiseKernels::*function;
  ElementConstants constants;
  // From the gradient that comes in, and the function's value or argument.
  Expected (*exact)(double gradient, double v);
  // The range of these.
  float least, most;
};

constexpr Gradient kGradients[] = {
    {"tanh", &ElementwiseKernels::tanh, kNoConstants, tanhGrad, -1, 1},
    {"sigmoid", &ElementwiseKernels::sigmoid, kNoConstants, sigmoidGrad, 0, 1},
    {"relu", &ElementwiseKernels::relu, kNoConstants, reluGrad, 0, 5},
    {"scaledTanh", &ElementwiseKernels::scaledTanh, kScaledTanh, scaledTanhGrad, -1.7159f, 1.7159f},
    {"leakyRelu", &ElementwiseKernels::leakyRelu, kLeakyRelu, leakyReluGrad, -5, 5},
    {"selu", &ElementwiseKernels::elu, kSelu, seluGrad, -1.7580993408473766f, 5},
    {"hardtanh", &ElementwiseKernels::hardtanh, kHardtanh, hardtanhGrad, -1, 1},
    {"hardsigmoid", &ElementwiseKernels::hardsigmoid, kNoConstants, hardsigmoidGrad, 0, 1},
    {"hardswish", &ElementwiseKernels::hardswish, kNoConstants, hardswishGrad, -5, 5},
    {"silu", &ElementwiseKernels::silu, kNoConstants, siluGrad, -30, 30},
    {"mish", &ElementwiseKernels::mish, kNoConstants, mishGrad, -20, 10},
    {"gelu", &ElementwiseKernels::gelu, kNoConstants, geluGrad, -12, 8},
    {"geluTanh", &ElementwiseKernels::geluTanh, kNoConstants, geluTanhGrad, -9, 8},
    {"softplus", &ElementwiseKernels::softplus, kSoftplus, softplusGrad, -30, 30},
    {"softsign", &ElementwiseKernels::softsign, kNoConstants, softsignGrad, -1, 1},
};

void expectGradient(const Gradient& gradient) {
  INFO(std::string(gradient.name));
  for (int64_t count = kSliceSamples; count <= 20 * kSliceSamples; count += kSliceSamples) {
    RandomNumbers random(static_cast<uint64_t>(count));
    Numbers incoming = randomReals(random, count, -3, 3);
    Numbers values = randomReals(random, count, gradient.least, gradient.most);
    values[0] = 0;
    values[1] = gradient.most;
    values[2] = -0.0f;
    values[3] = gradient.least;
    incoming[4] = 0;
    incoming[5] = NAN;
    values[5] = gradient.most / 3;
    incoming[6] = 1e-42f;
    std::vector<Expected> expected;
    for (int64_t i = 0; i < count; i++) expected.push_back(gradient.exact(incoming[i], values[i]));
    const Input<float> second(values);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const ElementFunction& function = kernels.elementwise->*gradient.function;
      Numbers bits = runTwice(incoming, [&](int64_t size, const float* g, float* to) {
        function.gradient(gradient.constants, size, g, second.data(), to);
      });
      expectClose("gradient", bits, expected, elementwise());
      return bits;
    });
  }
}

// At minus infinity, where the tails have just become 0, and where they are not yet: -0 is the limit from below.
using Special = std::vector<std::pair<float, float>>;

const Special kVanishing = {{-INFINITY, -0.0f}, {INFINITY, INFINITY}, {NAN, NAN},        {-NAN, NAN},   {0.0f, 0.0f},
                            {-0.0f, -0.0f},     {FLT_MAX, FLT_MAX},   {-FLT_MAX, -0.0f}, {50.0f, 50.0f}};

}  // namespace

TEST_CASE("elementwise functions: ordinary and awkward numbers, in place and not") {
  const Numbers values = awkwardNumbers();
  for (const ExactFunction& function : kExactFunctions) {
    for (size_t count = kSliceSamples; count <= values.size(); count += kSliceSamples) {
      const Numbers x(values.begin(), values.begin() + static_cast<int64_t>(count));
      onEverySet([&](const KernelTable&, InstructionSet set) {
        Numbers y =
            runTwice(x, [&](int64_t size, const float* from, float* to) { function.vectorized(set, size, from, to); });
        for (size_t i = 0; i < count; i++) {
          if (ulpsApart(y[i], function.exact(x[i])) <= function.bound.on(set)) continue;
          FAIL_CHECK(std::string(function.name) << "(" << x[i] << ") is " << y[i]);
        }
        return y;
      });
    }
  }
}

TEST_CASE("gradients of elementwise functions") {
  for (const Gradient& gradient : kGradients) expectGradient(gradient);
}

TEST_CASE("functions that vanish below 0: special values") {
  expectSpecial(elementFunction<&ElementwiseKernels::silu>, kVanishing);
  expectSpecial(elementFunction<&ElementwiseKernels::mish>, kVanishing);
  expectSpecial(elementFunction<&ElementwiseKernels::gelu>, kVanishing);
  expectSpecial(elementFunction<&ElementwiseKernels::geluTanh>, kVanishing);
  expectSpecial(elementFunction<&ElementwiseKernels::hardswish>, kVanishing);
}

TEST_CASE("the smallest results of gelu, silu and mish are not lost") {
  const auto smallest = [](Vectorized function, float x) {
    onEverySet([&](const KernelTable&, InstructionSet set) {
      const Numbers y = apply(set, function, Numbers(kSliceSamples, x));
      CHECK(y[0] < 0);
      CHECK(y[0] > -1e-43f);
      return y;
    });
  };
  smallest(elementFunction<&ElementwiseKernels::gelu>, -14.3f);
  smallest(elementFunction<&ElementwiseKernels::silu>, -107.5f);
  smallest(elementFunction<&ElementwiseKernels::mish>, -107.5f);
}

TEST_CASE("rectifiers and units that saturate: special values") {
  expectSpecial(elementFunction<&ElementwiseKernels::relu>, {{-INFINITY, 0.0f}, {INFINITY, INFINITY}, {NAN, NAN}});
  expectSpecial(elementFunction<&ElementwiseKernels::leakyRelu, kLeakyRelu>,
                {{-INFINITY, -INFINITY}, {INFINITY, INFINITY}, {NAN, NAN}, {0.0f, 0.0f}, {-0.0f, -0.0f}});
  expectSpecial(elementFunction<&ElementwiseKernels::elu, kElu>, {{-INFINITY, -1.0f},
                                                                  {INFINITY, INFINITY},
                                                                  {NAN, NAN},
                                                                  {-NAN, NAN},
                                                                  {-0.0f, -0.0f},
                                                                  {-1e-45f, -1e-45f},
                                                                  {-1e-30f, -1e-30f},
                                                                  {-50.0f, -1.0f},
                                                                  {1e-45f, 1e-45f}});
  expectSpecial(elementFunction<&ElementwiseKernels::hardtanh, kHardtanh>,
                {{-INFINITY, -1.0f}, {INFINITY, 1.0f}, {NAN, NAN}, {-0.0f, -0.0f}});
  expectSpecial(elementFunction<&ElementwiseKernels::hardsigmoid>,
                {{-INFINITY, 0.0f}, {INFINITY, 1.0f}, {NAN, NAN}, {3.0f, 1.0f}, {-3.0f, 0.0f}, {0.0f, 0.5f}});
  expectSpecial(elementFunction<&ElementwiseKernels::scaledTanh, kScaledTanh>,
                {{-INFINITY, -1.7159f}, {INFINITY, 1.7159f}, {NAN, NAN}, {-0.0f, -0.0f}});
  expectSpecial(elementFunction<&ElementwiseKernels::softsign>,
                {{-INFINITY, -1.0f}, {INFINITY, 1.0f}, {NAN, NAN}, {-0.0f, -0.0f}, {FLT_MAX, 1.0f}, {1e-45f, 1e-45f}});
  expectSpecial(elementFunction<&ElementwiseKernels::softplus, kSoftplus>,
                {{-INFINITY, 0.0f}, {INFINITY, INFINITY}, {NAN, NAN}, {-NAN, NAN}, {21.0f, 21.0f}, {-3e38f, 0.0f}});
}

TEST_CASE("softplus: the sharper the less it is rounded, and beyond its threshold it is x") {
  constexpr static ElementConstants sharp = {4, 2};
  expectSpecial(elementFunction<&ElementwiseKernels::softplus, sharp>, {{0.53125f, 0.53125f}, {1e30f, 1e30f}});
  RandomNumbers random(4);
  const Numbers x = randomReals(random, 64, -20, 0.5f);
  onEverySet([&](const KernelTable&, InstructionSet set) {
    const Numbers y = apply(set, elementFunction<&ElementwiseKernels::softplus, sharp>, x);
    std::vector<Expected> expected;
    for (const float value : x) {
      const double exact = ::log1p(::exp(4 * static_cast<double>(value))) / 4;
      expected.push_back({exact, exact});
    }
    expectClose("softplus", y, expected, elementwise());
    return y;
  });
}

}  // namespace laminet::testing
