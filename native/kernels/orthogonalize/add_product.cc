// The product of a symmetric matrix and one that has as many rows: vectors of columns, each number one chain of
// additions over the symmetric matrix's row.
#include "kernels/orthogonalize/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// A tile of sums, which fills the registers but for the operands.
constexpr int kTileRows = kRegisters == 32 ? 8 : 4;
constexpr int kTileVectors = kRegisters == 32 ? 3 : 2;

// Rows [row, row + ROWS) of the result in `inside` columns from `column` on.
template <int ROWS, int VECTORS, bool kWhole>
LAMINET_INLINE void multiplyTile(int64_t rows, int64_t columns, int64_t row, int64_t column, int inside, Vec s,
                                 const float* symmetric, const float* x, float* result) {
  const auto at = [&](const float* from, int v) {
    return kWhole ? load(from + v * kWidth) : loadLanes(from, 0, inside);
  };
  Vec sums[ROWS][VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++) sums[i][v] = mul(s, at(x + (row + i) * columns + column, v));
  }
  const float* left = symmetric + row * rows;
  const float* right = x + column;
  for (int64_t k = 0; k < rows; k++) {
    Vec values[VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++) values[v] = at(right, v);
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++) {
      const Vec factor = broadcast(left[i * rows]);
#pragma GCC unroll 4
      for (int v = 0; v < VECTORS; v++) sums[i][v] = fma(factor, values[v], sums[i][v]);
    }
    left++;
    right += columns;
  }
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) {
    float* out = result + (row + i) * columns + column;
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++) {
      if (kWhole) {
        store(out + v * kWidth, sums[i][v]);
      } else {
        storeFirst(out, sums[i][v], inside);
      }
    }
  }
}

}  // namespace

void addProduct(int64_t rows, int64_t columns, int64_t begin, int64_t end, double s, const float* symmetric,
                const float* x, float* result) {
  const Vec start = broadcast(static_cast<float>(s));
  const auto rowsOf = [&](auto tile, auto single) {
    int64_t row = begin;
    for (; row + kTileRows <= end; row += kTileRows) tile(row);
    for (; row < end; row++) single(row);
  };
  int64_t column = 0;
  for (; column + kTileVectors * kWidth <= columns; column += kTileVectors * kWidth) {
    rowsOf(
        [&](int64_t row) {
          multiplyTile<kTileRows, kTileVectors, true>(rows, columns, row, column, 0, start, symmetric, x, result);
        },
        [&](int64_t row) {
          multiplyTile<1, kTileVectors, true>(rows, columns, row, column, 0, start, symmetric, x, result);
        });
  }
  for (; column < columns; column += kWidth) {
    const auto inside = static_cast<int>(columns - column < kWidth ? columns - column : kWidth);
    rowsOf(
        [&](int64_t row) {
          multiplyTile<kTileRows, 1, false>(rows, columns, row, column, inside, start, symmetric, x, result);
        },
        [&](int64_t row) {
          multiplyTile<1, 1, false>(rows, columns, row, column, inside, start, symmetric, x, result);
        });
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
