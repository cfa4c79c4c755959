// Products of a matrix and its own transpose: sums over two rows, both of which lie in memory one number after another.
#include "kernels/orthogonalize/functions.h"
#include "simd/simd.h"
#include "simd/sum_lanes.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Columns that are multiplied before the next ones: a block's rows stay in the caches near by. It is part of the order
// of additions.
constexpr int64_t kDepth = 512;

// Rows and columns of a tile of the result. Each of its numbers is summed in 16 lanes, whatever the instruction set.
constexpr int kTileRows = kGroups == 1 ? 4 : kGroups == 2 ? 3 : 1;
constexpr int kTileColumns = kGroups == 1 ? 4 : 2;

// sums[i * COLUMNS + j] = the sum over `depth` columns of a[i] * b[j]. The last columns, fewer than 16, meet zeros.
template <int ROWS, int COLUMNS>
void multiplyTile(int64_t stride, int64_t depth, const float* a, const float* b, float* sums) {
  Vec lanes[ROWS][COLUMNS][kGroups];
#pragma GCC unroll 4
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < COLUMNS; j++) {
#pragma GCC unroll 4
      for (int group = 0; group < kGroups; group++) lanes[i][j][group] = zero();
    }
  }
  int64_t k = 0;
  for (; k + kLanes <= depth; k += kLanes) {
#pragma GCC unroll 4
    for (int group = 0; group < kGroups; group++) {
      const int64_t at = k + group * kWidth;
      Vec right[COLUMNS];
#pragma GCC unroll 4
      for (int j = 0; j < COLUMNS; j++) right[j] = load(b + j * stride + at);
#pragma GCC unroll 4
      for (int i = 0; i < ROWS; i++) {
        const Vec left = load(a + i * stride + at);
#pragma GCC unroll 4
        for (int j = 0; j < COLUMNS; j++) lanes[i][j][group] = fma(left, right[j], lanes[i][j][group]);
      }
    }
  }
  if (k < depth) {
#pragma GCC unroll 4
    for (int group = 0; group < kGroups; group++) {
      const int64_t at = k + group * kWidth;
      const auto inside = static_cast<int>(depth - at < 0 ? 0 : depth - at < kWidth ? depth - at : kWidth);
#pragma GCC unroll 4
      for (int i = 0; i < ROWS; i++) {
        const Vec left = loadLanes(a + i * stride + at, 0, inside);
#pragma GCC unroll 4
        for (int j = 0; j < COLUMNS; j++) {
          lanes[i][j][group] = fma(left, loadLanes(b + j * stride + at, 0, inside), lanes[i][j][group]);
        }
      }
    }
  }
  float all[ROWS * COLUMNS * kLanes];
#pragma GCC unroll 4
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < COLUMNS; j++) {
#pragma GCC unroll 4
      for (int group = 0; group < kGroups; group++) {
        store(all + (i * COLUMNS + j) * kLanes + group * kWidth, lanes[i][j][group]);
      }
    }
  }
  sumLanesOfEach(all, ROWS * COLUMNS, sums);
}

struct Product {
  int64_t rows, columns;
  const float* x;
  float s;
  const float* start;
  float t;
  float* result;
};

// Adds the tile's sums over the columns from k on to those over the columns before; the numbers on the diagonal and
// above it, and after the last columns, where they lie on the other side.
template <int ROWS, int COLUMNS>
__attribute__((noinline)) void addTile(const Product& p, int64_t row, int64_t column, int64_t k) {
  const int64_t depth = p.columns - k < kDepth ? p.columns - k : kDepth;
  float sums[ROWS * COLUMNS];
  multiplyTile<ROWS, COLUMNS>(p.columns, depth, p.x + row * p.columns + k, p.x + column * p.columns + k, sums);
#pragma GCC unroll 4
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < COLUMNS; j++) {
      if (column + j < row + i) continue;
      const int64_t at = (row + i) * p.rows + column + j;
      const float sum = k == 0 ? sums[i * COLUMNS + j] : p.result[at] + sums[i * COLUMNS + j];
      if (k + depth < p.columns) {
        p.result[at] = sum;
      } else {
        p.result[at] = fmaScalar(p.t, sum, p.start ? p.s * p.start[at] : 0.0f);
        p.result[(column + j) * p.rows + row + i] = p.result[at];
      }
    }
  }
}

template <int COLUMNS>
LAMINET_INLINE void addColumns(const Product& p, int64_t begin, int64_t end, int64_t column, int64_t k) {
  int64_t row = begin;
  // Tiles below the diagonal are those of the other side.
  for (; row + kTileRows <= end && row < column + COLUMNS; row += kTileRows) {
    addTile<kTileRows, COLUMNS>(p, row, column, k);
  }
  for (; row < end && row < column + COLUMNS; row++) addTile<1, COLUMNS>(p, row, column, k);
}

}  // namespace

void timesTransposed(int64_t rows, int64_t columns, int64_t begin, int64_t end, const float* x, double s,
                     const float* start, double t, float* result) {
  const Product p = {rows, columns, x, static_cast<float>(s), start, static_cast<float>(t), result};
  for (int64_t k = 0; k < columns; k += kDepth) {
    int64_t column = begin;
    for (; column + kTileColumns <= rows; column += kTileColumns) addColumns<kTileColumns>(p, begin, end, column, k);
    for (; column < rows; column++) addColumns<1>(p, begin, end, column, k);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
