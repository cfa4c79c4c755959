// Whether a geometry is in range and agrees with itself.
#pragma once
#include "plan/program.h"

namespace laminet {

constexpr int64_t kMostExtent = 1 << 24;
// Features or pixels of a sample: 16 lanes of them are counted in 32 bits.
constexpr int64_t kMostFeatures = 1 << 26;

inline bool inRange(int64_t value, int64_t least, int64_t most) { return value >= least && value <= most; }

// The product of sizes, or -1 (which no tensor has) where it is more than any tensor may have.
int64_t product(int64_t a, int64_t b, int64_t c, int64_t d = 1);

bool valid(const Conv2dGeometry& g);
bool valid(Op op, const UpdateGeometry& g);

// The windows of any pooling.
bool validPool(const MaxPool2dGeometry& g);
bool validPool(const AveragePool2dGeometry& g);

// How many numbers an optimizer keeps for each of a parameter's.
int32_t stateSlots(Op op, const UpdateGeometry& g);

// How many numbers it is given for each step.
int32_t stepFactors(Op op);

}  // namespace laminet
