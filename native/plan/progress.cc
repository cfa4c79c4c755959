// What a run tells of itself: that it goes on, and where its time goes.
#include <time.h>

#include "plan/clock.h"
#include "plan/plan.h"

namespace laminet {
namespace {

constexpr double kReportSeconds = 0.05;

}  // namespace

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Called by thread 0 after each step.
void Plan::reportProgress() {
  if (!progress_) return;
  const double time = now();
  if (time - lastReport_ < kReportSeconds) return;
  lastReport_ = time;
  progress_();
}

// Called when all threads are done.
void Plan::addUpProfile() {
  if (!buffers_.profile) return;
  for (const auto& profile : profiles_) {
    for (size_t i = 0; i < profile.size(); i++) buffers_.profile[i] += profile[i];
  }
}

}  // namespace laminet
