#include <time.h>

#include "plan/plan.h"

namespace laminet {
namespace {

constexpr double kReportSeconds = 0.05;

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

// Called by thread 0 after each step.
void Plan::reportProgress() {
  if (!progress_) return;
  const double time = now();
  if (time - lastReport_ < kReportSeconds) return;
  lastReport_ = time;
  progress_();
}

}  // namespace laminet
