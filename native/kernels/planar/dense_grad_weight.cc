// The weights' gradient of a fully connected layer, over the samples of a step that went through one by one.
#include "kernels/planar/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Vectors of a row that are worked on together.
constexpr int kVectors = 4;

template <int COUNT>
LAMINET_INLINE void addUp(const DenseGeometry& g, int32_t samples, const float* inputs, const float* gradOutputs,
                          int last, float* row) {
  Vec sum[COUNT];
#pragma GCC unroll 4
  for (int i = 0; i < COUNT; i++) sum[i] = zero();
  for (int32_t n = 0; n < samples; n++) {
    const Vec d = broadcast(gradOutputs[static_cast<int64_t>(n) * g.outputs]);
    const float* x = inputs + static_cast<int64_t>(n) * g.inputs;
#pragma GCC unroll 4
    for (int i = 0; i < COUNT; i++) {
      const bool whole = i + 1 < COUNT || last == kWidth;
      sum[i] = fma(d, whole ? load(x + i * kWidth) : loadLanes(x + i * kWidth, 0, last), sum[i]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i + 1 < COUNT; i++) store(row + i * kWidth, sum[i]);
  if (last == kWidth) {
    store(row + (COUNT - 1) * kWidth, sum[COUNT - 1]);
  } else {
    storeFirst(row + (COUNT - 1) * kWidth, sum[COUNT - 1], last);
  }
}

}  // namespace

void planarDenseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t samples, const float* inputs,
                               const float* gradOutputs, float* gradWeight) {
  for (int32_t k = begin; k < end; k++) {
    float* row = gradWeight + static_cast<int64_t>(k) * g.inputs;
    int32_t m = 0;
    for (; m + kVectors * kWidth <= g.inputs; m += kVectors * kWidth) {
      addUp<kVectors>(g, samples, inputs + m, gradOutputs + k, kWidth, row + m);
    }
    for (; m < g.inputs; m += kWidth) {
      const int last = g.inputs - m < kWidth ? g.inputs - m : kWidth;
      addUp<1>(g, samples, inputs + m, gradOutputs + k, last, row + m);
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
