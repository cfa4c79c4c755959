// The numbers of the op muon, by their names: lib/ops/muon.ts has the formulas.
#pragma once
#include <math.h>
#include <stdint.h>

#include <algorithm>

#include "kernels/geometry.h"

namespace laminet {

struct Muon {
  double momentum;
  bool nesterov;
  int32_t iterations;
  int64_t rows, columns;

  explicit Muon(const UpdateGeometry& g)
      : momentum(g.constants[0]),
        nesterov(g.constants[1] == 1),
        iterations(static_cast<int32_t>(g.constants[2])),
        rows(static_cast<int64_t>(g.constants[3])),
        columns(static_cast<int64_t>(g.constants[4])) {}

  double scale() const { return sqrt(std::max(1.0, static_cast<double>(rows) / static_cast<double>(columns))); }
};

}  // namespace laminet
