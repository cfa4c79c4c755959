#include "kernels/max_pool2d/max_pool2d.h"
#include "kernels/conv2d/window.h"
#include "kernels/planar/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Windows of 2x2 that tile the image are by far the most common: theirs go by vectors of outputs.
bool tilesByTwo(const MaxPool2dGeometry& g) {
  return g.kernelHeight == 2 && g.kernelWidth == 2 && g.strideHeight == 2 && g.strideWidth == 2 && g.padTop == 0 &&
         g.padLeft == 0 && g.inHeight == 2 * g.outHeight && g.inWidth == 2 * g.outWidth;
}

struct Best {
  Vec value, place;
};

LAMINET_INLINE void challenge(Best& best, Vec value, float place) {
  const Mask wins = either(less(best.value, value), isNan(value));
  best.value = select(wins, value, best.value);
  best.place = select(wins, broadcast(place), best.place);
}

// `count` outputs of one row, from two rows of inputs. Where `isWhole`, vectors are read and written as a whole: what
// is too much is written over by the rows that follow.
struct RowOfTwo {
  int64_t output, above, below;
  int count;
  bool isWhole;
};

LAMINET_INLINE void forwardTwo(const RowOfTwo& row, const float* input, float* output, uint8_t* winners) {
  const auto loadPairs = [&](const float* p, Vec& even, Vec& odd) {
    if (row.isWhole) {
      split(load(p), load(p + kWidth), even, odd);
    } else {
      const int first = atMost(2 * row.count, kWidth);
      split(loadLanes(p, 0, first), loadLanes(p + kWidth, 0, 2 * row.count - first), even, odd);
    }
  };
  Vec pixel[4];
  loadPairs(input + row.above, pixel[0], pixel[1]);
  loadPairs(input + row.below, pixel[2], pixel[3]);
  Best best = {pixel[0], zero()};
#pragma GCC unroll 4
  for (int i = 1; i < 4; i++) challenge(best, pixel[i], static_cast<float>(i));
  if (row.isWhole) {
    store(output + row.output, best.value);
    storeBytes(winners + row.output, best.place);
  } else {
    storeFirst(output + row.output, best.value, row.count);
    storeBytesFirst(winners + row.output, best.place, row.count);
  }
}

LAMINET_INLINE void gradInputTwo(const RowOfTwo& row, const float* gradOutput, const uint8_t* winners,
                                 float* gradInput) {
  Vec gradient, place;
  if (row.isWhole) {
    gradient = load(gradOutput + row.output);
    place = loadBytes(winners + row.output);
  } else {
    gradient = loadLanes(gradOutput + row.output, 0, row.count);
    uint8_t bytes[kWidth] = {};
    for (int i = 0; i < row.count; i++) bytes[i] = winners[row.output + i];
    place = loadBytes(bytes);
  }
  Vec share[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) share[i] = select(equal(place, broadcast(static_cast<float>(i))), gradient, zero());
  const auto storePairs = [&](float* p, Vec even, Vec odd) {
    Vec a, b;
    join(even, odd, a, b);
    const int first = atMost(2 * row.count, kWidth);
    if (row.isWhole) {
      store(p, a);
      if (2 * row.count > kWidth) store(p + kWidth, b);
    } else {
      storeFirst(p, a, first);
      storeFirst(p + kWidth, b, 2 * row.count - first);
    }
  };
  storePairs(gradInput + row.above, share[0], share[1]);
  storePairs(gradInput + row.below, share[2], share[3]);
}

template <class Winner>
void forwardOf(const MaxPool2dGeometry& g, Share channels, const float* input, float* output, Winner* winners) {
  for (int64_t c = channels.begin; c < channels.end; c++) {
    const float* plane = input + c * g.inHeight * g.inWidth;
    for (int32_t y = 0; y < g.outHeight; y++) {
      const int32_t top = y * g.strideHeight - g.padTop;
      const Range rows = tapsInside(top, g.inHeight, g.kernelHeight, 1);
      for (int32_t x = 0; x < g.outWidth; x++) {
        const int32_t left = x * g.strideWidth - g.padLeft;
        const Range columns = tapsInside(left, g.inWidth, g.kernelWidth, 1);
        const int64_t out = (c * g.outHeight + y) * g.outWidth + x;
        float best = -__builtin_inff();
        int32_t place = rows.begin * g.kernelWidth + columns.begin;
        for (int32_t r = rows.begin; r < rows.end; r++) {
          for (int32_t s = columns.begin; s < columns.end; s++) {
            const float value = plane[static_cast<int64_t>(top + r) * g.inWidth + left + s];
            if (best < value || value != value) {
              best = value;
              place = r * g.kernelWidth + s;
            }
          }
        }
        output[out] = best;
        winners[out] = static_cast<Winner>(place);
      }
    }
  }
}

template <class Winner>
void gradInputOf(const MaxPool2dGeometry& g, Share channels, const float* gradOutput, const Winner* winners,
                 float* gradInput) {
  const int64_t size = static_cast<int64_t>(g.inHeight) * g.inWidth;
  __builtin_memset(gradInput + channels.begin * size, 0,
                   static_cast<size_t>((channels.end - channels.begin) * size) * sizeof(float));
  for (int64_t c = channels.begin; c < channels.end; c++) {
    float* plane = gradInput + c * size;
    for (int32_t y = 0; y < g.outHeight; y++) {
      const int32_t top = y * g.strideHeight - g.padTop;
      for (int32_t x = 0; x < g.outWidth; x++) {
        const int32_t left = x * g.strideWidth - g.padLeft;
        const int64_t out = (c * g.outHeight + y) * g.outWidth + x;
        const auto place = static_cast<int32_t>(winners[out]);
        plane[static_cast<int64_t>(top + place / g.kernelWidth) * g.inWidth + left + place % g.kernelWidth] +=
            gradOutput[out];
      }
    }
  }
}

// Visits the vectors of the part's rows of outputs in their order.
template <class Visit>
LAMINET_INLINE void eachRowOfTwo(const MaxPool2dGeometry& g, Part part, const Visit& visit) {
  const int32_t width = g.outWidth;
  const Share rows = shareOf(part, static_cast<int64_t>(g.channels) * g.outHeight);
  const int64_t end = rows.end * width;
  RowOfTwo row{};
  row.above = 4 * rows.begin * width;
  for (row.output = rows.begin * width; row.output < end;) {
    for (int32_t x = 0; x < width; x += kWidth) {
      row.below = row.above + 2 * width;
      row.count = atMost(width - x, kWidth);
      // What a row writes too much must be the part's own (its inputs end at 4 * end), and yet to come.
      row.isWhole =
          row.count == kWidth || (width < kWidth && row.output + kWidth <= end && row.below + 2 * kWidth <= 4 * end);
      visit(row);
      row.output += row.count;
      row.above += 2 * row.count;
    }
    row.above += 2 * width;
  }
}

}  // namespace

void planarMaxPool2dForward(const MaxPool2dGeometry& g, Part part, const float* input, float* output, void* winners) {
  if (tilesByTwo(g)) {
    auto* bytes = static_cast<uint8_t*>(winners);
    eachRowOfTwo(g, part, [=](const RowOfTwo& row) { forwardTwo(row, input, output, bytes); });
  } else if (winnerBytes(g) == 1) {
    forwardOf(g, shareOf(part, g.channels), input, output, static_cast<uint8_t*>(winners));
  } else {
    forwardOf(g, shareOf(part, g.channels), input, output, static_cast<float*>(winners));
  }
}

void planarMaxPool2dGradInput(const MaxPool2dGeometry& g, Part part, const float* gradOutput, const void* winners,
                              float* gradInput) {
  if (tilesByTwo(g)) {
    const auto* bytes = static_cast<const uint8_t*>(winners);
    eachRowOfTwo(g, part, [=](const RowOfTwo& row) { gradInputTwo(row, gradOutput, bytes, gradInput); });
  } else if (winnerBytes(g) == 1) {
    gradInputOf(g, shareOf(part, g.channels), gradOutput, static_cast<const uint8_t*>(winners), gradInput);
  } else {
    gradInputOf(g, shareOf(part, g.channels), gradOutput, static_cast<const float*>(winners), gradInput);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
