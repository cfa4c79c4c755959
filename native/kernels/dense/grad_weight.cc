// The gradient of a fully connected layer's weights: gradOutput, [outputs][samples], times the inputs,
// [samples][inputs]. Slices leave both behind as the product reads them: outputs in blocks, inputs in panels.
#include "kernels/dense/functions.h"
#include "kernels/dense/product.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

int32_t panelsOf(const DenseGeometry& g) { return (g.inputs + kLanes - 1) / kLanes; }

// Rows that there are fewer of than a block: kept as a whole block, filled up with zeros.
LAMINET_INLINE void transposeLast(const float* from, int32_t rows, int32_t block, float* to) {
  for (int32_t row = 0; row < block; row++) {
    for (int n = 0; n < kLanes; n++) to[n * block + row] = row < rows ? from[row * kLanes + n] : 0.0f;
  }
}

// kept[block of rows][slice][sample][row in block]
template <int BLOCK>
LAMINET_INLINE void keep(int32_t rows, int64_t slice, int32_t room, const float* from, float* kept) {
  constexpr int64_t kSize = BLOCK * kLanes;
  float* to = kept + slice * kSize;
  int32_t row = 0;
  for (; row + BLOCK <= rows; row += BLOCK) {
    transposeRows(from + static_cast<int64_t>(row) * kLanes, kLanes, BLOCK, to, BLOCK);
    to += room * kSize;
  }
  if (row < rows) transposeLast(from + static_cast<int64_t>(row) * kLanes, rows - row, BLOCK, to);
}

// The last panel, where the inputs do not fill it.
void multiplyLast(const Product& whole, int32_t begin, int32_t end, int32_t columns) {
  alignas(64) float tile[kBlockRows * kLanes];
  Product product = whole;
  product.result = tile;
  product.rowStride = kLanes;
  for (int32_t row = begin; row < end; row += kBlockRows) {
    const int32_t rows = end - row < kBlockRows ? end - row : kBlockRows;
    product.left = whole.left + row / kBlockRows * whole.leftStride;
    multiply(product, 0, rows, 1);
    for (int32_t i = 0; i < rows; i++) {
      for (int32_t m = 0; m < columns; m++) whole.result[(row + i) * whole.rowStride + m] = tile[i * kLanes + m];
    }
  }
}

}  // namespace

int64_t denseKeptInputs(const DenseGeometry& g, int32_t room) {
  return static_cast<int64_t>(panelsOf(g)) * room * kLanes * kLanes;
}

int64_t denseKeptGradients(const DenseGeometry& g, int32_t room) {
  return static_cast<int64_t>(blocksOf(g.outputs)) * room * kBlockRows * kLanes;
}

void denseKeepInputs(const DenseGeometry& g, int64_t slice, int32_t room, const float* input, float* kept) {
  keep<kLanes>(g.inputs, slice, room, input, kept);
}

void denseKeepGradients(const DenseGeometry& g, int64_t slice, int32_t room, const float* gradOutput, float* kept) {
  keep<kBlockRows>(g.outputs, slice, room, gradOutput, kept);
}

void denseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t slices, int32_t room,
                         const float* keptInputs, const float* keptGradients, float* gradWeight) {
  Product product{};
  product.depth = slices * kLanes;
  product.left = keptGradients;
  product.leftStride = static_cast<int64_t>(room) * kLanes * kBlockRows;
  product.right = keptInputs;
  product.rightStride = static_cast<int64_t>(room) * kLanes * kLanes;
  product.result = gradWeight;
  product.rowStride = g.inputs;
  product.panelStride = kLanes;
  const int32_t whole = g.inputs / kLanes;
  multiply(product, begin, end, whole);
  if (whole == panelsOf(g)) return;
  product.right += whole * product.rightStride;
  product.result += static_cast<int64_t>(whole) * kLanes;
  multiplyLast(product, begin, end, g.inputs - whole * kLanes);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
