// How far a kernel's results may be from the double-precision reference: named classes, in units of float epsilon.
#pragma once
#include <doctest/doctest.h>
#include <float.h>
#include <math.h>
#include <stdint.h>

#include <string>
#include <vector>

namespace laminet::testing {

// A reference value, and the sum of the magnitudes of all that was added up to it: what its rounding errors scale with.
struct Expected {
  double value = 0;
  double magnitude = 0;

  void add(double term) {
    value += term;
    magnitude += fabs(term);
  }
};

struct Tolerance {
  std::string name;
  // Of the magnitude, in units of epsilon, 2^-23.
  double units;
};

// Equal; 0 and -0 are, too.
inline Tolerance exactly() { return {"exact", 0}; }

// A handful of roundings one after another.
inline Tolerance elementwise() { return {"elementwise", 8}; }

// A sum of `length` products, every addition rounded: half a unit each at worst, but roundings of either sign add up as
// a random walk does, with the square root of the length.
inline Tolerance reduction(int64_t length) {
  return {"reduction of " + std::to_string(length), 2 + sqrt(static_cast<double>(length))};
}

// Sums over `classes` of exponentials and logarithms, whose arguments were rounded, too; magnitudes count those.
inline Tolerance lossTerms(int64_t classes) {
  return {"loss over " + std::to_string(classes) + " classes", 8 + static_cast<double>(classes)};
}

// Bounds of the vector functions over all floats, in units in the last place of the exact result. A sweep over every
// 251st float found at most 0.97, 0.80, 1.32 and 2.27.
constexpr double kExpUlps = 1.0;
constexpr double kLogUlps = 0.9;
constexpr double kTanhUlps = 1.5;
constexpr double kSigmoidUlps = 2.5;

// The distance of a float from the exact value, in units in the last place of the latter; 0 where both are NaN, or both
// the same infinity.
inline double ulpsApart(float actual, double exact) {
  if (isnan(exact) || isnan(actual)) return isnan(exact) && isnan(actual) ? 0 : HUGE_VAL;
  const auto nearest = static_cast<float>(exact);
  if (actual == nearest) return isinf(nearest) ? 0 : fabs(actual - exact) / ldexp(1.0, fmax(ilogb(exact), -126) - 23);
  if (isinf(exact)) return HUGE_VAL;
  // An overflow by less than a unit counts as one.
  const double value = isinf(actual) ? copysign(ldexp(1.0, 128), actual) : actual;
  const double exponent = exact == 0 ? -126 : fmax(ilogb(exact), -126);
  return fabs(value - exact) / ldexp(1.0, static_cast<int>(exponent) - 23);
}

// The first result that is too far from its reference, in words; empty where all are near enough. NaN and infinities
// must stand in the same places. Results below the smallest normal number may be lost altogether.
inline std::string firstDifference(const std::vector<float>& actual, const std::vector<Expected>& expected,
                                   const Tolerance& tolerance) {
  if (actual.size() != expected.size()) return "sizes differ";
  for (size_t i = 0; i < actual.size(); i++) {
    const double a = actual[i];
    const double e = expected[i].value;
    if (a == e || (isnan(a) && isnan(e))) continue;
    const double bound = tolerance.units * static_cast<double>(FLT_EPSILON) * expected[i].magnitude;
    if (isfinite(a) && isfinite(e) && tolerance.units > 0 && fabs(a - e) <= bound + static_cast<double>(FLT_MIN))
      continue;
    return "at " + std::to_string(i) + ": " + std::to_string(a) + " instead of " + std::to_string(e) + ", apart " +
           std::to_string(fabs(a - e)) + " (" + tolerance.name + ": " + std::to_string(bound) + ")";
  }
  return "";
}

// Fails the test where results are further from their reference than the tolerance allows; `what` is in the message.
inline void expectClose(const char* what, const std::vector<float>& actual, const std::vector<Expected>& expected,
                        const Tolerance& tolerance) {
  const std::string difference = firstDifference(actual, expected, tolerance);
  if (!difference.empty()) FAIL_CHECK(std::string(what) << " " << difference);
}

}  // namespace laminet::testing
