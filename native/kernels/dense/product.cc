#include "kernels/dense/product.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// A tile of accumulators is rows x panels; with a single panel, up to three times as many rows where the registers hold
// them, since a broadcast then serves one vector only.
constexpr int kTileRows = kRegisters == 32 ? 8 : kWidth == 8 ? 4 : 2;
constexpr int kTilePanels = kRegisters == 32 ? 3 : 1;

// What stays in a core's second-level cache while it is used several times: kRows x kDepth of the left matrix (512 KB),
// kRows x kPanels panels of the result (192 KB), and a tile's panels of the right one (96 KB). Terms in steps of
// kDepth: between two steps the sums lie in the result, which changes no bit. Steps of 128 or 256 terms, whose panels
// stay in the first-level cache, read and write the result more often, and are slower for 2048 rows and columns by a
// tenth.
constexpr int32_t kRows = 256;
constexpr int32_t kPanels = 12;
constexpr int32_t kDepth = 512;

struct Range {
  int32_t begin, end;
};

// The part of [0, size) that has this number, when it is cut into the fewest of at most `most`.
LAMINET_INLINE Range pieceOf(int32_t size, int32_t most, int32_t number) {
  const int64_t count = (size + most - 1) / most;
  const auto start = [&](int64_t piece) { return static_cast<int32_t>(piece * size / count); };
  return {start(number), start(number + 1)};
}

// Rows from `row` on, as many as there are before `end`, panels from `panel` on, and some of the terms.
template <int ROWS, int PANELS>
LAMINET_INLINE void tile(const Product& p, int32_t row, int32_t end, int32_t panel, Range terms) {
  constexpr int kBlocks = (ROWS + kBlockRows - 1) / kBlockRows;
  constexpr int kVectors = PANELS * kGroups;
  const int32_t rows = end - row < ROWS ? end - row : ROWS;
  float* result = p.result + row * p.rowStride + panel * p.panelStride;
  const auto place = [&](int i, int j) {
    return result + i * p.rowStride + j / kGroups * p.panelStride + j % kGroups * kWidth;
  };
  Vec sum[ROWS][kVectors];
  if (terms.begin > 0) {
#pragma GCC unroll 24
    for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; j++) sum[i][j] = i < rows ? load(place(i, j)) : zero();
    }
  } else {
#pragma GCC unroll 24
    for (int i = 0; i < ROWS; i++) {
      const Vec start = p.start && i < rows ? broadcast(p.start[row + i]) : zero();
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; j++) sum[i][j] = start;
    }
  }
  // A pointer for each block and panel: with sums of strides in their place, the compiler runs out of registers.
  const float* left[kBlocks];
  const float* right[PANELS];
#pragma GCC unroll 3
  for (int b = 0; b < kBlocks; b++) {
    left[b] = p.left + (row / kBlockRows + b) * p.leftStride + int64_t{terms.begin} * kBlockRows + row % kBlockRows;
  }
#pragma GCC unroll 3
  for (int b = 0; b < PANELS; b++) right[b] = p.right + (panel + b) * p.rightStride + int64_t{terms.begin} * kLanes;
  for (int32_t n = terms.begin; n < terms.end; n++) {
    Vec value[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; j++) value[j] = load(right[j / kGroups] + j % kGroups * kWidth);
#pragma GCC unroll 24
    for (int i = 0; i < ROWS; i++) {
      const Vec factor = broadcast(left[i / kBlockRows][i % kBlockRows]);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; j++) sum[i][j] = fma(factor, value[j], sum[i][j]);
    }
    // The next tile's rows begin on another page, where the processor would have to find its stride anew.
    __builtin_prefetch(left[0] + kBlocks * p.leftStride);
#pragma GCC unroll 3
    for (int b = 0; b < kBlocks; b++) left[b] += kBlockRows;
#pragma GCC unroll 3
    for (int b = 0; b < PANELS; b++) right[b] += kLanes;
  }
#pragma GCC unroll 24
  for (int i = 0; i < ROWS; i++) {
    if (i >= rows) break;
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; j++) store(place(i, j), sum[i][j]);
  }
}

// Neighbouring panels: all of the rows, some of the terms.
template <int PANELS>
void panelsBeside(const Product& p, Range rows, int32_t panel, Range terms) {
  int32_t row = rows.begin;
  if constexpr (PANELS == 1 && kRegisters == 32) {
    // Four blocks are better as twice two than as three and one.
    constexpr int kBlock = kTileRows;
    const auto left = [&] { return rows.end - row; };
    for (; left() > 4 * kBlock || (left() > 2 * kBlock && left() <= 3 * kBlock); row += 3 * kBlock) {
      tile<3 * kBlock, 1>(p, row, rows.end, panel, terms);
    }
    for (; left() > kBlock; row += 2 * kBlock) tile<2 * kBlock, 1>(p, row, rows.end, panel, terms);
  }
  for (; row < rows.end; row += kTileRows) tile<kTileRows, PANELS>(p, row, rows.end, panel, terms);
}

void multiplyGroup(const Product& p, Range rows, Range panels, Range terms) {
  int32_t panel = panels.begin;
  if constexpr (kTilePanels == 3) {
    const auto left = [&] { return panels.end - panel; };
    for (; left() > 4 || left() == 3; panel += 3) panelsBeside<3>(p, rows, panel, terms);
    for (; left() > 1; panel += 2) panelsBeside<2>(p, rows, panel, terms);
  }
  for (; panel < panels.end; panel++) panelsBeside<1>(p, rows, panel, terms);
}

}  // namespace

void multiply(const Product& p, int32_t begin, int32_t end, int32_t panels) {
  for (int32_t row = begin; row < end; row += kRows) {
    const Range rows = {row, row + kRows < end ? row + kRows : end};
    for (int32_t group = 0; group * kPanels < panels; group++) {
      for (int32_t step = 0; step * kDepth < p.depth; step++) {
        multiplyGroup(p, rows, pieceOf(panels, kPanels, group), pieceOf(p.depth, kDepth, step));
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
