// Max-pooling of one window of 2x2 values, in registers.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// What max_pool2d.cc does with the same four values.
LAMINET_INLINE void poolWindow(Vec first, Vec second, Vec third, Vec fourth, float* output, uint8_t* winners) {
  Vec best = first;
  Vec place = zero();
  const Vec rest[] = {second, third, fourth};
#pragma GCC unroll 3
  for (int i = 0; i < 3; i++) {
    const Mask wins = either(less(best, rest[i]), isNan(rest[i]));
    best = select(wins, rest[i], best);
    place = select(wins, broadcast(static_cast<float>(i + 1)), place);
  }
  store(output, best);
  storeBytes(winners, place);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
