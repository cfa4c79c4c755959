#include "kernels/dense/dense.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Rows of the packed matrix that are worked on together: their 8 sums hide the latency of the multiplications.
constexpr int32_t kRows = 8;

int64_t packedSize(int32_t rows, int32_t columns) {
  return static_cast<int64_t>((rows + kRows - 1) / kRows * kRows) * columns;
}

// packed[block of outputs][input][output in block]; the last block is filled up with zeros, which stay from allocation on.
void packForward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  int32_t k = begin;
  while (k < end) {
    const float* from = weight + static_cast<int64_t>(k) * g.inputs;
    float* to = packed + static_cast<int64_t>(k / kRows) * g.inputs * kRows + k % kRows;
    if (k % kRows == 0 && k + kRows <= end) {
      for (int32_t m = 0; m < g.inputs; m++) {
        for (int32_t i = 0; i < kRows; i++) to[m * kRows + i] = from[static_cast<int64_t>(i) * g.inputs + m];
      }
      k += kRows;
    } else {
      for (int32_t m = 0; m < g.inputs; m++) to[static_cast<int64_t>(m) * kRows] = from[m];
      k++;
    }
  }
}

// packed[block of inputs][output][input in block]
void packBackward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  for (int32_t k = begin; k < end; k++) {
    const float* from = weight + static_cast<int64_t>(k) * g.inputs;
    for (int32_t m = 0; m < g.inputs; m += kRows) {
      float* to = packed + (static_cast<int64_t>(m / kRows) * g.outputs + k) * kRows;
      const int32_t count = g.inputs - m < kRows ? g.inputs - m : kRows;
      for (int32_t i = 0; i < count; i++) to[i] = from[m + i];
    }
  }
}

// result[row] = start[row] + sum over columns of packed * vector, for every row and lane.
void multiply(int32_t rows, int32_t columns, const float* vector, const float* packed, const float* start,
              float* result) {
  for (int32_t row = 0; row < rows; row += kRows) {
    const int32_t count = rows - row < kRows ? rows - row : kRows;
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      Vec sum[kRows];
#pragma GCC unroll 8
      for (int i = 0; i < kRows; i++) sum[i] = start && i < count ? broadcast(start[row + i]) : zero();
      const float* weight = packed + static_cast<int64_t>(row) * columns;
      const float* x = vector + lane;
      for (int32_t m = 0; m < columns; m++) {
        const Vec value = load(x);
#pragma GCC unroll 8
        for (int i = 0; i < kRows; i++) sum[i] = fma(broadcast(weight[i]), value, sum[i]);
        weight += kRows;
        x += kLanes;
      }
      float* out = result + static_cast<int64_t>(row) * kLanes + lane;
#pragma GCC unroll 8
      for (int i = 0; i < kRows; i++) {
        if (i < count) store(out + i * kLanes, sum[i]);
      }
    }
  }
}

void forward(const DenseGeometry& g, const float* input, const float* packed, const float* bias, float* output) {
  multiply(g.outputs, g.inputs, input, packed, bias, output);
}

void gradInput(const DenseGeometry& g, const float* gradOutput, const float* packed, float* gradInput) {
  multiply(g.inputs, g.outputs, gradOutput, packed, nullptr, gradInput);
}

int32_t paddedInputs(const DenseGeometry& g) { return (g.inputs + kLanes - 1) / kLanes * kLanes; }

int64_t scratchSize(const DenseGeometry& g) { return static_cast<int64_t>(paddedInputs(g)) * kLanes; }

// transposed[sample][feature] from input[feature][sample]; features are filled up with zeros to whole vectors.
void transpose(const float* input, int32_t features, int32_t stride, float* transposed) {
  int32_t m = 0;
  for (; m + 4 <= features; m += 4) {
    for (int n = 0; n < kLanes; n += 4) {
      __m128 a = _mm_loadu_ps(input + (m + 0) * kLanes + n);
      __m128 b = _mm_loadu_ps(input + (m + 1) * kLanes + n);
      __m128 c = _mm_loadu_ps(input + (m + 2) * kLanes + n);
      __m128 d = _mm_loadu_ps(input + (m + 3) * kLanes + n);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      float* to = transposed + static_cast<int64_t>(n) * stride + m;
      _mm_storeu_ps(to, a);
      _mm_storeu_ps(to + stride, b);
      _mm_storeu_ps(to + 2 * static_cast<int64_t>(stride), c);
      _mm_storeu_ps(to + 3 * static_cast<int64_t>(stride), d);
    }
  }
  for (; m < stride; m++) {
    for (int n = 0; n < kLanes; n++) {
      transposed[static_cast<int64_t>(n) * stride + m] = m < features ? input[m * kLanes + n] : 0.0f;
    }
  }
}

// Outputs x vectors of inputs that a tile of gradWeight holds.
constexpr int kTileOutputs = kRegisters == 32 ? 5 : 3;
constexpr int kTileVectors = kRegisters == 32 ? 5 : 3;

// VECTORS vectors of inputs from m on. WHOLE: they lie inside the row; else the (only) one reaches beyond it and is cut off.
template <int OUTPUTS, int VECTORS, bool WHOLE>
void gradTile(const DenseGeometry& g, const float* gradOutput, const float* transposed, int32_t stride, int32_t k,
              int32_t m, float* gradWeight) {
  Vec sum[OUTPUTS][VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < OUTPUTS; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sum[i][j] = zero();
  }
  for (int n = 0; n < kLanes; n++) {
    const float* x = transposed + static_cast<int64_t>(n) * stride + m;
    Vec value[VECTORS];
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) value[j] = load(x + j * kWidth);
#pragma GCC unroll 8
    for (int i = 0; i < OUTPUTS; i++) {
      const Vec d = broadcast(gradOutput[(k + i) * kLanes + n]);
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) sum[i][j] = fma(d, value[j], sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < OUTPUTS; i++) {
    float* out = gradWeight + static_cast<int64_t>(k + i) * g.inputs + m;
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) {
      if constexpr (WHOLE) {
        store(out + j * kWidth, sum[i][j]);
      } else {
        alignas(64) float last[kWidth];
        store(last, sum[i][j]);
        for (int32_t e = 0; e < g.inputs - m; e++) out[e] = last[e];
      }
    }
  }
}

template <int VECTORS, bool WHOLE>
void gradColumns(const DenseGeometry& g, const float* gradOutput, const float* transposed, int32_t stride, int32_t m,
                 float* gradWeight) {
  int32_t k = 0;
  for (; k + kTileOutputs <= g.outputs; k += kTileOutputs) {
    gradTile<kTileOutputs, VECTORS, WHOLE>(g, gradOutput, transposed, stride, k, m, gradWeight);
  }
  for (; k < g.outputs; k++) gradTile<1, VECTORS, WHOLE>(g, gradOutput, transposed, stride, k, m, gradWeight);
}

void gradWeight(const DenseGeometry& g, const float* gradOutput, const float* input, float* scratch,
                float* gradWeight) {
  const int32_t stride = paddedInputs(g);
  transpose(input, g.inputs, stride, scratch);
  int32_t m = 0;
  for (; m + kTileVectors * kWidth <= g.inputs; m += kTileVectors * kWidth) {
    gradColumns<kTileVectors, true>(g, gradOutput, scratch, stride, m, gradWeight);
  }
  for (; m + kWidth <= g.inputs; m += kWidth) {
    gradColumns<1, true>(g, gradOutput, scratch, stride, m, gradWeight);
  }
  if (m < g.inputs) gradColumns<1, false>(g, gradOutput, scratch, stride, m, gradWeight);
}

}  // namespace

const DenseKernels& denseKernels() {
  static constexpr DenseKernels kernels = {packedSize, packForward, packBackward, forward,
                                           gradInput,  scratchSize, gradWeight};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
