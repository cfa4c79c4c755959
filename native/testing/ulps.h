// Errors of the vector functions in units in the last place, and how large they may be.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cpu/features.h"

namespace laminet::testing {

// The largest error of a vector function over all floats, in units in the last place of the exact result: with fused
// multiplication, and without.
struct UlpBound {
  double fused, unfused;

  constexpr double on(InstructionSet set) const { return set == InstructionSet::sse2 ? unfused : fused; }
};

constexpr UlpBound kExact = {0, 0};
constexpr UlpBound kRounded = {0.5, 0.5};

// As simd/ulp.cc measured them over all 2^32, rounded up in the last digit; docs/numerics.md has them as well.
constexpr UlpBound kExpUlps = {1.008566, 0.977479};
constexpr UlpBound kLogUlps = {0.831622, 0.846296};
constexpr UlpBound kTanhUlps = {1.331961, 1.331961};
constexpr UlpBound kSigmoidUlps = {2.401878, 2.401878};

// These as a sweep over every 4093rd float found them, rounded up: docs/numerics.md has the figures. In the far tail of
// geluTanh the rounding of what goes into exp is magnified by as much as that is large.
constexpr UlpBound kScaledTanhUlps = {3, 3};
constexpr UlpBound kEluUlps = {1, 1};
constexpr UlpBound kSeluUlps = {2, 2};
constexpr UlpBound kHardsigmoidUlps = {2, 2};
constexpr UlpBound kHardswishUlps = {3, 3};
constexpr UlpBound kSiluUlps = {3, 3};
constexpr UlpBound kMishUlps = {4.5, 4.5};
constexpr UlpBound kGeluUlps = {8, 10};
constexpr UlpBound kGeluTanhUlps = {160, 185};
constexpr UlpBound kSoftplusUlps = {4.5, 4.5};
constexpr UlpBound kSoftsignUlps = {2, 2};

// The unit in the last place that a float has where `exact` lies. What is too small for a normal float counts in units
// of the smallest one.
inline double unitAt(double exact) {
  constexpr int64_t kLeastExponent = 1023 - 126;
  int64_t bits;
  memcpy(&bits, &exact, sizeof bits);
  const int64_t exponent = (bits >> 52) & 0x7ff;
  bits = ((exponent < kLeastExponent ? kLeastExponent : exponent) - 23) << 52;
  double unit;
  memcpy(&unit, &bits, sizeof unit);
  return unit;
}

// The distance of a float from the exact value, in units in the last place of the latter; 0 where both are NaN, or both
// the same infinity.
inline double ulpsApart(float actual, double exact) {
  if (exact != exact || actual != actual) return exact != exact && actual != actual ? 0 : HUGE_VAL;
  const double infinity = HUGE_VAL;
  if (fabs(static_cast<double>(actual)) == infinity) {
    if (static_cast<float>(exact) == actual) return 0;
    // An overflow by less than a unit counts as one.
    return fabs(copysign(ldexp(1.0, 128), static_cast<double>(actual)) - exact) / unitAt(exact);
  }
  if (fabs(exact) == infinity) return infinity;
  return fabs(static_cast<double>(actual) - exact) / unitAt(exact);
}

}  // namespace laminet::testing
