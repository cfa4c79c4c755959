#include "kernels/planar/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

void clear(float* to, int64_t count) { __builtin_memset(to, 0, static_cast<size_t>(count) * sizeof(float)); }

LAMINET_INLINE Vec loadNumbers(const float* p) { return load(p); }
LAMINET_INLINE Vec loadNumbers(const uint8_t* p) { return loadBytes(p); }
LAMINET_INLINE Vec loadFirstNumbers(const float* p, int count) { return loadLanes(p, 0, count); }
LAMINET_INLINE Vec loadFirstNumbers(const uint8_t* p, int count) {
  uint8_t bytes[kWidth] = {};
  for (int i = 0; i < count; i++) bytes[i] = p[i];
  return loadBytes(bytes);
}

// Parts share the rows of the padded image.
template <class Number>
void gather(const GatherGeometry& g, Part part, const Number* sample, float* output) {
  const int32_t width = g.padLeft + g.sourceWidth + g.padRight;
  const int32_t height = g.padTop + g.sourceHeight + g.padBottom;
  const Number* end = sample + static_cast<int64_t>(g.channels) * g.sourceHeight * g.sourceWidth;
  const Share rows = shareOf(part, static_cast<int64_t>(g.channels) * height);
  for (int64_t row = rows.begin; row < rows.end; row++) {
    float* to = output + row * width;
    const int64_t y = row % height - g.padTop;
    if (y < 0 || y >= g.sourceHeight) {
      clear(to, width);
      continue;
    }
    clear(to, g.padLeft);
    to += g.padLeft;
    // Here rather than before the loop: no vector register outlives a call of clear().
    const Vec scale = broadcast(g.scale);
    const Number* from = sample + (row / height * g.sourceHeight + y) * g.sourceWidth;
    int32_t x = 0;
    for (; x + kWidth <= g.sourceWidth; x += kWidth) store(to + x, mul(loadNumbers(from + x), scale));
    if (x < g.sourceWidth) {
      const int left = g.sourceWidth - x;
      // The numbers of the next row may be read, but nothing behind the sample.
      const Vec numbers = end - (from + x) >= kWidth ? loadNumbers(from + x) : loadFirstNumbers(from + x, left);
      storeFirst(to + x, mul(numbers, scale), left);
    }
    clear(to + g.sourceWidth, g.padRight);
  }
}

}  // namespace

void planarGatherBytes(const GatherGeometry& g, Part part, const uint8_t* sample, float* output) {
  gather(g, part, sample, output);
}

void planarGatherFloats(const GatherGeometry& g, Part part, const float* sample, float* output) {
  gather(g, part, sample, output);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
