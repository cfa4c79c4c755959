// How a network ranks the classes of each sample of one slice. Predictions are [classes][16], labels one row of class
// numbers (as floats); results are one number a sample. Formulas stand in lib/ops/ranking.ts.
#pragma once
#include <stdint.h>

namespace laminet {

struct RankingKernels {
  // The class of the largest prediction, of equal ones the first; of a single prediction, whether it is above 0.5.
  void (*predictedClass)(int64_t classes, const float* prediction, float* predicted);
  // How many classes come before the label. A NaN comes before every other class, and before itself.
  void (*targetRank)(int64_t classes, const float* prediction, const float* labels, float* ranks);
};

}  // namespace laminet
