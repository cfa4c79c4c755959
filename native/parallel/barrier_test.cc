#include "parallel/barrier.h"

#include <doctest/doctest.h>
#include <time.h>

#include <thread>
#include <vector>

namespace laminet::testing {
namespace {

constexpr int kRounds = 2000;

// Every thread writes its own number, waits, and reads everyone's. Plain integers: if the meeting point did not order
// them, ThreadSanitizer would say so.
int mistakesOf(int threads, int rounds, bool late) {
  Barrier barrier(threads);
  std::vector<int> written(static_cast<size_t>(threads), -1);
  std::vector<int> mistakes(static_cast<size_t>(threads), 0);
  std::vector<std::thread> team;
  for (int index = 0; index < threads; index++) {
    team.emplace_back([&, index] {
      for (int round = 0; round < rounds; round++) {
        // Sometimes one comes so late that the others have gone to sleep.
        if (late && round % threads == index) {
          const timespec pause = {0, 300000};
          nanosleep(&pause, nullptr);
        }
        written[index] = round;
        barrier.wait();
        for (const int value : written) mistakes[index] += value != round;
        barrier.wait();
      }
    });
  }
  for (std::thread& thread : team) thread.join();
  int sum = 0;
  for (const int count : mistakes) sum += count;
  return sum;
}

}  // namespace

TEST_CASE("barrier: nobody passes before all have come, for 1 to 8 threads") {
  for (int threads = 1; threads <= 8; threads++) {
    INFO(threads, " threads");
    CHECK(mistakesOf(threads, kRounds / threads, false) == 0);
  }
}

TEST_CASE("barrier: those who have gone to sleep are woken") {
  for (const int threads : {2, 3, 8}) {
    INFO(threads, " threads");
    CHECK(mistakesOf(threads, 100, true) == 0);
  }
}

}  // namespace laminet::testing
