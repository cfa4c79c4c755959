// Memory for the operands of a kernel under test: as long as the operand and not a byte longer, on no other alignment
// than the element's own, and between guard zones whose bytes must not change. The guards are NaNs, so that reading
// them spoils a result; under AddressSanitizer they cannot even be read.
#pragma once
#include <doctest/doctest.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace laminet::testing {

template <class T>
class GuardedBuffer {
 public:
  explicit GuardedBuffer(int64_t count) : count_(static_cast<size_t>(count)) {
    const size_t size = (kBefore + bytes() + 2 * kLine) / kLine * kLine;
    memory_ = static_cast<unsigned char*>(aligned_alloc(kLine, size));
    REQUIRE(memory_ != nullptr);
    memset(memory_, kGuard, kBefore + bytes() + kAfter);
    shut();
  }
  ~GuardedBuffer() {
    if (!guardsAreIntact()) FAIL_CHECK("bytes were written beside a buffer");
    free(memory_);
  }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() { return reinterpret_cast<T*>(memory_ + kBefore); }
  const T* data() const { return reinterpret_cast<const T*>(memory_ + kBefore); }
  size_t bytes() const { return count_ * sizeof(T); }
  std::vector<T> values() const { return std::vector<T>(data(), data() + count_); }

 private:
  static constexpr size_t kLine = 64;
  static constexpr size_t kBefore = kLine + sizeof(T);
  static constexpr size_t kAfter = kLine;
  static constexpr int kGuard = 0xff;

  void shut() {
#if defined(__SANITIZE_ADDRESS__)
    // Up to the last whole 8 bytes before the data: the sanitizer cannot tell less apart.
    ASAN_POISON_MEMORY_REGION(memory_, kLine);
    ASAN_POISON_MEMORY_REGION(memory_ + kBefore + bytes(), kAfter);
#endif
  }

  bool guardsAreIntact() {
#if defined(__SANITIZE_ADDRESS__)
    ASAN_UNPOISON_MEMORY_REGION(memory_, kLine);
    ASAN_UNPOISON_MEMORY_REGION(memory_ + kBefore + bytes(), kAfter);
#endif
    for (size_t i = 0; i < kBefore; i++) {
      if (memory_[i] != kGuard) return false;
    }
    for (size_t i = 0; i < kAfter; i++) {
      if (memory_[kBefore + bytes() + i] != kGuard) return false;
    }
    return true;
  }

  const size_t count_;
  unsigned char* memory_;
};

// What a kernel writes. Before that it holds NaN (or 255), which shows wherever the kernel leaves something out.
template <class T>
using Output = GuardedBuffer<T>;

// What a kernel reads, and must not change.
template <class T>
class Input {
 public:
  explicit Input(const std::vector<T>& values) : values_(values), buffer_(static_cast<int64_t>(values.size())) {
    if (!values.empty()) memcpy(buffer_.data(), values.data(), buffer_.bytes());
  }
  ~Input() {
    if (!values_.empty() && memcmp(buffer_.data(), values_.data(), buffer_.bytes()) != 0) {
      FAIL_CHECK("a kernel wrote to its input");
    }
  }
  const T* data() const { return buffer_.data(); }

 private:
  const std::vector<T> values_;
  GuardedBuffer<T> buffer_;
};

}  // namespace laminet::testing
