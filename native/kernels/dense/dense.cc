#include "kernels/dense/dense.h"

#include "kernels/dense/functions.h"
#include "kernels/dense/product.h"
#include "kernels/table.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

int64_t packedSize(int32_t rows, int32_t columns) {
  return static_cast<int64_t>(blocksOf(rows)) * kBlockRows * columns;
}

// packed[block of outputs][input][output in block]; the last block is filled up with zeros, which stay from allocation
// on.
void packForward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  int32_t k = begin;
  while (k < end) {
    const float* from = weight + static_cast<int64_t>(k) * g.inputs;
    float* to = packed + static_cast<int64_t>(k / kBlockRows) * g.inputs * kBlockRows + k % kBlockRows;
    const bool whole = k % kBlockRows == 0 && k + kBlockRows <= end;
    int32_t m = 0;
    for (; whole && m + kLanes <= g.inputs; m += kLanes) {
      transposeRows(from + m, g.inputs, kBlockRows, to + m * kBlockRows, kBlockRows);
    }
    const int32_t rows = whole ? kBlockRows : 1;
    for (; m < g.inputs; m++) {
      for (int32_t i = 0; i < rows; i++) to[m * kBlockRows + i] = from[static_cast<int64_t>(i) * g.inputs + m];
    }
    k += rows;
  }
}

// packed[block of inputs][output][input in block], for some outputs at a time: what they read and write stays in the
// cache.
void packBackward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  constexpr int32_t kRowsAtOnce = 16;
  for (int32_t first = begin; first < end; first += kRowsAtOnce) {
    const int32_t last = first + kRowsAtOnce < end ? first + kRowsAtOnce : end;
    for (int32_t m = 0; m < g.inputs; m += kBlockRows) {
      float* to = packed + static_cast<int64_t>(m / kBlockRows) * g.outputs * kBlockRows;
      const int32_t count = g.inputs - m < kBlockRows ? g.inputs - m : kBlockRows;
      for (int32_t k = first; k < last; k++) {
        const float* from = weight + static_cast<int64_t>(k) * g.inputs + m;
        if (count == kBlockRows) {
          for (int32_t i = 0; i < kBlockRows; i++) to[k * kBlockRows + i] = from[i];
        } else {
          for (int32_t i = 0; i < count; i++) to[k * kBlockRows + i] = from[i];
        }
      }
    }
  }
}

// The part's rows of a matrix of weights, times what the slices hold.
void multiplySlices(Part part, Slices slices, int32_t rows, int32_t columns, const float* vectors, const float* packed,
                    const float* start, float* result) {
  Product product{};
  product.depth = columns;
  product.left = packed;
  product.leftStride = static_cast<int64_t>(columns) * kBlockRows;
  product.right = vectors;
  product.rightStride = slices.stride;
  product.start = start;
  product.result = result;
  product.rowStride = kLanes;
  product.panelStride = slices.stride;
  const Share blocks = shareOf(part, blocksOf(rows));
  const auto begin = static_cast<int32_t>(blocks.begin * kBlockRows);
  const auto end = static_cast<int32_t>(blocks.end * kBlockRows);
  multiply(product, begin, end < rows ? end : rows, slices.count);
}

void forward(const DenseGeometry& g, Part part, Slices slices, const float* input, const float* packed,
             const float* bias, float* output) {
  multiplySlices(part, slices, g.outputs, g.inputs, input, packed, bias, output);
}

void gradInput(const DenseGeometry& g, Part part, Slices slices, const float* gradOutput, const float* packed,
               float* gradInput) {
  multiplySlices(part, slices, g.inputs, g.outputs, gradOutput, packed, nullptr, gradInput);
}

}  // namespace

const DenseKernels& denseKernels() {
  static constexpr DenseKernels kernels = {packedSize,         packForward,        packBackward,       forward,
                                           gradInput,          denseKeptInputs,    denseKeptGradients, denseKeepInputs,
                                           denseKeepGradients, denseGradWeightRows};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
