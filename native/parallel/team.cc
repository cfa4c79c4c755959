#include "parallel/team.h"

#include <utility>

namespace laminet {

Team::~Team() { endThreads(); }

// POSIX threads rather than std::thread, which can only say by an exception that there are no more.
bool Team::startThreads() {
  for (int index = 0; index < size_; index++) {
    auto member = std::make_unique<Member>(Member{this, index, {}});
    const auto entry = [](void* argument) -> void* {
      const Member* self = static_cast<Member*>(argument);
      self->team->loop(self->index);
      return nullptr;
    };
    if (pthread_create(&member->thread, nullptr, entry, member.get()) != 0) {
      endThreads();
      return false;
    }
    members_.push_back(std::move(member));
  }
  return true;
}

void Team::endThreads() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  for (const auto& member : members_) pthread_join(member->thread, nullptr);
  members_.clear();
  ended_ = false;
}

bool Team::start(std::function<void(int)> work) { return begin(std::move(work), 0); }

bool Team::runHere(std::function<void(int)> work) {
  if (size_ > 1 && !begin(work, 1)) return false;
  work(0);
  if (size_ > 1) waitIdle();
  return true;
}

void Team::waitIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return busy_ == 0; });
}

bool Team::begin(std::function<void(int)> work, int first) {
  if (members_.empty() && !startThreads()) return false;
  {
    // Whoever was told of the end by the work itself may be here before the last thread has left that work.
    std::unique_lock<std::mutex> lock(mutex_);
    idle_.wait(lock, [this] { return busy_ == 0; });
    work_ = std::move(work);
    first_ = first;
    busy_ = size_ - first;
    round_++;
  }
  wake_.notify_all();
  return true;
}

void Team::loop(int index) {
  unsigned seen = 0;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return ended_ || round_ != seen; });
      if (round_ == seen) return;
      seen = round_;
      if (index < first_) continue;
    }
    work_(index);
    std::lock_guard<std::mutex> lock(mutex_);
    if (--busy_ == 0) idle_.notify_all();
  }
}

}  // namespace laminet
