// The end of a step as stages with a meeting point after each, and the tasks of each stage. A step's gradients are
// added up, and where it updates, parameters are changed. Mostly each range of a parameter's rows is a task by itself,
// of a single stage; but a bound by a norm must wait for all gradients that are in the norm, and an optimizer that
// changes matrices for whole ones.
#pragma once
#include <vector>

#include "plan/lower.h"
#include "plan/muon.h"

namespace laminet {

enum class UpdateWork : int32_t {
  whole,     // ranges: gather and apply, one behind the other
  gather,    // ranges: gradients are added up, penalized, accumulated; the squares of each range are summed
  norms,     // norms: added up of the ranges' squares
  momentum,  // ranges of matrices: gradients are bounded and mixed into their mean
  divide,    // matrices, as all that follow: by their norms
  gram,      // X X^T
  square,    // of that, with the coefficients
  multiply,  // X for the next round
  turn,      // tall ones back
  apply,     // ranges: gradients are bounded, parameters changed, bounded, averaged and packed
};

struct UpdateStage {
  UpdateWork work;
  int32_t round;  // of the iteration on matrices
};

// Rows [begin, end) of a parameter, or of a matrix.
struct RowRange {
  int32_t of;
  int32_t begin, end;
};

// A parameter that is changed as a matrix, with no more rows than columns: a taller one is turned round.
struct Matrix {
  int32_t parameter;
  Muon muon;
  bool tall;
  int64_t rows, columns;  // as it is worked on
  // Floats into the matrices' memory: the direction of the step, as the parameter lies; X of even and of odd rounds;
  // X X^T; the polynomial of that.
  int64_t direction, x[2], gram, square;
};

struct UpdateStages {
  std::vector<UpdateStage> stages;
  std::vector<int32_t> rows;        // by parameter: the parts in which it can be changed
  std::vector<RowRange> ranges;     // of parameters, in their order
  std::vector<int32_t> firstRange;  // by parameter, and their number at the end
  // By parameter: whether the sums of a range's gradients are needed only while it is worked on, so that they can stay
  // in the cache. They then have a place by thread, of so many floats.
  std::vector<bool> passing;
  int64_t passingFloats = 0;
  std::vector<Matrix> matrices;
  std::vector<int32_t> matrixOf;      // by parameter, or -1
  std::vector<int32_t> matrixRanges;  // of the ranges: those of matrices
  std::vector<RowRange> blocks;       // of matrices
  std::vector<RowRange> turns;        // of tall ones, turned back
  int64_t matrixFloats = 0;

  // The tasks of a stage; `norms` is the number of norms.
  int32_t tasks(UpdateWork work, int32_t norms) const;
};

UpdateStages updateStages(const Program& program, const Lowered& lowered);

}  // namespace laminet
