#include "testing/allocations.h"

#include <stdlib.h>

#include <atomic>
#include <new>

// The linker hands calls of malloc(), from every object that is linked into the test program, to __wrap_malloc()
// (-Wl,--wrap=malloc), and so on. Shared libraries keep their own, and so do sanitizers.
namespace {

std::atomic<int64_t> count{0};

}  // namespace

extern "C" {
void* __real_malloc(size_t bytes);
void* __real_calloc(size_t items, size_t bytes);
void* __real_realloc(void* old, size_t bytes);
void* __real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void** result, size_t alignment, size_t bytes);

void* __wrap_malloc(size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  return __real_malloc(bytes);
}

void* __wrap_calloc(size_t items, size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  return __real_calloc(items, bytes);
}

void* __wrap_realloc(void* old, size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  return __real_realloc(old, bytes);
}

void* __wrap_aligned_alloc(size_t alignment, size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  return __real_aligned_alloc(alignment, bytes);
}

int __wrap_posix_memalign(void** result, size_t alignment, size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  return __real_posix_memalign(result, alignment, bytes);
}
}

// All forms: sanitizers bring their own of each that is left out, and want memory back from where it came.
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return malloc(bytes == 0 ? 1 : bytes); }
void* operator new(size_t bytes) {
  void* memory = operator new(bytes, std::nothrow);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return operator new(bytes, std::nothrow); }

void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { free(memory); }
void operator delete[](void* memory) noexcept { free(memory); }
void operator delete[](void* memory, size_t) noexcept { free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { free(memory); }

namespace laminet::testing {

int64_t allocationCount() { return count.load(); }

}  // namespace laminet::testing
