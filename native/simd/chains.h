// Sums in several chains.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// A sum runs in so many chains, an element going to the chain of its number modulo kChains: one chain would wait for
// each addition.
constexpr int kChains = 4;

// Calls addElement(sum, element) for every element, and returns the chains' sum.
template <class Index, class Add>
LAMINET_INLINE Vec sumInChains(Index count, const Add& addElement) {
  Vec sums[kChains] = {zero(), zero(), zero(), zero()};
  Index e = 0;
  for (; e + kChains <= count; e += kChains) {
#pragma GCC unroll 4
    for (int i = 0; i < kChains; i++) sums[i] = addElement(sums[i], e + i);
  }
  for (int i = 0; e < count; e++, i++) sums[i] = addElement(sums[i], e);
  return add(add(sums[0], sums[1]), add(sums[2], sums[3]));
}

}  // namespace LAMINET_ISA
}  // namespace laminet
