// Whether the steps of a run are done by all of its threads or by one. Threads that share a step of some tens of
// microseconds meet after each part of it, and a meeting costs from a third of a microsecond, where two cores share a
// cache, to several, where they do not or have other work: which is faster is found out while training goes on. The
// numbers do not depend on it.
#pragma once
#include <stdint.h>

namespace laminet {

class Pace {
 public:
  // Some steps, one after the other.
  struct Span {
    int64_t steps;
    bool alone;
  };

  // The span that comes next, of at most so many steps.
  Span next(int64_t left);
  // What the span that came last took.
  void took(const Span& span, double seconds);

 private:
  enum class Phase { tryTeam, tryAlone, goOn };
  int64_t stepsOfPhase() const;
  Phase phase_ = Phase::tryTeam;
  // What the phase has come to so far: it may go over several runs.
  int64_t steps_ = 0;
  double seconds_ = 0;
  double team_ = 0;  // seconds a step
  bool alone_ = false;
};

}  // namespace laminet
