// Where the tiles of an image lie, and the rows of pixels that they are computed from.
#pragma once
#include "kernels/conv2d/window.h"
#include "kernels/winograd/transform.h"

namespace laminet {
namespace LAMINET_ISA {

// A convolution forward, or another one backward to the input: output row y, column x is computed from the 3x3 inputs
// from row y - padTop, column x - padLeft on.
struct Correlation {
  int32_t channels, inHeight, inWidth;
  int32_t filters, outHeight, outWidth;
  int32_t padTop, padLeft;
  int32_t tilesWide() const { return (outWidth + kTile - 1) / kTile; }
  int32_t tiles() const { return (outHeight + kTile - 1) / kTile * tilesWide(); }
};

inline Correlation forwardOf(const Conv2dGeometry& g) {
  return {g.inChannels, g.inHeight, g.inWidth, g.outChannels, g.outHeight, g.outWidth, g.padTop, g.padLeft};
}

inline Correlation backwardOf(const Conv2dGeometry& g) {
  return {g.outChannels, g.outHeight, g.outWidth,           g.inChannels,
          g.inHeight,    g.inWidth,   kTaps - 1 - g.padTop, kTaps - 1 - g.padLeft};
}

// Neighbouring tiles of one row.
struct Run {
  int32_t row, column;  // of the first, in tiles
  int32_t first, count;
};

// Calls visit(run) for tiles [begin, end), which are counted row by row. Run::first counts from `begin`.
template <class Visit>
LAMINET_INLINE void eachRun(int32_t tilesWide, int32_t begin, int32_t end, const Visit& visit) {
  for (int32_t at = begin; at < end;) {
    const int32_t column = at % tilesWide;
    const int32_t count = atMost(end - at, tilesWide - column);
    visit(Run{at / tilesWide, column, at - begin, count});
    at += count;
  }
}

// Maps of channels whose pixels are transformed. Gradients through max-pooling are read as those of the large map: what
// did not win is zero.
struct Maps {
  const float* values;
  const uint8_t* winners;  // null where nothing was pooled
  int32_t height, width;   // of the large map
  int64_t plane() const {
    return winners ? static_cast<int64_t>(height / 2) * (width / 2) * kLanes
                   : static_cast<int64_t>(height) * width * kLanes;
  }
};

// Some lanes of a few rows of one map; rows outside of it are zeros.
template <bool kPooled, int kRows>
class MapRows {
 public:
  // Rows from `top` on of a channel, lanes from `lane` on. `zeros` are at least as many floats as a row has, all zero.
  LAMINET_INLINE MapRows(const Maps& maps, int32_t channel, int32_t top, int lane, const float* zeros) {
    const int64_t rowStride = static_cast<int64_t>(kPooled ? maps.width / 2 : maps.width) * kLanes;
    for (int i = 0; i < kRows; i++) {
      const int32_t y = top + i;
      const bool inside = y >= 0 && y < maps.height;
      const int64_t at = channel * maps.plane() + (kPooled ? y / 2 : y) * rowStride + lane;
      values_[i] = inside ? maps.values + at : zeros;
      if constexpr (kPooled) {
        winners_[i] = inside ? maps.winners + at : reinterpret_cast<const uint8_t*>(zeros);
        place_[i] = 2 * (y & 1);
      }
    }
  }

  // Column x, which lies inside the map.
  LAMINET_INLINE Vec at(int row, int32_t x) const {
    if constexpr (kPooled) {
      const int64_t window = static_cast<int64_t>(x / 2) * kLanes;
      const Mask won = equal(loadBytes(winners_[row] + window), broadcast(static_cast<float>(place_[row] + (x & 1))));
      return select(won, load(values_[row] + window), zero());
    } else {
      return load(values_[row] + static_cast<int64_t>(x) * kLanes);
    }
  }

 private:
  const float* values_[kRows];
  const uint8_t* winners_[kRows];
  int32_t place_[kRows];  // of a window's left pixel in the row
};

}  // namespace LAMINET_ISA
}  // namespace laminet
