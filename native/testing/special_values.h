// Single arguments of a vector function whose results are known to the bit.
#pragma once
#include <doctest/doctest.h>
#include <math.h>

#include <limits>
#include <utility>
#include <vector>

#include "testing/exact_functions.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"

namespace laminet::testing {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

inline std::vector<float> apply(InstructionSet set, Vectorized function, const std::vector<float>& values) {
  const Input<float> x(values);
  Output<float> y(static_cast<int64_t>(values.size()));
  function(set, static_cast<int64_t>(values.size()), x.data(), y.data());
  return y.values();
}

// Exactly, the sign of zero included; NaN stands for any NaN.
inline void expectSpecial(Vectorized function, const std::vector<std::pair<float, float>>& cases) {
  std::vector<float> values(kSliceSamples, 0.5f);
  onEverySet([&](const KernelTable&, InstructionSet set) {
    for (const auto& [x, expected] : cases) {
      // In every lane, beside ordinary numbers.
      for (int lane = 0; lane < kSliceSamples; lane++) {
        values.assign(kSliceSamples, 0.5f);
        values[lane] = x;
        const float actual = apply(set, function, values)[lane];
        const bool same = isnan(expected) ? isnan(actual) : actual == expected && signbit(actual) == signbit(expected);
        if (!same) FAIL_CHECK("f(" << x << ") is " << actual << " instead of " << expected << " in lane " << lane);
      }
    }
    return std::vector<float>();
  });
}

}  // namespace laminet::testing
