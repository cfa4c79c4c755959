// Convolution backward to the input, through the max-pooling behind it. A window's gradient went to one of its four
// outputs, a different one from lane to lane. Rather than multiplying each weight with a gradient that is zero in three
// quarters of the lanes, every lane looks up the weight that leads from its winner to the input: a row of the kernel
// (two rows with 32 registers) is a table of 8 (16) floats in a register. That is one multiply-add for an input and a
// window that reaches it, where (2 kernelSize / (kernelSize + 1))^2 would be needed.
//
// Inputs are computed in squares of 2x2, whose corners are even in the padded image: a window reaches all of a square
// or nothing of it (but for the kernel's rest, where tables hold zeros).
#if !LAMINET_ISA_SSE2
#include "kernels/conv2d/functions.h"
#include "kernels/conv2d/window.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Floats of a row of a kernel in the table: before and behind its taps there is a zero at least.
constexpr int32_t kRow = 8;

// Channels of a tile.
constexpr int32_t kMostChannels = kRegisters == 32 ? 6 : 1;

// Rows of a kernel in the table, from the last one down: rows of zeros, for odd kernels one, the taps, a row of zeros.
int32_t tableRows(const Conv2dGeometry& g) { return g.kernelHeight / 2 * 2 + 3; }

#if LAMINET_ISA_AVX512

// Which entry of the table of the rows i and i - 1 each lane takes for inputs of the two columns j and j + 1 of a
// window: from row i where the winner is above, else from row i - 1, and there tap j, or j - 1 where it is on the
// right.
struct Choice {
  __m512i left, right;
};

// `column` is j.
LAMINET_INLINE Choice choiceOf(const uint8_t* winners, int32_t column) {
  const __m128i entries = _mm_add_epi8(_mm_setr_epi8(0, -1, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                                       _mm_set1_epi8(static_cast<char>(column)));
  const __m128i places = _mm_loadu_si128(reinterpret_cast<const __m128i*>(winners));
  const __m512i left = _mm512_cvtepi8_epi32(_mm_shuffle_epi8(entries, places));
  // Minus one, made anew each time: there is no register left to keep it in.
  return {left, _mm512_sub_epi32(left, _mm512_ternarylogic_epi32(left, left, left, 0xff))};
}

// Adds a window's share to a square of inputs. `table` is that of the square's upper row in the window.
LAMINET_INLINE void addShare(const Choice& choice, Vec gradient, const float* table, Vec (&sum)[4]) {
  __m512 upper = _mm512_loadu_ps(table);
  __m512 lower = _mm512_loadu_ps(table - kRow);
  // Else each would be loaded twice, as an operand in memory of both look-ups: loads are what there is least of.
  asm("" : "+v"(upper), "+v"(lower));
  sum[0] = fma(gradient, {_mm512_permutexvar_ps(choice.left, upper)}, sum[0]);
  sum[1] = fma(gradient, {_mm512_permutexvar_ps(choice.right, upper)}, sum[1]);
  sum[2] = fma(gradient, {_mm512_permutexvar_ps(choice.left, lower)}, sum[2]);
  sum[3] = fma(gradient, {_mm512_permutexvar_ps(choice.right, lower)}, sum[3]);
}

#else

struct Choice {
  __m256i left, right;
  Mask isBelow;
};

LAMINET_INLINE Choice choiceOf(const uint8_t* winners, int32_t column) {
  const __m256i places = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(winners)));
  // The permutation takes the lowest three bits of column - (place & 1).
  const __m256i left = _mm256_sub_epi32(_mm256_set1_epi32(column), _mm256_and_si256(places, _mm256_set1_epi32(1)));
  const __m256i right = _mm256_sub_epi32(left, _mm256_set1_epi32(-1));
  return {left, right, {_mm256_castsi256_ps(_mm256_slli_epi32(places, 30))}};
}

LAMINET_INLINE void addShare(const Choice& choice, Vec gradient, const float* table, Vec (&sum)[4]) {
  const __m256 lower = _mm256_loadu_ps(table - kRow);
  const __m256 upper = _mm256_loadu_ps(table);
  const __m256 above = _mm256_loadu_ps(table + kRow);
  const Vec left = {_mm256_permutevar8x32_ps(upper, choice.left)};
  const Vec right = {_mm256_permutevar8x32_ps(upper, choice.right)};
  sum[0] = fma(gradient, select(choice.isBelow, {_mm256_permutevar8x32_ps(above, choice.left)}, left), sum[0]);
  sum[1] = fma(gradient, select(choice.isBelow, {_mm256_permutevar8x32_ps(above, choice.right)}, right), sum[1]);
  sum[2] = fma(gradient, select(choice.isBelow, left, {_mm256_permutevar8x32_ps(lower, choice.left)}), sum[2]);
  sum[3] = fma(gradient, select(choice.isBelow, right, {_mm256_permutevar8x32_ps(lower, choice.right)}), sum[3]);
}

#endif

struct Block {
  const Conv2dGeometry* g;
  const float* gradPooled;  // of the group's filters
  const uint8_t* winners;
  const float* packed;  // of the first channel
  float* gradInput;
};

// The square of inputs at (2 row, 2 column) of the padded image, for CB channels and one group of lanes.
template <int CB>
LAMINET_INLINE void square(const Block& b, int32_t row, int32_t column, int lane) {
  const Conv2dGeometry& g = *b.g;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t height = g.outHeight / 2;
  const int32_t width = g.outWidth / 2;
  const int64_t pooledPlane = static_cast<int64_t>(height) * width * kLanes;
  const int32_t rows = tableRows(g);
  const int64_t kernelStride = static_cast<int64_t>(rows) * kRow;
  const int64_t channelStride = filters * kernelStride;
  Vec sum[CB][4];
#pragma GCC unroll 8
  for (int c = 0; c < CB; c++) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) sum[c][i] = zero();
  }
  const int32_t lastRow = atMost(row, height - 1);
  const int32_t lastColumn = atMost(column, width - 1);
  for (int32_t y = atLeast(0, row - g.kernelHeight / 2); y <= lastRow; y++) {
    const float* upper = b.packed + (rows - 2 - 2 * (row - y)) * kRow;
    for (int32_t x = atLeast(0, column - g.kernelWidth / 2); x <= lastColumn; x++) {
      const int64_t at = (static_cast<int64_t>(y) * width + x) * kLanes + lane;
      const float* gradient = b.gradPooled + at;
      const uint8_t* winner = b.winners + at;
      const float* table = upper;
      for (int32_t k = 0; k < filters; k++) {
        const Choice choice = choiceOf(winner, 2 * (column - x));
        const Vec d = load(gradient);
#pragma GCC unroll 8
        for (int c = 0; c < CB; c++) addShare(choice, d, table + c * channelStride, sum[c]);
        gradient += pooledPlane;
        winner += pooledPlane;
        table += kernelStride;
      }
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const int32_t top = 2 * row + i / 2 - g.padTop;
    const int32_t left = 2 * column + i % 2 - g.padLeft;
    if (top < 0 || top >= g.inHeight || left < 0 || left >= g.inWidth) continue;
    float* out = b.gradInput + (static_cast<int64_t>(top) * g.inWidth + left) * kLanes + lane;
    const int64_t plane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
#pragma GCC unroll 8
    for (int c = 0; c < CB; c++) store(out + c * plane, sum[c][i]);
  }
}

template <int CB>
void squares(const Block& b, Rows rows) {
  const Conv2dGeometry& g = *b.g;
  const int32_t first = g.padTop / 2;
  for (int32_t row = first + rows.begin; row < first + rows.end; row++) {
    for (int32_t column = g.padLeft / 2; column <= (g.padLeft + g.inWidth - 1) / 2; column++) {
      for (int lane = 0; lane < kLanes; lane += kWidth) square<CB>(b, row, column, lane);
    }
  }
}

using Squares = void (*)(const Block&, Rows);
#if LAMINET_ISA_AVX512
constexpr Squares kSquares[] = {nullptr, squares<1>, squares<2>, squares<3>, squares<4>, squares<5>, squares<6>};
#else
constexpr Squares kSquares[] = {nullptr, squares<1>};
#endif

}  // namespace

bool conv2dPoolHasGradients(const Conv2dGeometry& g) {
  return g.strideHeight == 1 && g.strideWidth == 1 && g.dilationHeight == 1 && g.dilationWidth == 1 &&
         g.kernelWidth < kRow;
}

int64_t conv2dPoolPackedSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.outChannels) * (g.inChannels / g.groups) * tableRows(g) * kRow;
}

// packed[group][channel][filter][row, from the last down][8]
void conv2dPoolPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t rows = tableRows(g);
  for (int32_t k = begin; k < end; k++) {
    for (int32_t c = 0; c < channels; c++) {
      const int64_t kernel = (static_cast<int64_t>(k / filters) * channels + c) * filters + k % filters;
      const float* from = weight + (static_cast<int64_t>(k) * channels + c) * g.kernelHeight * g.kernelWidth;
      for (int32_t r = 0; r < g.kernelHeight; r++) {
        float* to = packed + (kernel * rows + rows - 2 - r) * kRow;
        for (int32_t s = 0; s < g.kernelWidth; s++) to[s] = from[r * g.kernelWidth + s];
      }
    }
  }
}

void conv2dPoolGradInput(const Conv2dGeometry& g, Part part, const float* gradPooled, const uint8_t* winners,
                         const float* packed, float* gradInput) {
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int64_t plane = static_cast<int64_t>(g.inHeight) * g.inWidth * kLanes;
  const int64_t pooled = static_cast<int64_t>(filters) * (g.outHeight / 2) * (g.outWidth / 2) * kLanes;
  const int64_t tables = static_cast<int64_t>(filters) * tableRows(g) * kRow;
  const int32_t height = (g.padTop + g.inHeight - 1) / 2 - g.padTop / 2 + 1;
  eachBlock(part, g.groups, channels, height, [&](int32_t group, int32_t first, int32_t size, Rows rows) {
    const int32_t splits = (size + kMostChannels - 1) / kMostChannels;
    for (int32_t split = 0; split < splits; split++) {
      const int32_t begin = split * size / splits;
      const int32_t count = (split + 1) * size / splits - begin;
      const Block block = {&g, gradPooled + group * pooled, winners + group * pooled, packed + (first + begin) * tables,
                           gradInput + (first + begin) * plane};
      kSquares[count](block, rows);
    }
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
#endif
