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

int64_t Pace::stepsOfPhase() const { return phase_ == Phase::goOn ? kSteps : kTrial; }

Pace::Span Pace::next(int64_t left) {
  const bool alone = phase_ == Phase::tryAlone || (phase_ == Phase::goOn && alone_);
  return {std::min(left, stepsOfPhase() - steps_), alone};
}

void Pace::took(const Span& span, double seconds) {
  steps_ += span.steps;
  seconds_ += seconds;
  if (steps_ < stepsOfPhase()) return;
  const double step = seconds_ / static_cast<double>(steps_);
  steps_ = 0;
  seconds_ = 0;
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
