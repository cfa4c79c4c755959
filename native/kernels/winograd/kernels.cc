#include "kernels/table.h"
#include "kernels/winograd/functions.h"
#include "kernels/winograd/tiles.h"

namespace laminet {
namespace LAMINET_ISA {

namespace {

// With fewer channels, or filters, the transforms outweigh what is saved: measured on AVX-512, with 8 of each the
// weights' gradient takes 1.4 times as long, with 16 half as long.
constexpr int32_t kFewestChannels = 16;

// Taps that lie inside the image, over all outputs along one axis.
int64_t tapsAlong(int32_t outputs, int32_t inputs, int32_t pad) {
  int64_t taps = 0;
  for (int32_t o = 0; o < outputs; o++) {
    const Range inside = tapsInside(o - pad, inputs, kTaps, 1);
    taps += inside.end - inside.begin;
  }
  return taps;
}

}  // namespace

bool winogradSuits(const Conv2dGeometry& g) {
  const bool possible = g.kernelHeight == kTaps && g.kernelWidth == kTaps && g.strideHeight == 1 &&
                        g.strideWidth == 1 && g.dilationHeight == 1 && g.dilationWidth == 1 && g.groups == 1;
  if (!possible || g.inChannels < kFewestChannels || g.outChannels < kFewestChannels) return false;
  // The transforms take up to a third of the time: on tiles that lie mostly outside of a small image they save nothing.
  const int64_t direct = tapsAlong(g.outHeight, g.inHeight, g.padTop) * tapsAlong(g.outWidth, g.inWidth, g.padLeft);
  const int64_t products = static_cast<int64_t>(kProducts) * forwardOf(g).tiles();
  return 2 * direct >= 3 * products;
}

const WinogradKernels& winogradKernels() {
  static constexpr WinogradKernels kernels = {
      winogradSuits,        winogradPackedSize,     winogradPackForward,
      winogradPackBackward, winogradMapScratchSize, winogradWeightScratchSize,
      winogradForward,      winogradGradInput,      winogradGradWeight,
  };
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
