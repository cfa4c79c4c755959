// Runs a kernel part by part, the last part first.
#pragma once
#include "kernels/part.h"

namespace laminet::testing {

// The number of parts changes from call to call: instruction sets that must give the same bits do so in different
// numbers of parts.
template <class Run>
void inParts(const Run& run) {
  constexpr int32_t kCounts[] = {1, 2, 3, 5, 8};
  static int next = 0;
  const int32_t count = kCounts[next++ % 5];
  for (int32_t index = count - 1; index >= 0; index--) run(Part{index, count});
}

}  // namespace laminet::testing
