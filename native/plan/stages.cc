#include "plan/stages.h"

#include <algorithm>

namespace laminet {
namespace {

// A part must be worth meeting for: this many vector operations take about a microsecond and a half, a meeting of two
// threads that are awake a third of one.
constexpr int64_t kLeastWork = 5000;

// The number of parts a slice with which all threads have as equal a share as possible: parts of slices go round the
// threads, and the last round may be short of work.
int32_t bestParts(int32_t slices, int32_t threads, int64_t most) {
  int32_t best = 1;
  for (int32_t parts = 2; parts <= std::min<int64_t>(threads, most); parts++) {
    const auto rounds = [&](int32_t count) { return (static_cast<int64_t>(slices) * count + threads - 1) / threads; };
    if (rounds(parts) * best < rounds(best) * parts) best = parts;
  }
  return best;
}

}  // namespace

std::vector<Stage> divide(const std::vector<Call>& calls, int32_t slices, int32_t threads) {
  std::vector<Stage> stages;
  for (int32_t i = 0; i < static_cast<int32_t>(calls.size()); i++) {
    // A call that spreads one sample collects all of its outputs.
    const bool whole = slices >= threads || calls[i].once || calls[i].spread;
    const int32_t parts = whole ? 1 : bestParts(slices, threads, calls[i].work / kLeastWork);
    const bool joins = !stages.empty() && stages.back().parts == 1 && parts == 1 &&
                       stages.back().once == calls[i].once && stages.back().callsBack == calls[i].callsBack &&
                       !calls[i - 1].meets;
    if (!joins) stages.push_back({i, i, parts, calls[i].once, calls[i].callsBack, {}});
    stages.back().end = i + 1;
  }
  return stages;
}

}  // namespace laminet
