// Losses of one slice and their gradients. Predictions are [classes][16]; targets are one row of class numbers (as
// floats) or [classes][16]. A loss writes one number a sample; a gradient is multiplied by `scale`, one number a
// sample, and is 0 where that is 0 (samples that take no part). Formulas stand in lib/ops/loss.ts.
#pragma once
#include "kernels/geometry.h"

namespace laminet {

struct LossPair {
  void (*loss)(const LossGeometry&, const float* prediction, const float* targets, float* losses);
  void (*gradient)(const LossGeometry&, const float* prediction, const float* targets, const float* scale,
                   float* gradient);
};

struct LossKernels {
#define LAMINET_LOSS(name, constants) LossPair name;
#include "kernels/loss/losses.def"
#undef LAMINET_LOSS
  // The sum over the classes of t log t, one number a sample.
  void (*negativeEntropy)(const LossGeometry&, const float* targets, float* entropies);
  // Rows of weights[k] * (keep * t[k] + share); no weights stand for weights of 1.
  void (*classTargets)(const ClassTargetsGeometry&, const float* targets, float* rows);
  // 1 for each sample whose largest prediction is its target, else 0; of a single prediction and its target value,
  // where both or neither are above 0.5.
  void (*correct)(const LossGeometry&, const float* prediction, const float* targets, float* correct);
  // The sum of 16 numbers by the fixed tree.
  float (*sumLanes)(const float* lanes);
};

}  // namespace laminet
