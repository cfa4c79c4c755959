#include "plan/valid_geometry.h"

#include <initializer_list>

namespace laminet {

int64_t product(int64_t a, int64_t b, int64_t c, int64_t d) {
  int64_t result = a;
  for (const int64_t factor : {b, c, d}) {
    if (__builtin_mul_overflow(result, factor, &result)) return -1;
  }
  return result <= (int64_t{1} << 30) ? result : -1;
}

bool fits(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t dilation, int64_t before,
          int64_t after) {
  if (!inRange(input, 1, kMostExtent) || !inRange(output, 1, kMostExtent) || !inRange(kernel, 1, kMostExtent) ||
      !inRange(stride, 1, kMostExtent) || !inRange(dilation, 1, kMostExtent) || !inRange(before, 0, kMostExtent) ||
      !inRange(after, 0, kMostExtent)) {
    return false;
  }
  const int64_t extent = (kernel - 1) * dilation + 1;
  // Positions are 32-bit numbers in the kernels.
  if (extent > kMostExtent || input + before + after > kMostExtent) return false;
  const int64_t room = input + before + after - extent;
  return room >= 0 && room / stride + 1 == output;
}

}  // namespace laminet
