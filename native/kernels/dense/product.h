// Matrix products, the one loop of all passes of a fully connected layer.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// Rows of the left matrix that lie together.
constexpr int32_t kBlockRows = 8;

LAMINET_INLINE int32_t blocksOf(int32_t rows) { return (rows + kBlockRows - 1) / kBlockRows; }

// result[row][column] = start[row] + sum over `depth` terms of left[row][term] * right[term][column], one chain an
// element, in the order of the terms. Strides are in floats.
struct Product {
  int32_t depth;
  // [block of rows][term][row in block]
  const float* left;
  int64_t leftStride;  // from block to block
  // Panels of 16 columns: [panel][term][column in panel].
  const float* right;
  int64_t rightStride;  // from panel to panel
  const float* start;   // null for zeros
  float* result;
  int64_t rowStride;
  int64_t panelStride;
};

// Rows [begin, end) of the product, where `begin` is the first row of a block, for so many panels.
void multiply(const Product& product, int32_t begin, int32_t end, int32_t panels);

}  // namespace LAMINET_ISA
}  // namespace laminet
