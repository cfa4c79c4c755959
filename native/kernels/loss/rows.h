// Losses go over the classes in blocks, and over a block in passes of few constants each: an exponential or a logarithm
// that shares a loop with other arithmetic needs more registers than there are.
#pragma once
#include "kernels/geometry.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// Classes of a block: what a pass leaves for the next one is 1 KB.
constexpr int32_t kBlockClasses = 16;

// Classes [begin, end).
struct Block {
  int32_t begin, end;
  LAMINET_INLINE int32_t classes() const { return end - begin; }
};

// A number for each lane and each class of a block.
struct Rows {
  alignas(64) float values[kBlockClasses * kLanes];
};

// Replaces as many rows of 16 lanes by their exponentials, and by their logarithms.
void expRows(int32_t rows, float* values);
void logRows(int32_t rows, float* values);
// Replaces numbers of at least 0 by their powers of an exponent of at least 0; 0 to the power of 0 is 1.
void powRows(int32_t rows, float exponent, float* values);

// Where class k of a group of lanes begins.
LAMINET_INLINE int64_t rowAt(int32_t k, int lane) { return static_cast<int64_t>(k) * kLanes + lane; }

template <class Function>
LAMINET_INLINE void eachGroup(Function function) {
  for (int lane = 0; lane < kLanes; lane += kWidth) function(lane);
}

template <class Function>
LAMINET_INLINE void eachBlock(int32_t classes, Function function) {
  for (int32_t begin = 0; begin < classes; begin += kBlockClasses) {
    const int32_t end = begin + kBlockClasses < classes ? begin + kBlockClasses : classes;
    function(Block{begin, end});
  }
}

// Whether a margin is one that a hinge loss pulls at.
LAMINET_INLINE Mask notBelowZero(Vec margin) { return either(less(zero(), margin), equal(zero(), margin)); }

// result = function(place of a number), for all numbers of the classes.
template <class Function>
LAMINET_INLINE void fillRows(int32_t begin, int32_t end, float* result, Function function) {
  for (int64_t i = 0; i < int64_t{end - begin} * kLanes; i += kWidth) {
    store(result + i, function(int64_t{begin} * kLanes + i));
  }
}

// The target of class k for one group of lanes.
struct Targets {
  const float* rows;
  bool labels;
  LAMINET_INLINE Vec of(int32_t k) const {
    if (!labels) return load(rows + static_cast<int64_t>(k) * kLanes);
    return select(equal(load(rows), broadcast(static_cast<float>(k))), broadcast(1.0f), zero());
  }
};

// A row for each class of the block: function(class, first lane, target).
template <class Function>
LAMINET_INLINE void fillTargets(const LossGeometry& g, Block block, const float* targets, float* rows,
                                Function function) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    for (int32_t k = block.begin; k < block.end; k++) {
      store(rows + rowAt(k - block.begin, lane), function(k, lane, t.of(k)));
    }
  });
}

// Adds term(class, first lane, target) to `losses`, class by class in their order.
template <class Term>
LAMINET_INLINE void addTerms(const LossGeometry& g, Block block, const float* targets, float* losses, Term term) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    Vec sum = load(losses + lane);
    for (int32_t k = block.begin; k < block.end; k++) sum = add(sum, term(k, lane, t.of(k)));
    store(losses + lane, sum);
  });
}

// The losses as the sum of what addBlock adds to them for each block, divided.
template <class AddBlock>
LAMINET_INLINE void sumBlocks(const LossGeometry& g, float* losses, AddBlock addBlock) {
  eachGroup([&](int lane) { store(losses + lane, zero()); });
  eachBlock(g.classes, addBlock);
  eachGroup([&](int lane) { store(losses + lane, div(load(losses + lane), broadcast(g.divisor))); });
}

LAMINET_INLINE void storeScaled(float* to, Vec gradient, Vec scale) {
  store(to, select(equal(scale, zero()), zero(), mul(gradient, scale)));
}

// gradient = scale * term(class, first lane, target), for the classes of a block, and for all.
template <class Term>
LAMINET_INLINE void eachTermOf(const LossGeometry& g, Block block, const float* targets, const float* scale,
                               float* gradient, Term term) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Vec factor = load(scale + lane);
    for (int32_t k = block.begin; k < block.end; k++) {
      storeScaled(gradient + rowAt(k, lane), term(k, lane, t.of(k)), factor);
    }
  });
}

template <class Term>
LAMINET_INLINE void eachTerm(const LossGeometry& g, const float* targets, const float* scale, float* gradient,
                             Term term) {
  eachTermOf(g, {0, g.classes}, targets, scale, gradient, term);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
