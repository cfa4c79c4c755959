#include "plan/valid_geometry.h"

#include <math.h>

#include <initializer_list>

namespace laminet {
namespace {

// One axis of a sliding window: all numbers in range, and the output as long as it says.
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

// The windows of any pooling.
template <class Geometry>
bool validWindows(const Geometry& g) {
  return inRange(g.channels, 1, kMostExtent) &&
         fits(g.inHeight, g.outHeight, g.kernelHeight, g.strideHeight, 1, g.padTop, g.padBottom) &&
         fits(g.inWidth, g.outWidth, g.kernelWidth, g.strideWidth, 1, g.padLeft, g.padRight) &&
         g.padTop < g.kernelHeight && g.padBottom < g.kernelHeight && g.padLeft < g.kernelWidth &&
         g.padRight < g.kernelWidth &&
         // Places in a window are kept as floats where they are too large for bytes, and their number is a float, too.
         static_cast<int64_t>(g.kernelHeight) * g.kernelWidth <= kMostExtent;
}

bool isFlag(double value) { return value == 0 || value == 1; }

}  // namespace

bool valid(const Conv2dGeometry& g) {
  return inRange(g.inChannels, 1, kMostExtent) && inRange(g.outChannels, 1, kMostExtent) &&
         inRange(g.groups, 1, kMostExtent) && g.inChannels % g.groups == 0 && g.outChannels % g.groups == 0 &&
         fits(g.inHeight, g.outHeight, g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop, g.padBottom) &&
         fits(g.inWidth, g.outWidth, g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft, g.padRight);
}

// The product of sizes, or -1 (which no tensor has) where it is more than any tensor may have.
int64_t product(int64_t a, int64_t b, int64_t c, int64_t d) {
  int64_t result = a;
  for (const int64_t factor : {b, c, d}) {
    if (__builtin_mul_overflow(result, factor, &result)) return -1;
  }
  return result <= (int64_t{1} << 30) ? result : -1;
}

bool valid(Op op, const UpdateGeometry& g) {
  for (const double constant : g.constants) {
    if (!isfinite(constant)) return false;
  }
  if (!(isfinite(g.l2) && g.l2 >= 0 && isfinite(g.weightDecay) && g.weightDecay >= 0)) return false;
  if (op == Op::momentum) return isFlag(g.constants[1]);
  return (op != Op::adam && op != Op::rmsprop) || isFlag(g.constants[3]);
}

// How many numbers an optimizer keeps for each of a parameter's.
int32_t stateSlots(Op op, const UpdateGeometry& g) {
  switch (op) {
    case Op::sgd: return 0;
    case Op::momentum:
    case Op::adagrad:
    case Op::lion: return 1;
    case Op::adam: return g.constants[3] == 1 ? 3 : 2;
    // The mean of squares; of gradients, where it is centered; the momentum, where there is one.
    case Op::rmsprop: return 1 + (g.constants[3] == 1 ? 1 : 0) + (g.constants[2] != 0 ? 1 : 0);
    default: return 2;
  }
}

// How many numbers it is given for each step.
int32_t stepFactors(Op op) {
  switch (op) {
    case Op::adamax: return 1;
    case Op::adam:
    case Op::radam: return 2;
    case Op::nadam: return 3;
    default: return 0;
  }
}

bool validPool(const MaxPool2dGeometry& g) { return validWindows(g); }
bool validPool(const AveragePool2dGeometry& g) { return validWindows(g); }

}  // namespace laminet
