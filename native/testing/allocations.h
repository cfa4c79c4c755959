// Counts what the test program takes from the heap.
#pragma once
#include <stdint.h>

namespace laminet::testing {

// Allocations so far, by all threads: with new, and with malloc and its like from code that is linked into the program.
int64_t allocationCount();

}  // namespace laminet::testing
