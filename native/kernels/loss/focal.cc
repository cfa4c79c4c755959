// Focal losses over classes, in passes over a block of them: powers, logarithms, and what is made of both.
#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"
#include "kernels/loss/softmax.h"
#include "kernels/loss/terms.h"
#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Place of LossGeometry::constants.
constexpr int kGamma = 0;

LAMINET_INLINE Vec one() { return broadcast(1.0f); }

// What a focal loss of probabilities over classes needs of a block: (1 - p)^gamma and log p.
struct FocalRows {
  Rows powers, logs;
};

void findFocal(const LossGeometry& g, Block block, const float* prediction, FocalRows& rows) {
  fillRows(block.begin, block.end, rows.logs.values, [&](int64_t at) { return load(prediction + at); });
  logRows(block.classes(), rows.logs.values);
  fillRows(0, block.classes(), rows.logs.values,
           [&](int64_t at) { return atLeast(load(rows.logs.values + at), kLeastLog); });
  fillRows(block.begin, block.end, rows.powers.values, [&](int64_t at) { return sub(one(), load(prediction + at)); });
  powRows(block.classes(), g.constants[kGamma], rows.powers.values);
}

}  // namespace

void focal(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    FocalRows rows;
    findFocal(g, block, prediction, rows);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec term = mul(mul(sub(zero(), t), load(rows.powers.values + at)), load(rows.logs.values + at));
      return select(equal(t, zero()), mul(zero(), load(prediction + rowAt(k, lane))), term);
    });
  });
}

void focalGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
               float* gradient) {
  eachBlock(g.classes, [&](Block block) {
    FocalRows rows;
    findFocal(g, block, prediction, rows);
    // gamma (1 - p)^(gamma - 1) log p, which goes to 0 with 1 - p.
    fillRows(0, block.classes(), rows.logs.values, [&](int64_t at) {
      const Vec rest = sub(one(), load(prediction + rowAt(block.begin, 0) + at));
      const Vec power = mul(broadcast(g.constants[kGamma]), load(rows.powers.values + at));
      return select(equal(rest, zero()), zero(), mul(div(power, rest), load(rows.logs.values + at)));
    });
    eachTermOf(g, block, targets, scale, gradient, [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec p = atLeast(load(prediction + rowAt(k, lane)), kLeastDivisor);
      return mul(t, sub(load(rows.logs.values + at), div(load(rows.powers.values + at), p)));
    });
  });
}

namespace {

// Of the largest class m, from the odds against it, (1 - p) / p.
struct Winner {
  Row logP;   // log p = -log(1 + odds)
  Row rest;   // 1 - p
  Row ratio;  // log p / (1 - p), which goes to -1
};

// log(1 + odds) is log(u) odds / (u - 1) for the u that 1 + odds is rounded to: what rounding takes from u it takes
// from both. Source: Goldberg 1991, "What every computer scientist should know about floating-point arithmetic",
// theorem 4.
void findWinner(const Softmax& s, const Others& others, Winner& winner) {
  Row odds, logarithm;
  expOfRest(0, 1, others.second.values, s.most, odds.values);
  eachGroup([&](int lane) {
    store(odds.values + lane, mul(odds.of(lane), others.sum.of(lane)));
    store(logarithm.values + lane, add(one(), odds.of(lane)));
  });
  logRows(1, logarithm.values);
  eachGroup([&](int lane) {
    const Vec u = add(one(), odds.of(lane));
    const Mask certain = equal(u, one());
    const Vec slope = sub(zero(), div(logarithm.of(lane), sub(u, one())));
    const Vec ofOdds = select(certain, broadcast(-1.0f), slope);
    store(winner.logP.values + lane, mul(ofOdds, odds.of(lane)));
    store(winner.rest.values + lane, div(odds.of(lane), u));
    store(winner.ratio.values + lane, mul(ofOdds, u));
  });
}

// Of a block: (1 - p)^gamma, log p, and p and the rest.
struct SoftmaxRows {
  Rows p, rest, logP, powers;
};

struct SoftmaxFocal {
  Softmax s;
  Row logarithm;  // of s.sum
  Winner winner;
};

void find(const LossGeometry& g, const float* logits, SoftmaxFocal& f) {
  findSoftmax(g, logits, f.s);
  Others others;
  findOthers(g, logits, f.s, others);
  f.logarithm = f.s.sum;
  logRows(1, f.logarithm.values);
  findWinner(f.s, others, f.winner);
}

void findRows(const LossGeometry& g, Block block, const float* logits, const SoftmaxFocal& f, SoftmaxRows& rows) {
  expOfRest(block.begin, block.end, logits, f.s.most, rows.p.values);
  eachGroup([&](int lane) {
    for (int32_t k = block.begin; k < block.end; k++) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Mask wins = winsAt(f.s, k, lane);
      const Vec sum = f.s.sum.of(lane);
      const Vec rest = div(sub(sum, load(rows.p.values + at)), sum);
      store(rows.rest.values + at, select(wins, f.winner.rest.of(lane), rest));
      store(rows.p.values + at, div(load(rows.p.values + at), sum));
      const Vec logP = sub(sub(load(logits + rowAt(k, lane)), f.s.most.of(lane)), f.logarithm.of(lane));
      store(rows.logP.values + at, select(wins, f.winner.logP.of(lane), logP));
    }
  });
  rows.powers = rows.rest;
  powRows(block.classes(), g.constants[kGamma], rows.powers.values);
}

}  // namespace

void softmaxFocal(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  SoftmaxFocal f;
  find(g, prediction, f);
  sumBlocks(g, losses, [&](Block block) {
    SoftmaxRows rows;
    findRows(g, block, prediction, f, rows);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec term = mul(mul(sub(zero(), t), load(rows.powers.values + at)), load(rows.logP.values + at));
      return select(equal(t, zero()), mul(zero(), f.s.most.of(lane)), term);
    });
  });
}

void softmaxFocalGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  SoftmaxFocal f;
  find(g, prediction, f);
  // c of each class goes to the gradient's place first, then their sum is known.
  Row total;
  eachGroup([&](int lane) { store(total.values + lane, zero()); });
  eachBlock(g.classes, [&](Block block) {
    SoftmaxRows rows;
    findRows(g, block, prediction, f, rows);
    fillTargets(g, block, targets, gradient + rowAt(block.begin, 0), [&](int32_t k, int lane, Vec t) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec ratio = div(load(rows.logP.values + at), load(rows.rest.values + at));
      const Vec steepness = mul(load(rows.p.values + at), select(winsAt(f.s, k, lane), f.winner.ratio.of(lane), ratio));
      const Vec c = fma(broadcast(g.constants[kGamma]), steepness, broadcast(-1.0f));
      return mul(mul(t, load(rows.powers.values + at)), c);
    });
    eachGroup([&](int lane) {
      Vec sum = total.of(lane);
      for (int32_t k = block.begin; k < block.end; k++) sum = add(sum, load(gradient + rowAt(k, lane)));
      store(total.values + lane, sum);
    });
  });
  eachBlock(g.classes, [&](Block block) {
    SoftmaxRows rows;
    findRows(g, block, prediction, f, rows);
    eachTermOf(g, block, targets, scale, gradient, [&](int32_t k, int lane, Vec) {
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec own = load(gradient + rowAt(k, lane));
      const Vec others = mul(load(rows.p.values + at), sub(total.of(lane), own));
      return sub(mul(own, load(rows.rest.values + at)), others);
    });
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
