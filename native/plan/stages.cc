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

// Weights that take up more than a quarter of a core's second-level cache of 1 MB, and more than everything else that a
// slice goes through, are read by several slices at once.
constexpr int64_t kMostOwnFloats = 65536;
// Slices that share a block of weights in the kernels.
constexpr int32_t kTogether = 12;
// Tasks a thread: the last ones to finish keep the others waiting.
constexpr int32_t kTasks = 4;

int32_t ceilDiv(int64_t a, int64_t b) { return static_cast<int32_t>((a + b - 1) / b); }

bool goTogether(const Call& call, int32_t slices, int64_t sliceFloats) {
  return slices > 1 && call.sharedFloats > kMostOwnFloats && call.sharedFloats > sliceFloats;
}

Stage together(const Call& call, int32_t slices, int32_t threads) {
  const int32_t wanted = threads == 1 ? 1 : kTasks * threads;
  const int32_t groups = std::min(wanted, ceilDiv(slices, kTogether));
  Stage stage{};
  stage.together = ceilDiv(slices, groups);
  const int64_t most = std::max<int64_t>(1, call.work * stage.together / kLeastWork);
  stage.parts = static_cast<int32_t>(std::min<int64_t>(most, ceilDiv(wanted, groups)));
  return stage;
}

// What a slice goes through, all tensors beside each other.
int64_t floatsOfSlice(const std::vector<Call>& calls) {
  int64_t floats = 0;
  for (const Call& call : calls) {
    for (const int64_t elements : call.outputElements) floats += elements * call.lanes;
  }
  return floats;
}

}  // namespace

std::vector<Stage> divide(const std::vector<Call>& calls, int32_t slices, int32_t threads) {
  const int64_t sliceFloats = floatsOfSlice(calls);
  std::vector<Stage> stages;
  for (int32_t i = 0; i < static_cast<int32_t>(calls.size()); i++) {
    Stage stage{};
    stage.parts = stage.together = 1;
    if (goTogether(calls[i], slices, sliceFloats)) {
      stage = together(calls[i], slices, threads);
    } else if (slices < threads && !calls[i].once && !calls[i].spread) {
      // A call that spreads one sample collects all of its outputs.
      stage.parts = bestParts(slices, threads, calls[i].work / kLeastWork);
    }
    stage.once = calls[i].once;
    stage.callsBack = calls[i].callsBack;
    stage.begin = i;
    const bool joins = !stages.empty() && stages.back().isPlain() && stage.isPlain() &&
                       stages.back().once == stage.once && stages.back().callsBack == stage.callsBack &&
                       !calls[i - 1].meets;
    if (!joins) stages.push_back(stage);
    stages.back().end = i + 1;
  }
  return stages;
}

}  // namespace laminet
