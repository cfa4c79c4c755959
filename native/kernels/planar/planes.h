// Images laid out for convolution with pixels in the vectors: a copy of each channel for each column of taps, shifted
// and cut to the width of the output, padding filled in. The rows of a copy follow on each other as those of the output
// do. So a tap meets the outputs [p, p + n), numbered row by row, at n neighbouring places, a fixed way from p, even
// across the ends of rows: no lane is idle but at the end of an image, however narrow it is.
//
// Rows are shared by the rows of taps. Where windows step over rows, a copy has the rows of one phase of the step after
// another.
#pragma once
#include <stdint.h>

#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// One axis of a walk over an image: tap t of output o meets place o * step + first + t * apart, which is padding where
// it lies outside of [0, size).
struct Axis {
  int32_t outputs, size;
  int32_t step, first, apart;
  int32_t taps;
};

struct Planes {
  Axis rows, columns;
  int32_t bandRows;     // rows of outputs that are laid out at a time, at most
  int32_t phases;       // tap r lies in phase r % phases ...
  int32_t rowsApart;    // ... from its row r / phases * rowsApart on
  int64_t phaseSize;    // floats of a phase
  int64_t channelSize;  // floats of a channel, with room behind it for a vector that starts in it
  int64_t channels;     // at a time
  int64_t size() const { return channels * channelSize; }
  int64_t offsetOf(int32_t r, int32_t s) const {
    const int64_t phase = static_cast<int64_t>(s) * phases + r % phases;
    return phase * phaseSize + static_cast<int64_t>(r / phases) * rowsApart * columns.outputs;
  }
};

// A layout of bands of so many rows.
Planes planesOf(const Axis& rows, const Axis& columns, int32_t bandRows, int64_t channels);

// Lays out what the `count` rows of outputs from `row` on meet in the first `channels` channels of source.
void layOut(const Planes& planes, int32_t row, int32_t count, const float* source, int64_t channels, float* laidOut);

}  // namespace LAMINET_ISA
}  // namespace laminet
