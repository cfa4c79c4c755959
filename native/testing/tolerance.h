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

// The same sum by Winograd's F(4, 3): an element's errors scale with all the inputs of its tile, of which it may itself
// have few and small ones. They are about three times a plain sum's where there are many, and the transforms add their
// own; see docs/decisions/0011-winograd-in-the-lanes.md.
inline Tolerance winograd(int64_t length) {
  return {"Winograd's sum of " + std::to_string(length), 4 * (4 + sqrt(static_cast<double>(length)))};
}

// Sums over `classes` of exponentials and logarithms, whose arguments were rounded, too; magnitudes count those.
inline Tolerance lossTerms(int64_t classes) {
  return {"loss over " + std::to_string(classes) + " classes", 8 + static_cast<double>(classes)};
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
