// Rows of changed images: up to 16 neighbouring pixels of one sample at a time.
#pragma once
#include "kernels/gather_augmented/draws.h"

namespace laminet {
namespace LAMINET_ISA {

constexpr int32_t kRun = 16;

LAMINET_INLINE Vec loadNumbers(const float* p) { return load(p); }
LAMINET_INLINE Vec loadNumbers(const uint8_t* p) { return loadBytes(p); }

// Where a place beside 0 to size - 1 lies in the reflection, which does not repeat the edge.
LAMINET_INLINE int32_t reflected(int32_t at, int32_t size) {
  if (at >= 0 && at < size) return at;
  if (size == 1) return 0;
  const int32_t period = 2 * (size - 1);
  const int32_t rest = at % period;
  const int32_t within = rest < 0 ? rest + period : rest;
  return within < size ? within : period - within;
}

// The largest whole number that is not above a number far within 32 bits.
LAMINET_INLINE int32_t wholeBelow(double value) {
  const auto whole = static_cast<int32_t>(value);
  return whole > value ? whole - 1 : whole;
}

// One channel of one sample, on its way to the output.
template <class Number>
struct ChangedPlane {
  const GatherAugmentedGeometry& g;
  const SampleDraw& draw;
  const Number* plane;
  float offset;
  int32_t height, width;  // of the padded image
  bool coloured, bent;

  ChangedPlane(const GatherAugmentedGeometry& geometry, const SampleDraw& drawn, const Number* numbers, float added)
      : g(geometry),
        draw(drawn),
        plane(numbers),
        offset(added),
        height(g.gather.padTop + g.gather.sourceHeight + g.gather.padBottom),
        width(g.gather.padLeft + g.gather.sourceWidth + g.gather.padRight),
        coloured(g.brightness != 0 || g.contrast != 0),
        bent(g.rotation != 0 || g.scaling != 0) {}

  // The stored row of a row of the padded image, or -1 outside.
  int32_t storedRow(int32_t y) const {
    const int32_t row = (g.reflect ? reflected(y, height) : y) - g.gather.padTop;
    return row >= 0 && row < g.gather.sourceHeight ? row : -1;
  }
  int32_t storedColumn(int32_t x) const {
    const int32_t column = (g.reflect ? reflected(x, width) : x) - g.gather.padLeft;
    return column >= 0 && column < g.gather.sourceWidth ? column : -1;
  }
  float valueOf(Number number) const {
    const float value = static_cast<float>(number) * g.gather.scale;
    return coloured ? value * draw.gain + offset : value;
  }
  float pixel(int32_t y, int32_t x) const {
    const int32_t row = storedRow(y);
    const int32_t column = storedColumn(x);
    return row < 0 || column < 0 ? 0.0f : valueOf(plane[static_cast<int64_t>(row) * g.gather.sourceWidth + column]);
  }

  // The pixels (y, x) to (y, x + run - 1) of the output. What is behind them, up to 16, is of no meaning.
  LAMINET_INLINE void write(int32_t y, int32_t x, int32_t run, float* to) const {
    if (bent) {
      interpolate(y, x, run, to);
    } else {
      copy(y, x, run, to);
    }
    if (y < draw.cutTop || y >= draw.cutTop + g.cutout) return;
    const int32_t begin = draw.cutLeft > x ? draw.cutLeft - x : 0;
    const int32_t end = draw.cutLeft + g.cutout < x + run ? draw.cutLeft + g.cutout - x : run;
    for (int32_t i = begin; i < end; i++) to[i] = 0;
  }

  LAMINET_INLINE void copy(int32_t y, int32_t x, int32_t run, float* to) const {
    const int32_t row = storedRow(y + draw.shiftY);
    if (row < 0) {
      __builtin_memset(to, 0, kRun * sizeof(float));
      return;
    }
    const Number* line = plane + static_cast<int64_t>(row) * g.gather.sourceWidth;
    const int32_t ahead = draw.flipped ? -1 : 1;
    const int32_t from = (draw.flipped ? width - 1 - x : x) + draw.shiftX;
    const int32_t first = from - g.gather.padLeft;
    const int32_t last = first + ahead * (run - 1);
    const bool inside = first >= 0 && first < g.gather.sourceWidth && last >= 0 && last < g.gather.sourceWidth;
    if (inside && run == kRun && !draw.flipped) {
      convert(line + first, to);
      return;
    }
    alignas(64) Number numbers[kRun] = {};
    if (inside) {
      for (int32_t i = 0; i < run; i++) numbers[i] = line[first + ahead * i];
      convert(numbers, to);
      return;
    }
    bool outside[kRun] = {};
    for (int32_t i = 0; i < run; i++) {
      const int32_t column = storedColumn(from + ahead * i);
      outside[i] = column < 0;
      if (column >= 0) numbers[i] = line[column];
    }
    convert(numbers, to);
    for (int32_t i = 0; i < run; i++) {
      if (outside[i]) to[i] = 0;
    }
  }

  LAMINET_INLINE void convert(const Number* numbers, float* to) const {
    const Vec scale = broadcast(g.gather.scale);
    const Vec gain = broadcast(draw.gain);
    const Vec added = broadcast(offset);
    for (int i = 0; i < kRun; i += kWidth) {
      const Vec value = mul(loadNumbers(numbers + i), scale);
      store(to + i, coloured ? add(mul(value, gain), added) : value);
    }
  }

  // In double precision, whose bits lib/backends/reference/gather-augmented.ts has, too.
  void interpolate(int32_t y, int32_t x, int32_t run, float* to) const {
    const double middleY = (height - 1) / 2.0;
    const double middleX = (width - 1) / 2.0;
    const double v = y - middleY;
    for (int32_t i = 0; i < run; i++) {
      const double u = (draw.flipped ? width - 1 - x - i : x + i) - middleX;
      const double fromY = draw.sine * u + draw.cosine * v + middleY + draw.shiftY;
      const double fromX = draw.cosine * u - draw.sine * v + middleX + draw.shiftX;
      const int32_t top = wholeBelow(fromY);
      const int32_t left = wholeBelow(fromX);
      const double down = fromY - top;
      const double right = fromX - left;
      const double a = pixel(top, left);
      const double b = pixel(top, left + 1);
      const double d = pixel(top + 1, left);
      const double e = pixel(top + 1, left + 1);
      const double upper = a + (b - a) * right;
      const double lower = d + (e - d) * right;
      to[i] = static_cast<float>(upper + (lower - upper) * down);
    }
  }
};

LAMINET_INLINE double sumOf(const uint8_t* numbers, int64_t count) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < count; i++) sum += numbers[i];
  return static_cast<double>(sum);
}
LAMINET_INLINE double sumOf(const float* numbers, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += static_cast<double>(numbers[i]);
  return sum;
}

// What is added to each scaled pixel of a channel once it is multiplied by the gain.
template <class Number>
LAMINET_INLINE float offsetOf(const GatherAugmentedGeometry& g, const SampleDraw& draw, const Number* plane) {
  if (g.contrast == 0) return static_cast<float>(draw.brightness);
  const int64_t pixels = static_cast<int64_t>(g.gather.sourceHeight) * g.gather.sourceWidth;
  const double mean = sumOf(plane, pixels) * static_cast<double>(g.gather.scale) / static_cast<double>(pixels);
  return static_cast<float>(mean * (1 - static_cast<double>(draw.gain)) + draw.brightness);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
