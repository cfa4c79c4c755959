// Fully connected layers of one sample: products of a matrix and a vector, which go as fast as the matrix is read.
#include "kernels/planar/functions.h"
#include "simd/simd.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Outputs of a block of the packed weight, whatever the instruction set.
constexpr int kBlockOutputs = 16;
constexpr int kBlockVectors = kBlockOutputs / kWidth;

// Vectors of sums that are worked on together hide the latency of multiplications and of the second-level cache.
constexpr int kMostForward = kRegisters == 32 ? 12 : 8;
constexpr int kMostBackward = kRegisters == 32 ? 14 : 8;

// VECTORS vectors of outputs from row `row` on.
template <int VECTORS>
void multiply(const DenseGeometry& g, int64_t row, const float* input, const float* packed, const float* bias,
              float* output) {
  Vec sum[VECTORS];
#pragma GCC unroll 16
  for (int i = 0; i < VECTORS; i++) {
    const int64_t left = g.outputs - (row + i * kWidth);
    const auto inside = static_cast<int>(left < 0 ? 0 : left < kWidth ? left : kWidth);
    sum[i] = bias ? loadLanes(bias + row + i * kWidth, 0, inside) : zero();
  }
  const int64_t blockSize = static_cast<int64_t>(g.inputs) * kBlockOutputs;
  const float* weight = packed + row / kBlockOutputs * blockSize;
  for (int32_t m = 0; m < g.inputs; m++) {
    const Vec x = broadcast(input[m]);
#pragma GCC unroll 16
    for (int i = 0; i < VECTORS; i++) {
      const Vec w = load(weight + i / kBlockVectors * blockSize + i % kBlockVectors * kWidth);
      sum[i] = fma(w, x, sum[i]);
    }
    weight += kBlockOutputs;
  }
#pragma GCC unroll 16
  for (int i = 0; i < VECTORS; i++) {
    const int64_t left = g.outputs - (row + i * kWidth);
    if (left > 0) storeFirst(output + row + i * kWidth, sum[i], static_cast<int>(left < kWidth ? left : kWidth));
  }
}

using Multiply = void (*)(const DenseGeometry&, int64_t, const float*, const float*, const float*, float*);

#if LAMINET_ISA_AVX512
constexpr Multiply kMultiply[] = {nullptr,      multiply<1>,  multiply<2>, multiply<3>, multiply<4>,
                                  multiply<5>,  multiply<6>,  multiply<7>, multiply<8>, multiply<9>,
                                  multiply<10>, multiply<11>, multiply<12>};
#elif LAMINET_ISA_AVX2
constexpr Multiply kMultiply[] = {nullptr, multiply<2>, multiply<4>, multiply<6>, multiply<8>};
#else
constexpr Multiply kMultiply[] = {nullptr, multiply<4>, multiply<8>};
#endif
constexpr int kMostBlocks = kMostForward / kBlockVectors;

// VECTORS vectors of inputs from column m on, the last of which has `last` inputs: all, if WHOLE.
template <int VECTORS, bool WHOLE>
void multiplyTransposed(const DenseGeometry& g, int64_t m, int last, const float* gradOutput, const float* weight,
                        float* gradInput) {
  Vec sum[VECTORS];
#pragma GCC unroll 16
  for (int j = 0; j < VECTORS; j++) sum[j] = zero();
  const float* row = weight + m;
  for (int32_t k = 0; k < g.outputs; k++) {
    const Vec d = broadcast(gradOutput[k]);
#pragma GCC unroll 16
    for (int j = 0; j < VECTORS; j++) {
      const float* at = row + j * kWidth;
      sum[j] = fma(WHOLE || j + 1 < VECTORS ? load(at) : loadLanes(at, 0, last), d, sum[j]);
    }
    row += g.inputs;
  }
#pragma GCC unroll 16
  for (int j = 0; j < VECTORS; j++) storeFirst(gradInput + m + j * kWidth, sum[j], j + 1 < VECTORS ? kWidth : last);
}

using MultiplyTransposed = void (*)(const DenseGeometry&, int64_t, int, const float*, const float*, float*);

template <bool WHOLE>
MultiplyTransposed transposedOf(int64_t vectors) {
#define LAMINET_CASE(count) \
  case count: return multiplyTransposed<(count <= kMostBackward ? count : 1), WHOLE>;
  switch (vectors) {
    LAMINET_CASE(2)
    LAMINET_CASE(3)
    LAMINET_CASE(4)
    LAMINET_CASE(5)
    LAMINET_CASE(6)
    LAMINET_CASE(7)
    LAMINET_CASE(8)
    LAMINET_CASE(9)
    LAMINET_CASE(10)
    LAMINET_CASE(11)
    LAMINET_CASE(12)
    LAMINET_CASE(13)
    LAMINET_CASE(14)
    default: return multiplyTransposed<1, WHOLE>;
  }
#undef LAMINET_CASE
}

}  // namespace

int64_t planarDensePackedSize(const DenseGeometry& g) {
  return static_cast<int64_t>((g.outputs + kBlockOutputs - 1) / kBlockOutputs * kBlockOutputs) * g.inputs;
}

void planarDensePackForward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  for (int32_t k = begin; k < end; k += kBlockOutputs) {
    const int32_t count = end - k < kBlockOutputs ? end - k : kBlockOutputs;
    const float* from = weight + static_cast<int64_t>(k) * g.inputs;
    float* to = packed + static_cast<int64_t>(k) * g.inputs;
    int32_t m = 0;
    for (; m + kBlockOutputs <= g.inputs; m += kBlockOutputs) {
      transposeSquare(from + m, g.inputs, count, to + static_cast<int64_t>(m) * kBlockOutputs, kBlockOutputs);
    }
    for (; m < g.inputs; m++) {
      for (int i = 0; i < kBlockOutputs; i++) {
        to[static_cast<int64_t>(m) * kBlockOutputs + i] =
            i < count ? from[static_cast<int64_t>(i) * g.inputs + m] : 0.0f;
      }
    }
  }
}

void planarDenseForward(const DenseGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                        float* output) {
  const Share own = shareOf(part, (g.outputs + kBlockOutputs - 1) / kBlockOutputs);
  const int64_t blocks = own.end - own.begin;
  const int64_t calls = (blocks + kMostBlocks - 1) / kMostBlocks;
  for (int64_t i = 0; i < calls; i++) {
    const int64_t begin = own.begin + i * blocks / calls;
    const int64_t count = own.begin + (i + 1) * blocks / calls - begin;
    kMultiply[count](g, begin * kBlockOutputs, input, packed, bias, output);
  }
}

void planarDenseGradInput(const DenseGeometry& g, Part part, const float* gradOutput, const float* weight,
                          float* gradInput) {
  const Share own = shareOf(part, (g.inputs + kWidth - 1) / kWidth);
  const int64_t vectors = own.end - own.begin;
  const int64_t calls = (vectors + kMostBackward - 1) / kMostBackward;
  for (int64_t i = 0; i < calls; i++) {
    const int64_t begin = own.begin + i * vectors / calls;
    const int64_t count = own.begin + (i + 1) * vectors / calls - begin;
    const int64_t last = g.inputs - (begin + count - 1) * kWidth;
    if (last >= kWidth) {
      transposedOf<true>(count)(g, begin * kWidth, kWidth, gradOutput, weight, gradInput);
    } else {
      transposedOf<false>(count)(g, begin * kWidth, static_cast<int>(last), gradOutput, weight, gradInput);
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
