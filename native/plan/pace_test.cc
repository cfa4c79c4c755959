#include "plan/pace.h"

#include <doctest/doctest.h>

#include <vector>

namespace laminet {
namespace {

// Goes through so many steps, which take the team and a thread alone so long, and counts those of the latter.
int64_t stepsAlone(Pace* pace, int64_t steps, double team, double alone) {
  int64_t counted = 0;
  for (int64_t step = 0; step < steps;) {
    const Pace::Span span = pace->next(steps - step);
    CHECK(span.steps >= 1);
    CHECK(span.steps <= steps - step);
    pace->took(span, static_cast<double>(span.steps) * (span.alone ? alone : team));
    if (span.alone) counted += span.steps;
    step += span.steps;
  }
  return counted;
}

TEST_CASE("pace: short steps are done alone where that is faster") {
  Pace pace;
  CHECK(stepsAlone(&pace, 100'000, 60e-6, 36e-6) > 98'500);
}

TEST_CASE("pace: short steps are shared where that is faster, and one in a hundred is tried alone") {
  Pace pace;
  const int64_t alone = stepsAlone(&pace, 100'000, 30e-6, 36e-6);
  CHECK(alone > 0);
  CHECK(alone <= 1000);
}

TEST_CASE("pace: what was faster at first is given up when it is no longer") {
  Pace pace;
  stepsAlone(&pace, 10'000, 30e-6, 36e-6);
  CHECK(stepsAlone(&pace, 100'000, 60e-6, 36e-6) > 98'000);
}

TEST_CASE("pace: long steps are never tried alone") {
  Pace pace;
  CHECK(stepsAlone(&pace, 10'000, 600e-6, 1e-6) == 0);
}

TEST_CASE("pace: what is found out holds for the runs that follow, also where each has a single step") {
  Pace pace;
  int64_t shared = 0;
  int64_t alone = 0;
  for (int run = 0; run < 100'000; run++) shared += stepsAlone(&pace, 1, 30e-6, 36e-6);
  for (int run = 0; run < 100'000; run++) alone += stepsAlone(&pace, 1, 60e-6, 36e-6);
  CHECK(shared > 0);
  CHECK(shared <= 1000);
  CHECK(alone > 98'000);
}

}  // namespace
}  // namespace laminet
