// The threads of a plan. They are started by the first run and sleep between runs.
#pragma once
#include <pthread.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace laminet {

class Team {
 public:
  explicit Team(int threads) : size_(threads) {}
  // Waits for the work under way and ends the threads.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Calls work(index) on each of the team's threads and returns at once. Waits for threads that are still on their way
  // out of the work before; must not be called from the work itself. False if the system gives no more threads; then
  // nothing runs.
  bool start(std::function<void(int)> work);

  // Calls work(0) on the calling thread and work(index) on the others; returns when all have returned.
  bool runHere(std::function<void(int)> work);

  // Returns when no work is under way.
  void waitIdle();

 private:
  struct Member {
    Team* team;
    int index;
    pthread_t thread;
  };
  bool begin(std::function<void(int)> work, int first);
  bool startThreads();
  void endThreads();
  void loop(int index);

  const int size_;
  std::vector<std::unique_ptr<Member>> members_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::function<void(int)> work_;
  int first_ = 0;
  int busy_ = 0;
  unsigned round_ = 0;
  bool ended_ = false;
};

}  // namespace laminet
