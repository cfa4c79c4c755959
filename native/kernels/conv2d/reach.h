// Which taps of a kernel lead from an input back to an output, along one axis.
#pragma once
#include "kernels/conv2d/window.h"

namespace laminet {
namespace LAMINET_ISA {

inline int32_t greatestCommonDivisor(int32_t a, int32_t b) {
  while (b != 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// Taps that meet something: `count` of them from `first` on, `apart` from each other. The first one meets place `place`
// of the other image, the next ones lie `placesApart` from each other there.
struct Reach {
  int32_t first, apart, count;
  int32_t place, placesApart;
};

// What an input meets by the taps of the flipped kernel: tap t leads from place p to output
// (p + pad - (taps - 1 - t) * dilation) / stride where that is whole.
inline Reach reachOf(int32_t place, int32_t pad, int32_t taps, int32_t dilation, int32_t stride, int32_t outputs) {
  const int32_t common = greatestCommonDivisor(stride, dilation);
  Reach reach{0, stride / common, 0, 0, dilation / common};
  const int32_t origin = place + pad - (taps - 1) * dilation;
  int32_t first = 0;
  while (first < taps && first < reach.apart && (origin + first * dilation) % stride != 0) first++;
  if (first >= taps || first >= reach.apart) return reach;
  const int32_t count = (taps - 1 - first) / reach.apart + 1;
  const int32_t output = (origin + first * dilation) / stride;
  // The outputs grow with the taps: those below 0 and beyond the last one are cut off.
  const Range inside = tapsInside(output, outputs, count, reach.placesApart);
  reach.first = first + inside.begin * reach.apart;
  reach.place = output + inside.begin * reach.placesApart;
  reach.count = inside.end - inside.begin;
  return reach;
}

LAMINET_INLINE bool sameTaps(const Reach& a, const Reach& b) { return a.first == b.first && a.count == b.count; }

}  // namespace LAMINET_ISA
}  // namespace laminet
