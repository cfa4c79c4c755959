// The gradient of a fully connected layer's weights: tiles of outputs x vectors of inputs, each a chain over all
// samples.
#include "kernels/dense/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Outputs x vectors of inputs in a tile.
constexpr int kTileOutputs = 4;
constexpr int kTileVectors = kRegisters == 32 ? 5 : 2;

int32_t paddedInputs(const DenseGeometry& g) { return (g.inputs + kLanes - 1) / kLanes * kLanes; }

struct Product {
  const DenseGeometry* g;
  int32_t slices;
  const float* inputs;
  const float* gradOutputs;
  float* gradWeight;
};

// VECTORS vectors of inputs from m on. WHOLE: they lie inside the row; else the (only) one reaches beyond it and is cut
// off.
template <int OUTPUTS, int VECTORS, bool WHOLE>
void tile(const Product& product, int32_t k, int32_t m) {
  const DenseGeometry& g = *product.g;
  const int64_t stride = paddedInputs(g);
  Vec sum[OUTPUTS][VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < OUTPUTS; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sum[i][j] = zero();
  }
  for (int32_t slice = 0; slice < product.slices; slice++) {
    const float* x = product.inputs + slice * stride * kLanes + m;
    const float* gradient = product.gradOutputs + (static_cast<int64_t>(slice) * g.outputs + k) * kLanes;
    // Samples unrolled, too, would need more registers than there are.
#pragma GCC unroll 1
    for (int n = 0; n < kLanes; n++) {
      Vec value[VECTORS];
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) value[j] = load(x + j * kWidth);
#pragma GCC unroll 8
      for (int i = 0; i < OUTPUTS; i++) {
        const Vec d = broadcast(gradient[i * kLanes]);
#pragma GCC unroll 8
        for (int j = 0; j < VECTORS; j++) sum[i][j] = fma(d, value[j], sum[i][j]);
      }
      x += stride;
      gradient++;
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < OUTPUTS; i++) {
    float* out = product.gradWeight + static_cast<int64_t>(k + i) * g.inputs + m;
    if constexpr (WHOLE) {
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) store(out + j * kWidth, sum[i][j]);
    } else {
      alignas(64) float last[kWidth];
      store(last, sum[i][0]);
      for (int32_t e = 0; e < g.inputs - m; e++) out[e] = last[e];
    }
  }
}

template <int VECTORS, bool WHOLE>
void columns(const Product& product, int32_t begin, int32_t end, int32_t m) {
  int32_t k = begin;
  for (; k + kTileOutputs <= end; k += kTileOutputs) tile<kTileOutputs, VECTORS, WHOLE>(product, k, m);
  for (; k < end; k++) tile<1, VECTORS, WHOLE>(product, k, m);
}

}  // namespace

int64_t denseKeptInputs(const DenseGeometry& g) { return static_cast<int64_t>(paddedInputs(g)) * kLanes; }

void denseKeepInputs(const DenseGeometry& g, const float* input, float* kept) {
  const int64_t stride = paddedInputs(g);
  int32_t m = 0;
  for (; m + 4 <= g.inputs; m += 4) {
    for (int n = 0; n < kLanes; n += 4) {
      const float* from = input + static_cast<int64_t>(m) * kLanes + n;
      __m128 a = _mm_loadu_ps(from);
      __m128 b = _mm_loadu_ps(from + kLanes);
      __m128 c = _mm_loadu_ps(from + 2 * kLanes);
      __m128 d = _mm_loadu_ps(from + 3 * kLanes);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      float* to = kept + n * stride + m;
      _mm_storeu_ps(to, a);
      _mm_storeu_ps(to + stride, b);
      _mm_storeu_ps(to + 2 * stride, c);
      _mm_storeu_ps(to + 3 * stride, d);
    }
  }
  for (; m < stride; m++) {
    for (int n = 0; n < kLanes; n++) kept[n * stride + m] = m < g.inputs ? input[m * kLanes + n] : 0.0f;
  }
}

void denseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t slices, const float* keptInputs,
                         const float* gradOutputs, float* gradWeight) {
  const Product product = {&g, slices, keptInputs, gradOutputs, gradWeight};
  int32_t m = 0;
  for (; m + kTileVectors * kWidth <= g.inputs; m += kTileVectors * kWidth) {
    columns<kTileVectors, true>(product, begin, end, m);
  }
  for (; m + kWidth <= g.inputs; m += kWidth) columns<1, true>(product, begin, end, m);
  if (m < g.inputs) columns<1, false>(product, begin, end, m);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
