#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>

// A function of the caller's that a native thread waits for: it runs on the event loop.
class Errand {
 public:
  // Called by the waiting thread. `send` asks the event loop to do it; false where it could not, or where it failed.
  bool await(const std::function<bool()>& send) {
    std::unique_lock<std::mutex> lock(mutex_);
    done_ = false;
    if (closed_ || !send()) return false;
    back_.wait(lock, [this] { return done_ || closed_; });
    return done_ && succeeded_;
  }
  void finish(bool succeeded) {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    succeeded_ = succeeded;
    back_.notify_all();
  }
  // The environment ends: nobody will do it any more.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    back_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable back_;
  bool done_ = false;
  bool succeeded_ = false;
  bool closed_ = false;
};
