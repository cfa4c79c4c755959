// Philox4x32-10: random numbers that are a pure function of a key and a counter (Salmon, Moraes, Dror, Shaw: "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011), kWidth counters at a time. lib/tensor/philox.ts has the same numbers
// one by one.
#pragma once
#include "simd/words.h"

namespace laminet {
namespace LAMINET_ISA {

// Turns counters of four words into blocks of four random words.
LAMINET_INLINE void philox(uint64_t key, Words (&counter)[4]) {
  const Words multiplier0 = broadcastWord(0xd2511f53);
  const Words multiplier1 = broadcastWord(0xcd9e8d57);
  auto key0 = static_cast<uint32_t>(key);
  auto key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    Words high0, low0, high1, low1;
    multiplyWide(counter[0], multiplier0, high0, low0);
    multiplyWide(counter[2], multiplier1, high1, low1);
    counter[0] = exclusiveOr(exclusiveOr(high1, counter[1]), broadcastWord(key0));
    counter[1] = low1;
    counter[2] = exclusiveOr(exclusiveOr(high0, counter[3]), broadcastWord(key1));
    counter[3] = low0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
