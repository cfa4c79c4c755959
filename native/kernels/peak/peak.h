// The machine's limit: how many multiply-adds a core can do when nothing has to be loaded or stored.
#pragma once
#include <stdint.h>

namespace laminet {

struct PeakKernels {
  // Does `rounds` rounds of independent multiply-adds in registers and returns how many floating-point operations that
  // was.
  int64_t (*multiplyAdd)(int64_t rounds);
};

}  // namespace laminet
