// Cross-entropy and logistic error over the softmax of their inputs.
#include "kernels/loss/softmax.h"

#include "kernels/loss/functions.h"
#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {

void expOfRest(int32_t begin, int32_t end, const float* logits, const Row& shift, float* rows) {
  fillRows(begin, end, rows,
           [&](int64_t at) { return sub(load(logits + at), shift.of(static_cast<int>(at % kLanes))); });
  expRows(end - begin, rows);
}

namespace {

void findMost(const LossGeometry& g, const float* logits, Softmax& s) {
  eachGroup([&](int lane) {
    Vec most = load(logits + lane);
    Vec winner = zero();
    for (int32_t k = 1; k < g.classes; k++) {
      const Vec z = load(logits + rowAt(k, lane));
      const Mask wins = either(less(most, z), isNan(z));
      most = select(wins, z, most);
      winner = select(wins, broadcast(static_cast<float>(k)), winner);
    }
    store(s.most.values + lane, most);
    store(s.winner.values + lane, winner);
  });
}

// Adds up term(class, first lane, exp(logit - shift)) in the order of the classes.
template <class Term>
LAMINET_INLINE void sumExps(const LossGeometry& g, const float* logits, const Row& shift, Row& sum, Term term) {
  eachGroup([&](int lane) { store(sum.values + lane, zero()); });
  eachBlock(g.classes, [&](Block block) {
    Rows e;
    expOfRest(block.begin, block.end, logits, shift, e.values);
    eachGroup([&](int lane) {
      Vec total = sum.of(lane);
      for (int32_t k = block.begin; k < block.end; k++) {
        total = add(total, term(k, lane, load(e.values + rowAt(k - block.begin, lane))));
      }
      store(sum.values + lane, total);
    });
  });
}

}  // namespace

void findSoftmax(const LossGeometry& g, const float* logits, Softmax& s) {
  findMost(g, logits, s);
  sumExps(g, logits, s.most, s.sum, [](int32_t, int, Vec e) { return e; });
}

void findOthers(const LossGeometry& g, const float* logits, const Softmax& s, Others& others) {
  eachGroup([&](int lane) {
    Vec second = broadcast(-__builtin_inff());
    for (int32_t k = 0; k < g.classes; k++) {
      const Vec z = load(logits + rowAt(k, lane));
      second = select(winsAt(s, k, lane), second, select(less(second, z), z, second));
    }
    store(others.second.values + lane, second);
  });
  sumExps(g, logits, others.second, others.sum,
          [&](int32_t k, int lane, Vec e) { return select(winsAt(s, k, lane), zero(), e); });
}

namespace {

// What an output's logistic loss pulls at its logit, from e = exp(z - largest).
LAMINET_INLINE Vec pull(Vec e, Vec sum, Vec target) {
  return sub(div(mul(sub(broadcast(1.0f), target), e), sub(sum, e)), target);
}

// What the largest class has to do with the gradients of all.
struct Winner {
  Row target;
  Row other;  // (1 - target) p
  Row pulls;  // of the other classes
  Row gradient;
};

// `exps` are exp(z - largest).
void findWinner(const LossGeometry& g, const float* exps, const float* targets, const Softmax& s, const Others& others,
                Winner& winner) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    Vec target = zero();
    Vec pulls = zero();
    for (int32_t k = 0; k < g.classes; k++) {
      const Mask wins = winsAt(s, k, lane);
      const Vec e = select(wins, zero(), load(exps + rowAt(k, lane)));
      target = select(wins, t.of(k), target);
      pulls = select(wins, pulls, add(pulls, pull(e, s.sum.of(lane), t.of(k))));
    }
    store(winner.target.values + lane, target);
    store(winner.pulls.values + lane, pulls);
  });
  // 1 - p from the other classes, since nothing would be left of a p near 1.
  Row rest;
  expOfRest(0, 1, others.second.values, s.most, rest.values);
  eachGroup([&](int lane) {
    const Vec one = broadcast(1.0f);
    const Vec sum = s.sum.of(lane);
    const Vec target = winner.target.of(lane);
    const Vec p = div(one, sum);
    const Vec restP = div(mul(rest.of(lane), others.sum.of(lane)), sum);
    const Vec other = mul(sub(one, target), p);
    store(winner.other.values + lane, other);
    store(winner.gradient.values + lane, fnma(p, winner.pulls.of(lane), fnma(target, restP, other)));
  });
}

}  // namespace

void softmaxCrossEntropy(const LossGeometry& g, const float* logits, const float* targets, float* losses) {
  Softmax s;
  findSoftmax(g, logits, s);
  Row logarithm = s.sum;
  logRows(1, logarithm.values);
  sumBlocks(g, losses, [&](Block block) {
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec target) {
      const Vec shifted = sub(load(logits + rowAt(k, lane)), s.most.of(lane));
      // A class without a share adds nothing, even where its logit lies infinitely far below.
      const Vec term = mul(target, sub(logarithm.of(lane), shifted));
      return select(equal(target, zero()), mul(zero(), s.most.of(lane)), term);
    });
  });
}

void softmaxCrossEntropyGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                             float* gradient) {
  Softmax s;
  findSoftmax(g, logits, s);
  Row total;
  eachGroup([&](int lane) {
    Vec sum = broadcast(1.0f);
    if (!g.labels) {
      sum = zero();
      for (int32_t k = 0; k < g.classes; k++) sum = add(sum, load(targets + rowAt(k, lane)));
    }
    store(total.values + lane, sum);
  });
  expOfRest(0, g.classes, logits, s.most, gradient);
  eachTerm(g, targets, scale, gradient, [&](int32_t k, int lane, Vec target) {
    const Vec p = div(load(gradient + rowAt(k, lane)), s.sum.of(lane));
    return sub(mul(p, total.of(lane)), target);
  });
}

void softmaxLogisticError(const LossGeometry& g, const float* logits, const float* targets, float* losses) {
  Softmax s;
  findSoftmax(g, logits, s);
  Others others;
  findOthers(g, logits, s, others);
  Row logarithm = s.sum;
  logRows(1, logarithm.values);
  // log(1 - p) of the largest class, times the sum: from the other classes' sum.
  Row winnerRest = others.sum;
  logRows(1, winnerRest.values);
  eachGroup([&](int lane) {
    const Vec shift = sub(others.second.of(lane), s.most.of(lane));
    store(winnerRest.values + lane, add(winnerRest.of(lane), shift));
  });
  sumBlocks(g, losses, [&](Block block) {
    // The same of the others: from the sum without the class.
    Rows rest;
    expOfRest(block.begin, block.end, logits, s.most, rest.values);
    eachGroup([&](int lane) {
      for (int32_t k = block.begin; k < block.end; k++) {
        float* e = rest.values + rowAt(k - block.begin, lane);
        store(e, sub(s.sum.of(lane), select(winsAt(s, k, lane), zero(), load(e))));
      }
    });
    logRows(block.classes(), rest.values);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec target) {
      const Vec logP = sub(sub(load(logits + rowAt(k, lane)), s.most.of(lane)), logarithm.of(lane));
      const Vec ownRest = load(rest.values + rowAt(k - block.begin, lane));
      const Vec logRest = sub(select(winsAt(s, k, lane), winnerRest.of(lane), ownRest), logarithm.of(lane));
      const Vec other = sub(broadcast(1.0f), target);
      const Vec none = mul(zero(), s.most.of(lane));
      const Vec hit = select(equal(target, zero()), none, mul(target, logP));
      const Vec miss = select(equal(other, zero()), none, mul(other, logRest));
      return sub(zero(), add(hit, miss));
    });
  });
}

void softmaxLogisticErrorGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                              float* gradient) {
  Softmax s;
  findSoftmax(g, logits, s);
  Others others;
  findOthers(g, logits, s, others);
  expOfRest(0, g.classes, logits, s.most, gradient);
  Winner winner;
  findWinner(g, gradient, targets, s, others, winner);
  eachBlock(g.classes, [&](Block block) {
    // Of each class among those other than the largest; the largest has none.
    Rows shares;
    expOfRest(block.begin, block.end, logits, others.second, shares.values);
    eachGroup([&](int lane) {
      for (int32_t k = block.begin; k < block.end; k++) {
        float* e = shares.values + rowAt(k - block.begin, lane);
        store(e, select(winsAt(s, k, lane), zero(), div(load(e), others.sum.of(lane))));
      }
    });
    eachGroup([&](int lane) {
      const Targets t = {targets + lane, g.labels != 0};
      for (int32_t k = block.begin; k < block.end; k++) {
        const int64_t at = rowAt(k, lane);
        const Mask wins = winsAt(s, k, lane);
        const Vec e = select(wins, zero(), load(gradient + at));
        const Vec p = div(e, s.sum.of(lane));
        Vec other = fnma(p, winner.pulls.of(lane), pull(e, s.sum.of(lane), t.of(k)));
        other = fma(p, winner.target.of(lane), other);
        other = fnma(winner.other.of(lane), load(shares.values + rowAt(k - block.begin, lane)), other);
        storeScaled(gradient + at, select(wins, winner.gradient.of(lane), other), load(scale + lane));
      }
    });
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
