// Focal losses of outputs that each stand for yes or no, in passes over a block of them.
#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"
#include "kernels/loss/terms.h"
#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {

namespace {

// Places of LossGeometry::constants.
constexpr int kGamma = 0, kPositive = 1, kNegative = 2;

LAMINET_INLINE Vec one() { return broadcast(1.0f); }

// What is off of a probability: 1 - p for a target of 1, p for one of 0.
LAMINET_INLINE Vec offBy(Vec p, Vec rest, Vec t) { return fma(rest, t, mul(p, sub(one(), t))); }

// Of a block of outputs that each stand for yes or no: the probability of yes and what is left of it, a q^gamma, and
// the logistic error B.
struct BinaryRows {
  Rows p, rest, powers, errors;
};

// From p and the rest.
void findPowers(const LossGeometry& g, Block block, const float* targets, BinaryRows& rows) {
  fillTargets(g, block, targets, rows.powers.values, [&](int32_t k, int lane, Vec t) {
    const int64_t at = rowAt(k - block.begin, lane);
    return offBy(load(rows.p.values + at), load(rows.rest.values + at), t);
  });
  powRows(block.classes(), g.constants[kGamma], rows.powers.values);
  fillTargets(g, block, targets, rows.powers.values, [&](int32_t k, int lane, Vec t) {
    const Vec no = mul(sub(one(), t), broadcast(g.constants[kNegative]));
    return mul(fma(t, broadcast(g.constants[kPositive]), no), load(rows.powers.values + rowAt(k - block.begin, lane)));
  });
}

void findOfProbabilities(const LossGeometry& g, Block block, const float* prediction, const float* targets,
                         BinaryRows& rows) {
  Rows logs, otherLogs;
  fillRows(block.begin, block.end, rows.p.values, [&](int64_t at) { return load(prediction + at); });
  fillRows(block.begin, block.end, rows.rest.values, [&](int64_t at) { return sub(one(), load(prediction + at)); });
  logs = rows.p;
  otherLogs = rows.rest;
  logRows(block.classes(), logs.values);
  logRows(block.classes(), otherLogs.values);
  fillTargets(g, block, targets, rows.errors.values, [&](int32_t k, int lane, Vec t) {
    const int64_t at = rowAt(k - block.begin, lane);
    const Vec hit = weightedLog(t, load(rows.p.values + at), load(logs.values + at));
    const Vec miss = weightedLog(sub(one(), t), load(rows.rest.values + at), load(otherLogs.values + at));
    return sub(zero(), add(hit, miss));
  });
  findPowers(g, block, targets, rows);
}

void findOfLogits(const LossGeometry& g, Block block, const float* logits, const float* targets, BinaryRows& rows) {
  // exp(-|z|), and log(1 + exp(-|z|))
  Rows e, logs;
  fillRows(block.begin, block.end, e.values, [&](int64_t at) { return sub(zero(), abs(load(logits + at))); });
  expRows(block.classes(), e.values);
  fillRows(0, block.classes(), logs.values, [&](int64_t at) { return add(one(), load(e.values + at)); });
  for (int64_t at = 0; at < int64_t{block.classes()} * kLanes; at += kWidth) {
    const Mask negative = less(load(logits + rowAt(block.begin, 0) + at), zero());
    const Vec likely = div(one(), load(logs.values + at));
    const Vec unlikely = div(load(e.values + at), load(logs.values + at));
    store(rows.p.values + at, select(negative, unlikely, likely));
    store(rows.rest.values + at, select(negative, likely, unlikely));
  }
  logRows(block.classes(), logs.values);
  fillTargets(g, block, targets, rows.errors.values, [&](int32_t k, int lane, Vec t) {
    const Vec z = load(logits + rowAt(k, lane));
    const Vec positive = select(less(z, zero()), zero(), z);
    return add(fnma(z, t, positive), load(logs.values + rowAt(k - block.begin, lane)));
  });
  findPowers(g, block, targets, rows);
}

LAMINET_INLINE void addBinary(const LossGeometry& g, Block block, const float* targets, const BinaryRows& rows,
                              float* losses) {
  addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec) {
    const int64_t at = rowAt(k - block.begin, lane);
    return mul(load(rows.powers.values + at), load(rows.errors.values + at));
  });
}

// errors = what q^gamma's own slope adds to the gradient, over q^gamma: gamma (1 - 2 t) B / q times the slope of p.
template <class Slope>
LAMINET_INLINE void findSlopes(const LossGeometry& g, Block block, const float* targets, BinaryRows& rows,
                               Slope slope) {
  fillTargets(g, block, targets, rows.errors.values, [&](int32_t k, int lane, Vec t) {
    const int64_t at = rowAt(k - block.begin, lane);
    const Vec p = load(rows.p.values + at);
    const Vec rest = load(rows.rest.values + at);
    const Vec q = offBy(p, rest, t);
    const Vec turn = mul(fnma(broadcast(2.0f), t, one()), mul(broadcast(g.constants[kGamma]), slope(p, rest)));
    // With q the error goes to 0, too.
    return select(equal(q, zero()), zero(), mul(turn, div(load(rows.errors.values + at), q)));
  });
}

}  // namespace

void binaryFocal(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    BinaryRows rows;
    findOfProbabilities(g, block, prediction, targets, rows);
    addBinary(g, block, targets, rows, losses);
  });
}

void binaryFocalGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                     float* gradient) {
  eachBlock(g.classes, [&](Block block) {
    BinaryRows rows;
    findOfProbabilities(g, block, prediction, targets, rows);
    findSlopes(g, block, targets, rows, [](Vec, Vec) { return one(); });
    eachTermOf(g, block, targets, scale, gradient, [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec p = load(rows.p.values + at);
      const Vec direct = div(sub(p, t), atLeast(mul(p, load(rows.rest.values + at)), kLeastDivisor));
      return mul(load(rows.powers.values + at), add(direct, load(rows.errors.values + at)));
    });
  });
}

void sigmoidFocal(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    BinaryRows rows;
    findOfLogits(g, block, prediction, targets, rows);
    addBinary(g, block, targets, rows, losses);
  });
}

void sigmoidFocalGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  eachBlock(g.classes, [&](Block block) {
    BinaryRows rows;
    findOfLogits(g, block, prediction, targets, rows);
    findSlopes(g, block, targets, rows, [](Vec p, Vec rest) { return mul(p, rest); });
    eachTermOf(g, block, targets, scale, gradient, [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec direct = fnma(load(rows.rest.values + at), t, mul(load(rows.p.values + at), sub(one(), t)));
      return mul(load(rows.powers.values + at), add(direct, load(rows.errors.values + at)));
    });
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
