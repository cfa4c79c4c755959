// The numbers of a program, one after another. A number that is out of range is remembered as a failure.
#pragma once
#include <math.h>

#include "plan/op.h"

namespace laminet {

// Elements of a tensor or a parameter: what 32-bit counters can go beyond without overflow.
constexpr int64_t kMostElements = int64_t{1} << 30;
// Any other whole number of a geometry; the check looks closer.
constexpr int32_t kMostField = 0x3fffffff;
// Parameters, tensors, instructions and results of a program.
constexpr int64_t kMostItems = 1 << 20;

class FieldReader {
 public:
  FieldReader(const double* numbers, size_t count) : next_(numbers), end_(numbers + count) {}

  bool ok() const { return ok_; }
  bool atEnd() const { return next_ == end_; }
  void fail() { ok_ = false; }

  double number() {
    if (next_ == end_) ok_ = false;
    return ok_ ? *next_++ : 0.0;
  }

  // A whole number from `least` to `most`; a failure reads as `least`.
  int64_t whole(int64_t least, int64_t most) {
    const double value = number();
    if (!ok_ || !(value >= static_cast<double>(least) && value <= static_cast<double>(most)) || floor(value) != value) {
      ok_ = false;
      return least;
    }
    return static_cast<int64_t>(value);
  }

  // As a float.
  float finite() {
    const auto value = static_cast<float>(number());
    if (!isfinite(value)) ok_ = false;
    return value;
  }

  int32_t whole32(int32_t least, int32_t most) { return static_cast<int32_t>(whole(least, most)); }

 private:
  const double* next_;
  const double* end_;
  bool ok_ = true;
};

// A geometry that consists of int32 fields: wholeNumbers<&Geometry::dense>.
template <auto member>
constexpr GeometryFormat wholeNumbers() {
  constexpr auto fields = static_cast<int32_t>(sizeof(Geometry().*member) / sizeof(int32_t));
  return {fields, [](FieldReader& reader, Instruction* instruction) {
            auto* field = reinterpret_cast<int32_t*>(&(instruction->geometry.*member));
            for (int32_t i = 0; i < fields; i++) field[i] = reader.whole32(-1, kMostField);
          }};
}

// A geometry that is a number of elements.
constexpr GeometryFormat elementCount() {
  return {1, [](FieldReader& reader, Instruction* instruction) {
            instruction->geometry.elements = reader.whole(1, kMostElements);
          }};
}

}  // namespace laminet
