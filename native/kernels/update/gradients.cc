// What is done to gradients before they change anything, and the sums that bounds and penalties are made of.
#include "kernels/update/functions.h"
#include "simd/doubles.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// values[i] = change(values[i], i); behind the last whole vector, the lanes that are left over alone.
template <class Change>
LAMINET_INLINE void changeEach(int64_t count, float* values, Change change) {
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    store(values + i, change(load(values + i), [i](const float* other) { return load(other + i); }));
  }
  const int left = static_cast<int>(count - i);
  if (left == 0) return;
  const auto rest = [i, left](const float* other) { return loadLanes(other + i, 0, left); };
  storeFirst(values + i, change(rest(values), rest), left);
}

}  // namespace

void clampGradients(int64_t count, float limit, float* gradients) {
  const Vec most = broadcast(limit);
  const Vec least = broadcast(-limit);
  changeEach(count, gradients, [=](Vec g, auto) {
    const Vec bounded = select(less(most, g), most, g);
    return select(less(bounded, least), least, bounded);
  });
}

void scaleGradients(int64_t count, float factor, float* gradients) {
  const Vec by = broadcast(factor);
  changeEach(count, gradients, [=](Vec g, auto) { return mul(by, g); });
}

void gatherGradients(int64_t count, float share, bool begins, const float* gradients, float* gathered) {
  const Vec part = broadcast(share);
  if (begins) {
    changeEach(count, gathered, [=](Vec, auto at) { return mul(part, at(gradients)); });
  } else {
    changeEach(count, gathered, [=](Vec sum, auto at) { return fma(part, at(gradients), sum); });
  }
}

void addPenaltyGradients(int64_t count, double l1, double l2, const float* weights, float* gradients) {
  const Vec size = broadcast(static_cast<float>(l1));
  const Vec share = broadcast(static_cast<float>(l2));
  if (l1 == 0) {
    changeEach(count, gradients, [=](Vec g, auto at) { return fma(share, at(weights), g); });
    return;
  }
  changeEach(count, gradients, [=](Vec g, auto at) {
    const Vec w = at(weights);
    // The sign; 0 and NaN are their own.
    const Vec sign = select(either(equal(w, zero()), isNan(w)), w, copySign(broadcast(1.0f), w));
    return add(g, fma(size, sign, mul(share, w)));
  });
}

double sumOfSquares(int64_t count, const float* values) {
  return sumInDoubles(count, values, [](DoubleVector x) { return times(x, x); });
}

double sumOfSizes(int64_t count, const float* values) {
  return sumInDoubles(count, values, [](DoubleVector x) { return absolute(x); });
}

void averageWeights(int64_t count, double kept, const float* weights, float* average) {
  const Vec old = broadcast(static_cast<float>(kept));
  const Vec rest = broadcast(static_cast<float>(1 - kept));
  changeEach(count, average, [=](Vec mean, auto at) { return fma(old, mean, mul(rest, at(weights))); });
}

void boundRow(int64_t columns, double limit, float* weights) {
  const double norm = __builtin_sqrt(sumOfSquares(columns, weights));
  if (norm > limit) scaleGradients(columns, static_cast<float>(limit / norm), weights);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
