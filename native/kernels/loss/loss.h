// Losses of one slice and their gradients. Predictions are [classes][16]; targets are one row of class numbers (as
// floats) or [classes][16]. A loss writes one number a sample; a gradient is multiplied by `scale`, one number a
// sample, and is 0 where that is 0 (samples that a partial batch lacks). Formulas stand in lib/ops/loss.ts.
#pragma once
#include "kernels/geometry.h"

namespace laminet {

struct LossPair {
  void (*loss)(const LossGeometry&, const float* prediction, const float* targets, float* losses);
  void (*gradient)(const LossGeometry&, const float* prediction, const float* targets, const float* scale,
                   float* gradient);
};

struct LossKernels {
  LossPair squaredError;
  LossPair crossEntropy;
  LossPair softmaxCrossEntropy;
  LossPair logisticError;
  LossPair sigmoidLogisticError;
  LossPair softmaxLogisticError;
  LossPair projection;
  // 1 for each sample whose largest prediction is its target, else 0; of a single prediction and its target value,
  // where both or neither are above 0.5.
  void (*correct)(const LossGeometry&, const float* prediction, const float* targets, float* correct);
  // The sum of 16 numbers by the fixed tree.
  float (*sumLanes)(const float* lanes);
};

}  // namespace laminet
