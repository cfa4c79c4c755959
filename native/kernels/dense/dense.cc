#include "kernels/dense/dense.h"

#include "kernels/dense/functions.h"
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

// packed[block of outputs][input][output in block]; the last block is filled up with zeros, which stay from allocation
// on.
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

// result[row] = start[row] + sum over columns of packed * vector, for the part's rows and every lane.
void multiply(Part part, int32_t rows, int32_t columns, const float* vector, const float* packed, const float* start,
              float* result) {
  const Share blocks = shareOf(part, (rows + kRows - 1) / kRows);
  for (auto row = static_cast<int32_t>(blocks.begin * kRows); row < blocks.end * kRows; row += kRows) {
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

void forward(const DenseGeometry& g, Part part, const float* input, const float* packed, const float* bias,
             float* output) {
  multiply(part, g.outputs, g.inputs, input, packed, bias, output);
}

void gradInput(const DenseGeometry& g, Part part, const float* gradOutput, const float* packed, float* gradInput) {
  multiply(part, g.inputs, g.outputs, gradOutput, packed, nullptr, gradInput);
}

}  // namespace

const DenseKernels& denseKernels() {
  static constexpr DenseKernels kernels = {packedSize, packForward,     packBackward,    forward,
                                           gradInput,  denseKeptInputs, denseKeepInputs, denseGradWeightRows};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
