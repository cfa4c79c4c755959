// Parameters that are changed as matrices: each stage of the iteration that makes them orthogonal, block of rows by
// block of rows.
#include <math.h>

#include "plan/plan.h"

namespace laminet {
namespace {

// The coefficients of lib/ops/muon.ts.
constexpr double kA = 3.4445;
constexpr double kB = -4.775;
constexpr double kC = 2.0315;
constexpr double kEpsilon = 1e-7;

}  // namespace

void Plan::changeMatrix(const UpdateStage& stage, const EndOfStep& end, int32_t task, int index) {
  if (stage.work == UpdateWork::momentum) {
    mixMomentum(end, updates_.matrixRanges[task], index);
    return;
  }
  const RowRange& block = stage.work == UpdateWork::turn ? updates_.turns[task] : updates_.blocks[task];
  const Matrix& m = updates_.matrices[block.of];
  const OrthogonalizeKernels& kernels = *kernels_->orthogonalize;
  float* memory = matrices_.floats();
  if (stage.round >= m.muon.iterations) return;
  const float* x = memory + m.x[stage.round % 2];
  switch (stage.work) {
    case UpdateWork::divide:
      kernels.divide(m.rows, m.columns, block.begin, block.end, m.tall, matrixNorm(m) + kEpsilon, memory + m.direction,
                     memory + m.x[0]);
      break;
    case UpdateWork::gram:
      kernels.timesTransposed(m.rows, m.columns, block.begin, block.end, x, 0, nullptr, 1, memory + m.gram);
      break;
    case UpdateWork::square:
      kernels.timesTransposed(m.rows, m.rows, block.begin, block.end, memory + m.gram, kB, memory + m.gram, kC,
                              memory + m.square);
      break;
    case UpdateWork::multiply:
      kernels.addProduct(m.rows, m.columns, block.begin, block.end, kA, memory + m.square, x,
                         memory + m.x[(stage.round + 1) % 2]);
      break;
    default:
      kernels.divide(m.columns, m.rows, block.begin, block.end, true, 1, memory + m.x[m.muon.iterations % 2],
                     memory + m.direction);
  }
}

// Bounds the gradients of a range and mixes them into their mean; the direction of the step is left in the matrices'
// memory.
void Plan::mixMomentum(const EndOfStep& end, int32_t task, int index) {
  const RowRange& range = updates_.ranges[task];
  const Matrix& m = updates_.matrices[updates_.matrixOf[range.of]];
  const Numbers n = numbersOf(task, index);
  boundByNorm(end, lowered_.rules[range.of], n);
  float* direction = matrices_.floats() + m.direction + (n.offset - program_.parameters[range.of].offset);
  kernels_->orthogonalize->momentum(n.count, m.muon.momentum, m.muon.nesterov, n.own, buffers_.state + n.offset,
                                    direction);
  squares_[task] = kernels_->update->squares(n.count, direction);
}

double Plan::matrixNorm(const Matrix& m) const {
  double squares = 0;
  for (int32_t range = updates_.firstRange[m.parameter]; range < updates_.firstRange[m.parameter + 1]; range++) {
    squares += squares_[range];
  }
  return sqrt(squares);
}

void Plan::applyMatrix(const EndOfStep& end, const Matrix& m, const UpdateGeometry& g, const Numbers& n) {
  const double learningRate = buffers_.learningRates[end.update] * g.learningRateFactor;
  const int64_t place = m.tall ? m.direction : m.x[m.muon.iterations % 2];
  const float* direction = matrices_.floats() + place + (n.offset - program_.parameters[m.parameter].offset);
  kernels_->orthogonalize->apply(n.count, 1 - learningRate * g.weightDecay, learningRate * m.muon.scale(), direction,
                                 buffers_.parameters + n.offset);
}

}  // namespace laminet
