// The vector functions against the standard library's in double precision, over all magnitudes of floats.
#include <doctest/doctest.h>
#include <math.h>
#include <string.h>

#include <vector>

#include "testing/exact_functions.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/special_values.h"

namespace laminet::testing {
namespace {

// Every 4093rd of the 2^32 bit patterns: a prime, so that the low bits vary as well. A multiple of 16 of them.
std::vector<float> sweep() {
  std::vector<float> values;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 4093) {
    const auto word = static_cast<uint32_t>(bits);
    float value;
    memcpy(&value, &word, sizeof value);
    values.push_back(value);
  }
  values.resize(values.size() / kSliceSamples * kSliceSamples);
  return values;
}

void expectAccurate(const ExactFunction& function) {
  const std::vector<float> values = sweep();
  std::vector<double> expected;
  for (const float value : values) expected.push_back(function.exact(static_cast<double>(value)));
  onEverySet([&](const KernelTable&, InstructionSet set) {
    const std::vector<float> actual = apply(set, function.vectorized, values);
    double worst = 0;
    float where = 0;
    for (size_t i = 0; i < values.size(); i++) {
      const double ulps = ulpsApart(actual[i], expected[i]);
      if (ulps > worst) {
        worst = ulps;
        where = values[i];
      }
    }
    INFO(std::string(function.name), " is worst at ", where);
    CHECK(worst <= function.bound.on(set));
    return actual;
  });
}

}  // namespace

TEST_CASE("vector functions: no worse than measured over all floats") {
  for (const ExactFunction& function : kExactFunctions) expectAccurate(function);
}

TEST_CASE("exp: special values") {
  expectSpecial(vectorFunction<&VectorFunctions::exp>, {{-kInfinity, 0.0f},
                                                        {kInfinity, kInfinity},
                                                        {kNan, kNan},
                                                        {-kNan, kNan},
                                                        {0.0f, 1.0f},
                                                        {-0.0f, 1.0f},
                                                        {1e-40f, 1.0f},
                                                        {-3e38f, 0.0f},
                                                        {3e38f, kInfinity},
                                                        {88.8f, kInfinity},
                                                        {-104.0f, 0.0f}});
}

TEST_CASE("log: special values") {
  expectSpecial(vectorFunction<&VectorFunctions::log>, {{0.0f, -kInfinity},
                                                        {-0.0f, -kInfinity},
                                                        {kInfinity, kInfinity},
                                                        {-kInfinity, kNan},
                                                        {-1.0f, kNan},
                                                        {-1e-40f, kNan},
                                                        {kNan, kNan},
                                                        {1.0f, 0.0f}});
}

TEST_CASE("tanh: special values") {
  expectSpecial(elementFunction<&ElementwiseKernels::tanh>, {{kInfinity, 1.0f},
                                                             {-kInfinity, -1.0f},
                                                             {kNan, kNan},
                                                             {-kNan, kNan},
                                                             {0.0f, 0.0f},
                                                             {-0.0f, -0.0f},
                                                             {1e-45f, 1e-45f},
                                                             {-1e-45f, -1e-45f},
                                                             {50.0f, 1.0f},
                                                             {-3e38f, -1.0f}});
}

TEST_CASE("sigmoid: special values") {
  expectSpecial(elementFunction<&ElementwiseKernels::sigmoid>, {{kInfinity, 1.0f},
                                                                {-kInfinity, 0.0f},
                                                                {kNan, kNan},
                                                                {-kNan, kNan},
                                                                {0.0f, 0.5f},
                                                                {-0.0f, 0.5f},
                                                                {3e38f, 1.0f},
                                                                {-3e38f, 0.0f}});
}

TEST_CASE("tanh is odd, and never beyond 1") {
  std::vector<float> values = sweep();
  onEverySet([&](const KernelTable&, InstructionSet set) {
    std::vector<float> negated = values;
    for (float& value : negated) value = -value;
    const std::vector<float> y = apply(set, elementFunction<&ElementwiseKernels::tanh>, values);
    const std::vector<float> z = apply(set, elementFunction<&ElementwiseKernels::tanh>, negated);
    size_t wrong = 0;
    for (size_t i = 0; i < y.size(); i++) {
      if (!isnan(values[i]) && !(y[i] == -z[i] && fabsf(y[i]) <= 1)) wrong++;
    }
    CHECK(wrong == 0);
    return y;
  });
}

TEST_CASE("every byte survives the way to floats and back") {
  std::vector<uint8_t> bytes;
  for (int value = 0; value < 256; value++) bytes.push_back(static_cast<uint8_t>(value));
  const Input<uint8_t> from(bytes);
  onEverySet([&](const KernelTable&, InstructionSet set) {
    const VectorFunctions& functions = vectorFunctionsFor(set);
    Output<float> floats(256);
    Output<uint8_t> back(256);
    functions.loadBytes(256, from.data(), floats.data());
    functions.storeBytes(256, floats.data(), back.data());
    CHECK(back.values() == bytes);
    for (int value = 0; value < 256; value++) CHECK(floats.data()[value] == static_cast<float>(value));
    return floats.values();
  });
}

}  // namespace laminet::testing
