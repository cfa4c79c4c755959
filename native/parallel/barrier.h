// A meeting point of a fixed number of threads. Waiting threads spin for a few tens of microseconds, which is how long
// the others usually take, and then sleep: the process's event loop shares these cores.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>

namespace laminet {

class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}

  // Returns when all threads have called it. Everything written before is seen by everyone after.
  void wait();

 private:
  const int threads_;
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> generation_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace laminet
