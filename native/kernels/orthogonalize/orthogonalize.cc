// What is done to single numbers before and after the iteration.
#include "kernels/orthogonalize/orthogonalize.h"

#include "kernels/orthogonalize/functions.h"
#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

Vec constant(double value) { return broadcast(static_cast<float>(value)); }

struct Mean {
  Vec share, rest;
  bool nesterov;
  // The direction; the new mean is left in `mean`.
  LAMINET_INLINE Vec change(Vec gradient, Vec* mean) const {
    const Vec part = mul(rest, gradient);
    *mean = fma(share, *mean, part);
    return nesterov ? fma(share, *mean, part) : *mean;
  }
};

void momentum(int64_t count, double momentum, bool nesterov, const float* gradients, float* mean, float* direction) {
  const Mean rule = {constant(momentum), constant(1 - momentum), nesterov};
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    Vec m = load(mean + i);
    store(direction + i, rule.change(load(gradients + i), &m));
    store(mean + i, m);
  }
  const int left = static_cast<int>(count - i);
  if (left == 0) return;
  Vec m = loadLanes(mean + i, 0, left);
  storeFirst(direction + i, rule.change(loadLanes(gradients + i, 0, left), &m), left);
  storeFirst(mean + i, m, left);
}

void divide(int64_t rows, int64_t columns, int64_t begin, int64_t end, bool turned, double divisor, const float* from,
            float* to) {
  const auto by = static_cast<float>(divisor);
  for (int64_t row = begin; row < end; row++) {
    float* out = to + row * columns;
    if (turned) {
      for (int64_t column = 0; column < columns; column++) out[column] = from[column * rows + row] / by;
    } else {
      for (int64_t column = 0; column < columns; column++) out[column] = from[row * columns + column] / by;
    }
  }
}

void apply(int64_t count, double kept, double size, const float* direction, float* weights) {
  const Vec share = constant(kept);
  const Vec rate = constant(size);
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    store(weights + i, fnma(rate, load(direction + i), mul(share, load(weights + i))));
  }
  const int left = static_cast<int>(count - i);
  if (left == 0) return;
  const Vec last = mul(share, loadLanes(weights + i, 0, left));
  storeFirst(weights + i, fnma(rate, loadLanes(direction + i, 0, left), last), left);
}

}  // namespace

const OrthogonalizeKernels& orthogonalizeKernels() {
  static constexpr OrthogonalizeKernels kernels = {momentum, divide, timesTransposed, addProduct, apply};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
