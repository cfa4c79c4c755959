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

// `count` outputs from 2 * count inputs of two rows each.
void forwardTwo(const float* above, const float* below, int count, float* output, uint8_t* winners) {
  const int first = atMost(2 * count, kWidth);
  const auto loadRow = [&](const float* row, Vec& even, Vec& odd) {
    if (count == kWidth) {
      split(load(row), load(row + kWidth), even, odd);
    } else {
      split(loadLanes(row, 0, first), loadLanes(row + kWidth, 0, 2 * count - first), even, odd);
    }
  };
  Vec pixel[4];
  loadRow(above, pixel[0], pixel[1]);
  loadRow(below, pixel[2], pixel[3]);
  Best best = {broadcast(-__builtin_inff()), zero()};
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) challenge(best, pixel[i], static_cast<float>(i));
  if (count == kWidth) {
    store(output, best.value);
    storeBytes(winners, best.place);
  } else {
    storeFirst(output, best.value, count);
    storeBytesFirst(winners, best.place, count);
  }
}

// The gradients of `count` outputs to 2 * count inputs of two rows each.
void gradInputTwo(const float* gradOutput, const uint8_t* winners, int count, float* above, float* below) {
  Vec gradient, place;
  if (count == kWidth) {
    gradient = load(gradOutput);
    place = loadBytes(winners);
  } else {
    gradient = loadLanes(gradOutput, 0, count);
    uint8_t bytes[kWidth] = {};
    for (int i = 0; i < count; i++) bytes[i] = winners[i];
    place = loadBytes(bytes);
  }
  Vec share[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) share[i] = select(equal(place, broadcast(static_cast<float>(i))), gradient, zero());
  const int first = atMost(2 * count, kWidth);
  const auto storeRow = [&](float* row, Vec even, Vec odd) {
    Vec a, b;
    join(even, odd, a, b);
    storeFirst(row, a, first);
    if (2 * count > kWidth) storeFirst(row + kWidth, b, 2 * count - kWidth);
  };
  storeRow(above, share[0], share[1]);
  storeRow(below, share[2], share[3]);
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

// Calls visit(offset of the outputs, offset of the inputs above them, outputs) for all vectors of the part's rows.
template <class Visit>
LAMINET_INLINE void eachVectorOfTwo(const MaxPool2dGeometry& g, Part part, const Visit& visit) {
  const Share rows = shareOf(part, static_cast<int64_t>(g.channels) * g.outHeight);
  for (int64_t row = rows.begin; row < rows.end; row++) {
    for (int32_t x = 0; x < g.outWidth; x += kWidth) {
      visit(row * g.outWidth + x, 2 * row * g.inWidth + 2 * x, atMost(g.outWidth - x, kWidth));
    }
  }
}

}  // namespace

void planarMaxPool2dForward(const MaxPool2dGeometry& g, Part part, const float* input, float* output, void* winners) {
  if (tilesByTwo(g)) {
    auto* bytes = static_cast<uint8_t*>(winners);
    eachVectorOfTwo(g, part, [&](int64_t out, int64_t in, int count) {
      forwardTwo(input + in, input + in + g.inWidth, count, output + out, bytes + out);
    });
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
    eachVectorOfTwo(g, part, [&](int64_t out, int64_t in, int count) {
      gradInputTwo(gradOutput + out, bytes + out, count, gradInput + in, gradInput + in + g.inWidth);
    });
  } else if (winnerBytes(g) == 1) {
    gradInputOf(g, shareOf(part, g.channels), gradOutput, static_cast<const uint8_t*>(winners), gradInput);
  } else {
    gradInputOf(g, shareOf(part, g.channels), gradOutput, static_cast<const float*>(winners), gradInput);
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
