// Sums over the outputs of a term that is made of one prediction and its target.
#pragma once
#include "kernels/loss/rows.h"

namespace laminet {
namespace LAMINET_ISA {

// The smallest logarithm of a probability that counts, and the smallest divisor of a gradient.
constexpr float kLeastLog = -100.0f;
constexpr float kLeastDivisor = 1e-12f;

LAMINET_INLINE Vec atLeast(Vec a, float least) { return select(less(a, broadcast(least)), broadcast(least), a); }

// The sum of term(prediction, target) over the classes.
template <class Term>
LAMINET_INLINE void sumTerms(const LossGeometry& g, const float* prediction, const float* targets, float* losses,
                             Term term) {
  sumBlocks(g, losses, [&](Block block) {
    addTerms(g, block, targets, losses,
             [&](int32_t k, int lane, Vec t) { return term(load(prediction + rowAt(k, lane)), t); });
  });
}

template <class Term>
LAMINET_INLINE void gradientOfTerms(const LossGeometry& g, const float* prediction, const float* targets,
                                    const float* scale, float* gradient, Term term) {
  eachTerm(g, targets, scale, gradient,
           [&](int32_t k, int lane, Vec t) { return term(load(prediction + rowAt(k, lane)), t); });
}

// t log p, where a target of 0 leaves nothing even of log 0.
LAMINET_INLINE Vec weightedLog(Vec t, Vec p, Vec logP) {
  return select(equal(t, zero()), mul(zero(), p), mul(t, atLeast(logP, kLeastLog)));
}

}  // namespace LAMINET_ISA
}  // namespace laminet
