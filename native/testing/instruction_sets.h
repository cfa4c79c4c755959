// Runs a test on every instruction set that this machine has.
#pragma once
#include <doctest/doctest.h>
#include <math.h>
#include <string.h>

#include <string>
#include <vector>

#include "cpu/features.h"
#include "plan/plan.h"

namespace laminet::testing {

inline std::vector<InstructionSet> availableSets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : {InstructionSet::sse2, InstructionSet::avx2, InstructionSet::avx512}) {
    if (isAvailable(set)) sets.push_back(set);
  }
  return sets;
}

inline bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

// Whether the set multiplies and adds with one rounding.
inline bool isFused(InstructionSet set) { return set != InstructionSet::sse2; }

// Calls run(kernels, set) on every set. It returns what the kernels computed, which must be the same bit for bit on all
// sets with fused multiplication. Only which NaN it is may differ: it depends on the order of operands, which is the
// compiler's.
template <class Run>
void onEverySet(Run run) {
  std::vector<float> first;
  bool has = false;
  for (const InstructionSet set : availableSets()) {
    const KernelTable& kernels = kernelsFor(set);
    INFO("instruction set ", std::string(kernels.name));
    std::vector<float> bits = run(kernels, set);
    for (float& value : bits) {
      if (value != value) value = NAN;
    }
    if (!isFused(set)) continue;
    if (has && !sameBits(first, bits)) FAIL_CHECK("results differ in their bits from the narrower set's");
    first = bits;
    has = true;
  }
}

inline void append(std::vector<float>& to, const std::vector<float>& values) {
  to.insert(to.end(), values.begin(), values.end());
}

}  // namespace laminet::testing
