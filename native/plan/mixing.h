// How the samples of a step are mixed: lib/ops/mixup.ts has the formulas.
#pragma once
#include "plan/lower.h"

namespace laminet {

// The share that each sample has in its mix with its partner.
float mixingShare(const KernelTable& kernels, const Slice& slice, const MixupGeometry& geometry);

// The partners of a slice's samples, by their numbers in the data: one for each of its samples.
void partnersOf(const KernelTable& kernels, const Slice& slice, uint32_t stream, uint32_t* partners);

}  // namespace laminet
