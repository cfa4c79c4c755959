#include "cpu/features.h"

#include <cpuid.h>
#include <stdint.h>

namespace laminet {
namespace {

// Register states that the operating system saves when it switches threads; without them wider registers must not be
// used.
constexpr uint64_t kAvxState = 0x6;      // SSE and the upper halves of YMM
constexpr uint64_t kAvx512State = 0xe6;  // the same, mask registers and both parts of ZMM

uint64_t savedState() {
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
}

constexpr bool bit(uint32_t word, int position) { return ((word >> position) & 1u) != 0; }

struct Features {
  bool avx2 = false;
  bool avx512 = false;

  Features() {
    uint32_t a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    const bool fma = bit(c, 12);
    const bool osSavesState = bit(c, 27);
    const bool avx = bit(c, 28);
    if (!avx || !osSavesState) return;
    const uint64_t state = savedState();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = fma && bit(b, 5) && (state & kAvxState) == kAvxState;
    // F, DQ, BW and VL: what the kernels are compiled with.
    const bool sets = bit(b, 16) && bit(b, 17) && bit(b, 30) && bit(b, 31);
    avx512 = avx2 && sets && (state & kAvx512State) == kAvx512State;
  }
};

}  // namespace

bool isAvailable(InstructionSet set) {
  static const Features features;
  if (set == InstructionSet::avx512) return features.avx512;
  if (set == InstructionSet::avx2) return features.avx2;
  return true;
}

InstructionSet bestInstructionSet() {
  if (isAvailable(InstructionSet::avx512)) return InstructionSet::avx512;
  if (isAvailable(InstructionSet::avx2)) return InstructionSet::avx2;
  return InstructionSet::sse2;
}

}  // namespace laminet
