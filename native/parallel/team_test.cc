#include "parallel/team.h"

#include <doctest/doctest.h>
#include <time.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace laminet::testing {
namespace {

constexpr int kRounds = 400;

bool eachIs(const std::vector<int>& counts, int expected) {
  for (const int count : counts) {
    if (count != expected) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("team: start calls the work once for each index, round after round") {
  for (int threads = 1; threads <= 8; threads++) {
    INFO(threads, " threads");
    Team team(threads);
    // Not atomic: waitIdle orders them, or ThreadSanitizer would say so.
    std::vector<int> calls(static_cast<size_t>(threads), 0);
    for (int round = 1; round <= kRounds; round++) {
      REQUIRE(team.start([&](int index) { calls[index]++; }));
      team.waitIdle();
      if (!eachIs(calls, round)) FAIL("round " << round);
    }
  }
}

TEST_CASE("team: runHere calls index 0 on the calling thread, and returns when all have") {
  for (int threads = 1; threads <= 8; threads++) {
    INFO(threads, " threads");
    Team team(threads);
    std::vector<int> calls(static_cast<size_t>(threads), 0);
    const std::thread::id here = std::this_thread::get_id();
    for (int round = 1; round <= kRounds; round++) {
      bool right = true;
      REQUIRE(team.runHere([&](int index) {
        calls[index]++;
        if (index == 0) right = std::this_thread::get_id() == here;
      }));
      if (!right || !eachIs(calls, round)) FAIL("round " << round);
    }
  }
}

TEST_CASE("team: start and runHere take turns") {
  for (int threads = 1; threads <= 8; threads++) {
    INFO(threads, " threads");
    Team team(threads);
    std::vector<int> calls(static_cast<size_t>(threads), 0);
    const auto work = [&](int index) { calls[index]++; };
    for (int round = 0; round < kRounds; round++) {
      REQUIRE(team.start(work));
      team.waitIdle();
      REQUIRE(team.runHere(work));
      if (!eachIs(calls, 2 * round + 2)) FAIL("round " << round);
    }
  }
}

TEST_CASE("team: who learns inside the work that it is over may start the next at once") {
  const auto linger = [] {
    const timespec pause = {0, 300000};
    nanosleep(&pause, nullptr);
  };
  for (int threads = 1; threads <= 8; threads++) {
    INFO(threads, " threads");
    Team team(threads);
    std::vector<int> calls(static_cast<size_t>(threads), 0);
    std::atomic<int> left{0};
    std::mutex mutex;
    std::condition_variable told;
    int finished = 0;
    for (int round = 1; round <= 20; round++) {
      left = threads;
      REQUIRE(team.start([&](int index) {
        calls[index]++;
        if (left.fetch_sub(1) != 1) return;
        {
          std::lock_guard<std::mutex> lock(mutex);
          finished++;
          told.notify_all();
        }
        linger();
      }));
      {
        // Not waitIdle: the last thread is still on its way out of the work.
        std::unique_lock<std::mutex> lock(mutex);
        told.wait(lock, [&] { return finished == round; });
      }
      REQUIRE(team.start([&](int index) {
        linger();
        calls[index]++;
      }));
      team.waitIdle();
      if (!eachIs(calls, 2 * round)) FAIL("round " << round);
    }
  }
}

TEST_CASE("team: ending one waits for its work") {
  for (int threads = 1; threads <= 8; threads++) {
    std::atomic<int> calls{0};
    {
      Team team(threads);
      REQUIRE(team.start([&](int) {
        std::this_thread::yield();
        calls++;
      }));
    }
    CHECK(calls == threads);
    // And one that never had any.
    const Team idle(threads);
  }
}

}  // namespace laminet::testing
