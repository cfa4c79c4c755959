// The largest errors of the vector functions over all 2^32 floats, on every instruction set of this machine, in units
// in the last place; and whether the sets with fused multiplication agree in every bit. The C++ tests look at
// every 4093rd float and hold it to the bounds that were found here. Exit code 1 where a bound is exceeded or bits
// differ.
//
//   ulp [threads [function ...]]
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cpu/features.h"
#include "testing/exact_functions.h"

namespace laminet::testing {
namespace {

constexpr int64_t kBlock = 1 << 16;
constexpr int64_t kBlocks = (int64_t{1} << 32) / kBlock;
constexpr const char* kSetNames[kInstructionSets] = {"sse2", "avx2", "avx512"};

struct Worst {
  double ulps = 0;
  float argument = 0;

  void take(double candidate, float x) {
    // In the order of the bit patterns, whichever thread came first.
    if (candidate > ulps || (candidate == ulps && memcmp(&x, &argument, sizeof x) < 0)) *this = {candidate, x};
  }
};

struct Findings {
  Worst worst[kInstructionSets];
  int64_t differentBits = 0;
};

// Which NaN it is may differ.
bool sameFloat(float a, float b) { return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); }

// Takes blocks until there are none left.
void measure(const ExactFunction& function, std::atomic<int64_t>* next, Findings* findings) {
  std::vector<float> x(kBlock);
  std::vector<double> exact(kBlock);
  std::vector<float> results[kInstructionSets];
  for (int64_t block = (*next)++; block < kBlocks; block = (*next)++) {
    for (int64_t i = 0; i < kBlock; i++) {
      const auto bits = static_cast<uint32_t>(block * kBlock + i);
      memcpy(&x[i], &bits, sizeof bits);
      exact[i] = function.exact(static_cast<double>(x[i]));
    }
    for (int set = 0; set < kInstructionSets; set++) {
      if (!isAvailable(static_cast<InstructionSet>(set))) continue;
      std::vector<float>& y = results[set];
      y.resize(kBlock);
      function.vectorized(static_cast<InstructionSet>(set), kBlock, x.data(), y.data());
      for (int64_t i = 0; i < kBlock; i++) findings->worst[set].take(ulpsApart(y[i], exact[i]), x[i]);
    }
    const std::vector<float>& avx2 = results[static_cast<int>(InstructionSet::avx2)];
    const std::vector<float>& avx512 = results[static_cast<int>(InstructionSet::avx512)];
    for (size_t i = 0; i < avx512.size(); i++) findings->differentBits += !sameFloat(avx2[i], avx512[i]);
  }
}

Findings measureAll(const ExactFunction& function, int threads) {
  std::atomic<int64_t> next{0};
  std::vector<Findings> findings(static_cast<size_t>(threads));
  std::vector<std::thread> team;
  for (Findings& own : findings) team.emplace_back([&] { measure(function, &next, &own); });
  for (std::thread& thread : team) thread.join();
  Findings all;
  for (const Findings& own : findings) {
    for (int set = 0; set < kInstructionSets; set++) all.worst[set].take(own.worst[set].ulps, own.worst[set].argument);
    all.differentBits += own.differentBits;
  }
  return all;
}

// The rows of one function; false where it is worse than its bound.
bool report(const ExactFunction& function, const Findings& findings) {
  bool good = findings.differentBits == 0;
  for (int set = 0; set < kInstructionSets; set++) {
    if (!isAvailable(static_cast<InstructionSet>(set))) continue;
    const auto& [ulps, argument] = findings.worst[set];
    const double bound = function.bound.on(static_cast<InstructionSet>(set));
    const bool within = ulps <= bound;
    printf("%-11s  %-6s  %.6f  at %-14.9g %s\n", function.name, kSetNames[set], ulps, static_cast<double>(argument),
           within ? "" : "beyond its bound");
    good = good && within;
  }
  if (isAvailable(InstructionSet::avx512)) {
    printf("%-11s  results that differ between avx2 and avx512: %lld\n", function.name,
           static_cast<long long>(findings.differentBits));
  }
  fflush(stdout);
  return good;
}

}  // namespace
}  // namespace laminet::testing

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::max(1, atoi(arguments[1])) : 2;
  const std::vector<std::string> names(arguments + std::min(count, 2), arguments + count);
  const auto asked = [&](const char* name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  };
  bool good = true;
  for (const auto& function : laminet::testing::kExactFunctions) {
    if (!asked(function.name)) continue;
    good = laminet::testing::report(function, laminet::testing::measureAll(function, threads)) && good;
  }
  return good ? 0 : 1;
}
