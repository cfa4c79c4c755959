// Whole training runs in C++: the same bits for any number of threads, stopping, and starting again at once.
// ThreadSanitizer can watch these, which it cannot inside Node.
#include "plan/plan.h"

#include <doctest/doctest.h>
#include <math.h>
#include <sched.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "testing/instruction_sets.h"
#include "testing/program_writer.h"
#include "testing/run_memory.h"

namespace laminet::testing {
namespace {

constexpr int64_t kSamples = 50;

std::unique_ptr<Plan> planOf(const std::vector<double>& numbers, int threads, InstructionSet set) {
  std::unique_ptr<Plan> plan;
  int32_t where = -1;
  REQUIRE(Plan::create(numbers.data(), numbers.size(), threads, set, &plan, &where) == Status::ok);
  return plan;
}

std::unique_ptr<RunMemory> memoryOf(const Plan& plan, int64_t orderLength) {
  return makeRunMemory(plan.program(), kSamples, orderLength, kSmallClasses, 11);
}

// Told by a plan's thread, awaited by the test's.
class Event {
 public:
  void happen() {
    std::lock_guard<std::mutex> lock(mutex_);
    times_++;
    told_.notify_all();
  }
  void wait(int times) {
    std::unique_lock<std::mutex> lock(mutex_);
    told_.wait(lock, [&] { return times_ >= times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  int times_ = 0;
};

std::vector<float> everything(const RunMemory& memory) {
  std::vector<float> all = memory.parameters;
  append(all, memory.gradients);
  for (const std::vector<float>& result : memory.results) append(all, result);
  for (const double loss : memory.losses) all.push_back(static_cast<float>(loss));
  for (const double correct : memory.correct) all.push_back(static_cast<float>(correct));
  for (const double penalty : memory.penalties) all.push_back(static_cast<float>(penalty));
  append(all, memory.state);
  return all;
}

using WriteProgram = std::vector<double> (*)(int32_t batchSize);

std::vector<float> train(WriteProgram write, int32_t batchSize, int64_t orderLength, int threads, InstructionSet set,
                         bool here) {
  const std::vector<double> numbers = write(batchSize);
  const std::unique_ptr<Plan> plan = planOf(numbers, threads, set);
  const auto memory = memoryOf(*plan, orderLength);
  if (here) {
    REQUIRE(plan->runHere(memory->buffers) == Status::ok);
  } else {
    Event finished;
    REQUIRE(plan->start(memory->buffers, nullptr, [&] { finished.happen(); }) == Status::ok);
    finished.wait(1);
  }
  CHECK(plan->outcome() == Outcome::done);
  CHECK(plan->finishedSteps() == (orderLength + batchSize - 1) / batchSize);
  return everything(*memory);
}

}  // namespace

TEST_CASE("plan: the same bits for any number of threads, on its own or the caller's, and for AVX2 and AVX-512") {
  for (const WriteProgram write : {smallTrainingProgram, joinedTrainingProgram, ruledTrainingProgram}) {
    for (const int32_t batchSize : {1, 5, 16, 17, 64, 100, 1100}) {
      INFO("batch size ", batchSize);
      const int64_t orderLength = batchSize * 3 + batchSize / 2;
      onEverySet([&](const KernelTable&, InstructionSet set) {
        const std::vector<float> expected = train(write, batchSize, orderLength, 1, set, true);
        for (const int threads : {1, 2, 3, 4, 8}) {
          INFO(threads, " threads");
          CHECK(sameBits(train(write, batchSize, orderLength, threads, set, true), expected));
          CHECK(sameBits(train(write, batchSize, orderLength, threads, set, false), expected));
        }
        return expected;
      });
    }
  }
}

TEST_CASE("plan: training lowers the loss") {
  const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(10), 2, bestInstructionSet());
  const auto memory = makeRunMemory(plan->program(), 10, 10000, kSmallClasses, 3);
  for (size_t i = 0; i < memory->order.size(); i++) memory->order[i] = static_cast<uint32_t>(i % 10);
  REQUIRE(plan->runHere(memory->buffers) == Status::ok);
  CHECK(memory->losses.back() < memory->losses.front() / 2);
}

TEST_CASE("plan: one that has just finished can be started at once, hundreds of times") {
  for (const int threads : {1, 2, 4, 8}) {
    INFO(threads, " threads");
    const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(64), threads, bestInstructionSet());
    const auto memory = memoryOf(*plan, 64);
    Event finished;
    for (int run = 1; run <= 300; run++) {
      REQUIRE(plan->start(memory->buffers, nullptr, [&] { finished.happen(); }) == Status::ok);
      finished.wait(run);
      CHECK(plan->finishedSteps() == 1);
    }
  }
}

TEST_CASE("plan: a second run while one is under way is refused") {
  const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(64), 2, bestInstructionSet());
  const auto memory = memoryOf(*plan, 64 * 2000);
  Event finished;
  REQUIRE(plan->start(memory->buffers, nullptr, [&] { finished.happen(); }) == Status::ok);
  const auto other = memoryOf(*plan, 64);
  CHECK(plan->start(other->buffers, nullptr, [] {}) == Status::busy);
  CHECK(plan->runHere(other->buffers) == Status::busy);
  plan->stopAndWait();
  finished.wait(1);
  CHECK(plan->outcome() == Outcome::stopped);
  CHECK(plan->finishedSteps() < 2000);
  CHECK(!plan->isRunning());
}

TEST_CASE("plan: the caller's flag ends a run after the step under way, with that step's gradients") {
  constexpr int64_t kSteps = 20000;
  for (const int threads : {1, 3}) {
    INFO(threads, " threads");
    const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(16), threads, bestInstructionSet());
    const auto memory = memoryOf(*plan, 16 * kSteps);
    Event finished;
    REQUIRE(plan->start(memory->buffers, nullptr, [&] { finished.happen(); }) == Status::ok);
    while (__atomic_load_n(&memory->control[1], __ATOMIC_RELAXED) < 2) sched_yield();
    __atomic_store_n(&memory->control[0], 1, __ATOMIC_RELAXED);
    finished.wait(1);
    REQUIRE(plan->outcome() == Outcome::stopped);
    const int64_t steps = plan->finishedSteps();
    CHECK(steps >= 2);
    CHECK(steps < kSteps);
    CHECK(memory->control[1] == steps);
    // The same as a run of so many steps that nobody stopped.
    const auto whole = memoryOf(*plan, 16 * kSteps);
    whole->buffers.orderLength = 16 * steps;
    REQUIRE(plan->runHere(whole->buffers) == Status::ok);
    CHECK(plan->outcome() == Outcome::done);
    CHECK(sameBits(memory->parameters, whole->parameters));
    CHECK(sameBits(memory->gradients, whole->gradients));
  }
}

TEST_CASE("plan: with the flag set beforehand, no step is made") {
  const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(16), 3, bestInstructionSet());
  const auto memory = memoryOf(*plan, 16 * 5);
  memory->control[0] = 1;
  const std::vector<float> before = memory->parameters;
  REQUIRE(plan->runHere(memory->buffers) == Status::ok);
  CHECK(plan->outcome() == Outcome::stopped);
  CHECK(plan->finishedSteps() == 0);
  CHECK(sameBits(memory->parameters, before));
}

TEST_CASE("plan: a loss that is not finite ends the run before the update") {
  const std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(16), 3, bestInstructionSet());
  const auto memory = memoryOf(*plan, 16 * 5);
  memory->parameters[0] = NAN;
  const std::vector<float> before = memory->parameters;
  REQUIRE(plan->runHere(memory->buffers) == Status::ok);
  CHECK(plan->outcome() == Outcome::diverged);
  CHECK(plan->finishedSteps() == 0);
  CHECK(sameBits(memory->parameters, before));
}

TEST_CASE("plan: disposing of a running one waits for its threads") {
  for (int round = 0; round < 50; round++) {
    std::unique_ptr<Plan> plan = planOf(smallTrainingProgram(64), 1 + round % 4, bestInstructionSet());
    const auto memory = memoryOf(*plan, 64 * 3000);
    Event finished;
    REQUIRE(plan->start(
                memory->buffers, [] {}, [&] { finished.happen(); }) == Status::ok);
    plan->requestStop();
    plan.reset();
    finished.wait(1);
  }
}

TEST_CASE("plan: an instruction set that the machine lacks is refused") {
  const std::vector<double> numbers = smallTrainingProgram(4);
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (isAvailable(set)) continue;
    std::unique_ptr<Plan> plan;
    int32_t where = 0;
    CHECK(Plan::create(numbers.data(), numbers.size(), 1, set, &plan, &where) == Status::noInstructionSet);
  }
}

}  // namespace laminet::testing
