// Momentum whose matrix is made orthogonal by Newton and Schulz's iteration; the formulas are in lib/ops/muon.ts. The
// matrix has no more rows than columns: a taller one is turned round before and after. Each function does some of the
// rows, so that several threads can share a matrix; no number depends on which.
#pragma once
#include <stdint.h>

namespace laminet {

struct OrthogonalizeKernels {
  // mean = momentum * mean + (1 - momentum) * gradient; direction = the same of the new mean and the gradient, or the
  // mean.
  void (*momentum)(int64_t count, double momentum, bool nesterov, const float* gradients, float* mean,
                   float* direction);
  // to[row][column] = from[row][column] / divisor for rows [begin, end) of [rows][columns]; `turned` where `from` is
  // [columns][rows].
  void (*divide)(int64_t rows, int64_t columns, int64_t begin, int64_t end, bool turned, double divisor,
                 const float* from, float* to);
  // result = s * start + t * x x^T for rows [begin, end), x being [rows][columns]. All other rows of the result have
  // what lies in these columns: it is symmetric, and each number is computed once. Without a start s * start is 0.
  void (*timesTransposed)(int64_t rows, int64_t columns, int64_t begin, int64_t end, const float* x, double s,
                          const float* start, double t, float* result);
  // result = s * x + symmetric x for rows [begin, end); symmetric is [rows][rows].
  void (*addProduct)(int64_t rows, int64_t columns, int64_t begin, int64_t end, double s, const float* symmetric,
                     const float* x, float* result);
  // weight = kept * weight - size * direction.
  void (*apply)(int64_t count, double kept, double size, const float* direction, float* weights);
};

}  // namespace laminet
