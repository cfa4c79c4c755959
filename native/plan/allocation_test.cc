// A plan takes memory when it is made and when a run begins; a step takes none, on any number of threads.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "plan/plan.h"
#include "testing/allocations.h"
#include "testing/instruction_sets.h"
#include "testing/program_writer.h"
#include "testing/run_memory.h"

namespace laminet::testing {
namespace {

constexpr int32_t kBatch = 100;
constexpr int64_t kManySteps = 500;

// What is allocated during a run of so many steps that end in half a one.
int64_t allocationsOf(Plan* plan, int64_t steps, bool here) {
  const auto memory = makeRunMemory(plan->program(), 50, steps * kBatch - kBatch / 2, kSmallClasses, 11);
  std::vector<double> profile(plan->profileLength());
  memory->buffers.profile = profile.data();
  std::mutex mutex;
  std::condition_variable told;
  bool finished = false;
  const int64_t before = allocationCount();
  if (here) {
    REQUIRE(plan->runHere(memory->buffers) == Status::ok);
  } else {
    const auto finish = [&] {
      std::lock_guard<std::mutex> lock(mutex);
      finished = true;
      told.notify_all();
    };
    REQUIRE(plan->start(
                memory->buffers, [] {}, finish) == Status::ok);
    std::unique_lock<std::mutex> lock(mutex);
    told.wait(lock, [&] { return finished; });
  }
  const int64_t after = allocationCount();
  CHECK(plan->finishedSteps() == steps);
  return after - before;
}

// Images that are changed in every way as they are gathered.
std::vector<double> augmentedProgram(int32_t batchSize) {
  ProgramWriter w;
  w.purpose = Purpose::predict;
  w.batchSize = batchSize;
  w.sampleElements = 60;
  const int32_t x = w.activation(60);
  w.add(Op::gatherAugmented, {}, {x}, {2, 5, 6, 0, 0, 0, 0, 1, 0, 2, 1, 2, 3, 0.5, 0.5, 0.25, 0.5, 7, 0});
  w.add(Op::scatter, {x}, {}, {60, static_cast<double>(w.result(x))});
  return w.numbers();
}

}  // namespace

TEST_CASE("allocations are counted, those of new and those of C") {
  const int64_t before = allocationCount();
  const auto number = std::make_unique<int>(1);
  const std::vector<double> numbers(100);
  void* bytes = nullptr;
  REQUIRE(posix_memalign(&bytes, 64, 64) == 0);
  free(bytes);
  CHECK(allocationCount() - before == 3);
  CHECK(*number + numbers[0] == 1);
}

TEST_CASE("plan: no step allocates: a run of hundreds of steps takes as much memory as a run of one") {
  for (const auto write : {smallTrainingProgram, ruledTrainingProgram, augmentedProgram}) {
    for (const InstructionSet set : availableSets()) {
      for (const int threads : {1, 2, 3, 8}) {
        INFO(threads, " threads");
        const std::vector<double> numbers = write(kBatch);
        std::unique_ptr<Plan> plan;
        int32_t where = -1;
        REQUIRE(Plan::create(numbers.data(), numbers.size(), threads, set, &plan, &where) == Status::ok);
        for (const bool here : {true, false}) {
          // The first run starts the threads.
          allocationsOf(plan.get(), 1, here);
          CHECK(allocationsOf(plan.get(), kManySteps, here) == allocationsOf(plan.get(), 1, here));
        }
      }
    }
  }
}

}  // namespace laminet::testing
