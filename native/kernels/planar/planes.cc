#include "kernels/planar/planes.h"

#include "kernels/conv2d/window.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

int32_t greatestCommonDivisor(int32_t a, int32_t b) {
  while (b != 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// `count` rows from one source row on, `step` rows apart; `inside` are those that lie in the image.
struct Lines {
  int32_t count;
  Range inside;
  int64_t stride;
};

// Stores whole vectors; what they write too much lies in the rows that follow, and is written again, or in the room
// behind a channel.
//
// A first copy with its padding filled in, from which the others are taken without masks, makes no difference: where it
// takes long, it is for the writing to the second-level cache.
void copyNeighbours(const Lines& lines, int32_t width, Range columns, const float* source, float* to) {
  const int32_t last = (width - 1) / kWidth * kWidth;
  // From the right, so that the next row's left end is written after this one's right end.
  for (int32_t x = last; x >= 0; x -= kWidth) {
    const int32_t begin = atLeast(0, atMost(columns.begin - x, kWidth));
    const int32_t end = atLeast(begin, atMost(columns.end - x, kWidth));
    float* out = to + x;
    int32_t row = 0;
    for (; row < lines.inside.begin; row++, out += width) store(out, zero());
    const float* from = source + row * lines.stride + x;
    if (begin == 0 && end == kWidth) {
      for (; row < lines.inside.end; row++, out += width, from += lines.stride) store(out, load(from));
    } else {
      for (; row < lines.inside.end; row++, out += width, from += lines.stride) store(out, loadLanes(from, begin, end));
    }
    for (; row < lines.count; row++, out += width) store(out, zero());
  }
}

void copySpread(const Lines& lines, int32_t width, Range columns, int32_t step, const float* source, float* to) {
  for (int32_t row = 0; row < lines.count; row++, to += width) {
    const bool inside = row >= lines.inside.begin && row < lines.inside.end;
    const float* from = source + row * lines.stride;
    for (int32_t x = 0; x < width; x++) {
      to[x] = inside && x >= columns.begin && x < columns.end ? from[static_cast<int64_t>(x) * step] : 0.0f;
    }
  }
}

}  // namespace

Planes planesOf(const Axis& rows, const Axis& columns, int32_t bandRows, int64_t channels) {
  Planes planes{};
  planes.rows = rows;
  planes.columns = columns;
  planes.bandRows = bandRows;
  planes.channels = channels;
  // The rows of a tap are those of the first tap after it that lies a multiple of the step away.
  const int32_t common = greatestCommonDivisor(rows.step, rows.apart);
  const int32_t period = rows.step / common;
  planes.phases = atLeast(1, atMost(period, rows.taps));
  planes.rowsApart = rows.apart / common;
  const int64_t height =
      bandRows + static_cast<int64_t>(rows.taps > 0 ? (rows.taps - 1) / period : 0) * planes.rowsApart;
  planes.phaseSize = height * columns.outputs;
  planes.channelSize = kLanes + (rows.taps > 0 ? planes.phases * columns.taps * planes.phaseSize : 0);
  return planes;
}

void layOut(const Planes& planes, int32_t row, int32_t count, const float* source, int64_t channels, float* laidOut) {
  const Axis& rows = planes.rows;
  const Axis& columns = planes.columns;
  if (rows.taps == 0) return;
  const auto height = static_cast<int32_t>(planes.phaseSize / columns.outputs);
  Lines lines{};
  lines.count = height - planes.bandRows + count;
  lines.stride = static_cast<int64_t>(rows.step) * columns.size;
  const int64_t sourcePlane = static_cast<int64_t>(rows.size) * columns.size;
  for (int32_t s = 0; s < columns.taps; s++) {
    const int32_t column = columns.first + s * columns.apart;
    const Range inside = outputsInside(column, columns.size, columns.outputs, columns.step);
    for (int32_t phase = 0; phase < planes.phases; phase++) {
      const int32_t first = row * rows.step + rows.first + phase * rows.apart;
      lines.inside = outputsInside(first, rows.size, lines.count, rows.step);
      const float* from = source + static_cast<int64_t>(first) * columns.size + column;
      float* to = laidOut + planes.offsetOf(phase, s);
      for (int64_t c = 0; c < channels; c++, from += sourcePlane, to += planes.channelSize) {
        if (columns.step == 1) {
          copyNeighbours(lines, columns.outputs, inside, from, to);
        } else {
          copySpread(lines, columns.outputs, inside, columns.step, from, to);
        }
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
