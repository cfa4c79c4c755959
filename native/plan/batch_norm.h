// Values of a whole step that batch normalization needs in the middle of it: each slice leaves its own, and one thread
// brings them together before any slice goes on.
#pragma once
#include "plan/lower.h"

namespace laminet {

// Means and variances of the step's samples, from every slice's sums and squares; in double precision, slice by slice.
void combineStatistics(const Call& call, Slice& slice);

// Sums over the slices, by the same order.
void combineSums(const Call& call, Slice& slice);

// A row of sums to the gradients of a parameter.
void takeRow(const Call& call, Slice& slice);

// running = (1 - momentum) * running + momentum * batch, for means and unbiased variances.
void followStatistics(const Follow& follow, int32_t samples, const float* statistics, float* parameters);

}  // namespace laminet
