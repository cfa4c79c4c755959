#include "plan/pace.h"

#include <algorithm>

namespace laminet {
namespace {

// Steps of a trial, and steps that go by until the next one: at most one step in a hundred is tried the slower way.
constexpr int64_t kTrial = 8;
constexpr int64_t kSteps = 800;
// Seconds of a step of the team from which on meetings do not count.
constexpr double kLong = 500e-6;

}  // namespace

Pace::Span Pace::next(int64_t left) {
  switch (phase_) {
    case Phase::tryTeam: return {std::min(left, kTrial), false};
    case Phase::tryAlone: return {std::min(left, kTrial), true};
    default: return {std::min(left, kSteps), alone_};
  }
}

void Pace::took(const Span& span, double seconds) {
  const double step = seconds / static_cast<double>(span.steps);
  switch (phase_) {
    case Phase::tryTeam:
      team_ = step;
      alone_ = false;
      phase_ = step < kLong ? Phase::tryAlone : Phase::goOn;
      return;
    case Phase::tryAlone:
      alone_ = step < team_;
      phase_ = Phase::goOn;
      return;
    default: phase_ = Phase::tryTeam;
  }
}

}  // namespace laminet
