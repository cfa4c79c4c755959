#include "kernels/pairwise/pairwise.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

template <class Function>
LAMINET_INLINE void eachPair(int64_t count, const float* a, const float* b, float* y, Function function) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, function(load(a + i), load(b + i)));
}

void addPairs(int64_t count, const float* a, const float* b, float* y) {
  eachPair(count, a, b, y, [](Vec v, Vec w) { return add(v, w); });
}

void multiplyPairs(int64_t count, const float* a, const float* b, float* y) {
  eachPair(count, a, b, y, [](Vec v, Vec w) { return mul(v, w); });
}

// 0 where x is above 0, else the product of x and the gradient.
void preluGradTerms(int64_t count, const float* gradOutput, const float* x, float* terms) {
  eachPair(count, gradOutput, x, terms, [](Vec g, Vec v) { return select(less(zero(), v), zero(), mul(g, v)); });
}

}  // namespace

const PairwiseKernels& pairwiseKernels() {
  static constexpr PairwiseKernels kernels = {addPairs, multiplyPairs, preluGradTerms};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
