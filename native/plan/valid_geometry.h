// Whether a geometry is in range and agrees with itself: what the checks of several ops share.
#pragma once
#include <stdint.h>

namespace laminet {

constexpr int64_t kMostExtent = 1 << 24;
// Features or pixels of a sample: 16 lanes of them are counted in 32 bits.
constexpr int64_t kMostFeatures = 1 << 26;

inline bool inRange(int64_t value, int64_t least, int64_t most) { return value >= least && value <= most; }

// The product of sizes, or -1 (which no tensor has) where it is more than any tensor may have.
int64_t product(int64_t a, int64_t b, int64_t c, int64_t d = 1);

// One axis of a sliding window: all numbers in range, and the output as long as it says.
bool fits(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t dilation, int64_t before,
          int64_t after);

// The windows of any pooling.
template <class Geometry>
bool validPool(const Geometry& g) {
  return inRange(g.channels, 1, kMostExtent) &&
         fits(g.inHeight, g.outHeight, g.kernelHeight, g.strideHeight, 1, g.padTop, g.padBottom) &&
         fits(g.inWidth, g.outWidth, g.kernelWidth, g.strideWidth, 1, g.padLeft, g.padRight) &&
         g.padTop < g.kernelHeight && g.padBottom < g.kernelHeight && g.padLeft < g.kernelWidth &&
         g.padRight < g.kernelWidth &&
         // Places in a window are kept as floats where they are too large for bytes, and their number is a float, too.
         static_cast<int64_t>(g.kernelHeight) * g.kernelWidth <= kMostExtent;
}

}  // namespace laminet
