#include "kernels/loss/loss.h"

#include "kernels/table.h"
#include "simd/math.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// The smallest logarithm of a probability that counts, and the smallest divisor of a gradient.
constexpr float kLeastLog = -100.0f;
constexpr float kLeastDivisor = 1e-12f;

// The target of class k for one group of lanes.
struct Targets {
  const float* rows;
  bool labels;
  LAMINET_INLINE Vec of(int32_t k) const {
    if (!labels) return load(rows + static_cast<int64_t>(k) * kLanes);
    return select(equal(load(rows), broadcast(static_cast<float>(k))), broadcast(1.0f), zero());
  }
};

LAMINET_INLINE Vec atLeast(Vec a, float least) { return select(less(a, broadcast(least)), broadcast(least), a); }

template <class Function>
LAMINET_INLINE void eachGroup(Function function) {
  for (int lane = 0; lane < kLanes; lane += kWidth) function(lane);
}

// Adds up term(prediction, target) over the classes, in their order, and divides.
template <class Term>
LAMINET_INLINE void sumTerms(const LossGeometry& g, const float* prediction, const float* targets, float* losses,
                             Term term) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    Vec sum = zero();
    for (int32_t k = 0; k < g.classes; k++) {
      sum = add(sum, term(load(prediction + static_cast<int64_t>(k) * kLanes + lane), t.of(k)));
    }
    store(losses + lane, div(sum, broadcast(g.divisor)));
  });
}

LAMINET_INLINE void storeScaled(float* to, Vec gradient, Vec scale) {
  store(to, select(equal(scale, zero()), zero(), mul(gradient, scale)));
}

template <class Term>
LAMINET_INLINE void eachTerm(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                             float* gradient, Term term) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Vec factor = load(scale + lane);
    for (int32_t k = 0; k < g.classes; k++) {
      const int64_t at = static_cast<int64_t>(k) * kLanes + lane;
      storeScaled(gradient + at, term(load(prediction + at), t.of(k)), factor);
    }
  });
}

void squaredError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) {
    const Vec error = sub(y, t);
    return mul(mul(error, error), broadcast(0.5f));
  });
}

void squaredErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  eachTerm(g, prediction, targets, scale, gradient, [](Vec y, Vec t) { return sub(y, t); });
}

// t log p, where a target of 0 leaves nothing even of log 0.
LAMINET_INLINE Vec weightedLog(Vec t, Vec p) {
  return select(equal(t, zero()), mul(zero(), p), mul(t, atLeast(log(p), kLeastLog)));
}

void crossEntropy(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec p, Vec t) { return sub(zero(), weightedLog(t, p)); });
}

void crossEntropyGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  eachTerm(g, prediction, targets, scale, gradient,
           [](Vec p, Vec t) { return div(sub(zero(), t), atLeast(p, kLeastDivisor)); });
}

void logisticError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec p, Vec t) {
    const Vec one = broadcast(1.0f);
    return sub(zero(), add(weightedLog(t, p), weightedLog(sub(one, t), sub(one, p))));
  });
}

void logisticErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                       float* gradient) {
  eachTerm(g, prediction, targets, scale, gradient,
           [](Vec p, Vec t) { return div(sub(p, t), atLeast(mul(p, sub(broadcast(1.0f), p)), kLeastDivisor)); });
}

void sigmoidLogisticError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec z, Vec t) {
    const Vec positive = select(less(z, zero()), zero(), z);
    return add(fnma(z, t, positive), log(add(broadcast(1.0f), exp(sub(zero(), abs(z))))));
  });
}

void sigmoidLogisticErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                              float* gradient) {
  eachTerm(g, prediction, targets, scale, gradient, [](Vec z, Vec t) { return sub(sigmoid(z), t); });
}

void projection(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) { return mul(y, t); });
}

void projectionGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                    float* gradient) {
  eachTerm(g, prediction, targets, scale, gradient, [](Vec, Vec t) { return t; });
}

// The largest logit of each lane, its class, and the sum of exp(z - largest).
struct Softmax {
  Vec most, winner, sum;
};

LAMINET_INLINE Softmax softmaxOf(const LossGeometry& g, const float* logits) {
  Vec most = load(logits);
  Vec winner = zero();
  for (int32_t k = 1; k < g.classes; k++) {
    const Vec z = load(logits + static_cast<int64_t>(k) * kLanes);
    const Mask wins = either(less(most, z), isNan(z));
    most = select(wins, z, most);
    winner = select(wins, broadcast(static_cast<float>(k)), winner);
  }
  Vec sum = zero();
  for (int32_t k = 0; k < g.classes; k++) {
    sum = add(sum, exp(sub(load(logits + static_cast<int64_t>(k) * kLanes), most)));
  }
  return {most, winner, sum};
}

void softmaxCrossEntropy(const LossGeometry& g, const float* logits, const float* targets, float* losses) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Softmax s = softmaxOf(g, logits + lane);
    const Vec logarithm = log(s.sum);
    Vec loss = zero();
    for (int32_t k = 0; k < g.classes; k++) {
      const Vec shifted = sub(load(logits + static_cast<int64_t>(k) * kLanes + lane), s.most);
      const Vec target = t.of(k);
      // A class without a share adds nothing, even where its logit lies infinitely far below.
      const Vec term = mul(target, sub(logarithm, shifted));
      loss = add(loss, select(equal(target, zero()), mul(zero(), s.most), term));
    }
    store(losses + lane, div(loss, broadcast(g.divisor)));
  });
}

void softmaxCrossEntropyGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                             float* gradient) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Softmax s = softmaxOf(g, logits + lane);
    const Vec factor = load(scale + lane);
    Vec total = broadcast(1.0f);
    if (!g.labels) {
      total = zero();
      for (int32_t k = 0; k < g.classes; k++) total = add(total, t.of(k));
    }
    for (int32_t k = 0; k < g.classes; k++) {
      const int64_t at = static_cast<int64_t>(k) * kLanes + lane;
      const Vec p = div(exp(sub(load(logits + at), s.most)), s.sum);
      storeScaled(gradient + at, sub(mul(p, total), t.of(k)), factor);
    }
  });
}

// What the logistic error over softmax outputs needs beside the softmax: the classes other than the largest.
struct Others {
  Vec second;  // their largest logit
  Vec sum;     // of exp(z - second) over them
};

LAMINET_INLINE Others othersOf(const LossGeometry& g, const float* logits, const Softmax& s) {
  Vec second = broadcast(-__builtin_inff());
  for (int32_t k = 0; k < g.classes; k++) {
    const Vec z = load(logits + static_cast<int64_t>(k) * kLanes);
    const Mask other = less(second, z);
    const Vec candidate = select(other, z, second);
    second = select(equal(s.winner, broadcast(static_cast<float>(k))), second, candidate);
  }
  Vec sum = zero();
  for (int32_t k = 0; k < g.classes; k++) {
    const Vec e = exp(sub(load(logits + static_cast<int64_t>(k) * kLanes), second));
    sum = add(sum, select(equal(s.winner, broadcast(static_cast<float>(k))), zero(), e));
  }
  return {second, sum};
}

void softmaxLogisticError(const LossGeometry& g, const float* logits, const float* targets, float* losses) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Softmax s = softmaxOf(g, logits + lane);
    const Others others = othersOf(g, logits + lane, s);
    const Vec logarithm = log(s.sum);
    const Vec one = broadcast(1.0f);
    Vec loss = zero();
    for (int32_t k = 0; k < g.classes; k++) {
      const Mask wins = equal(s.winner, broadcast(static_cast<float>(k)));
      const Vec shifted = sub(load(logits + static_cast<int64_t>(k) * kLanes + lane), s.most);
      const Vec logP = sub(shifted, logarithm);
      // log(1 - p): for the largest class from the other classes' sum, else from the sum without this class.
      const Vec rest = log(sub(s.sum, select(wins, zero(), exp(shifted))));
      const Vec fromOthers = add(log(others.sum), sub(others.second, s.most));
      const Vec logRest = sub(select(wins, fromOthers, rest), logarithm);
      const Vec target = t.of(k);
      const Vec other = sub(one, target);
      const Vec hit = select(equal(target, zero()), mul(zero(), s.most), mul(target, logP));
      const Vec miss = select(equal(other, zero()), mul(zero(), s.most), mul(other, logRest));
      loss = sub(loss, add(hit, miss));
    }
    store(losses + lane, div(loss, broadcast(g.divisor)));
  });
}

void softmaxLogisticErrorGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                              float* gradient) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    const Softmax s = softmaxOf(g, logits + lane);
    const Others others = othersOf(g, logits + lane, s);
    const Vec factor = load(scale + lane);
    const Vec one = broadcast(1.0f);
    // Of the largest class: its probability, what is left for the others, and its target.
    const Vec winnerP = div(one, s.sum);
    const Vec winnerRest = div(mul(exp(sub(others.second, s.most)), others.sum), s.sum);
    Vec winnerTarget = zero();
    Vec rest = zero();
    const auto pull = [&](Vec e, Vec target) { return sub(div(mul(sub(one, target), e), sub(s.sum, e)), target); };
    for (int32_t k = 0; k < g.classes; k++) {
      const Mask wins = equal(s.winner, broadcast(static_cast<float>(k)));
      const Vec e = exp(sub(load(logits + static_cast<int64_t>(k) * kLanes + lane), s.most));
      const Vec target = t.of(k);
      winnerTarget = select(wins, target, winnerTarget);
      rest = select(wins, rest, add(rest, pull(select(wins, zero(), e), target)));
    }
    const Vec winnerOther = mul(sub(one, winnerTarget), winnerP);
    for (int32_t k = 0; k < g.classes; k++) {
      const int64_t at = static_cast<int64_t>(k) * kLanes + lane;
      const Mask wins = equal(s.winner, broadcast(static_cast<float>(k)));
      const Vec z = load(logits + at);
      const Vec e = select(wins, zero(), exp(sub(z, s.most)));
      const Vec p = div(e, s.sum);
      const Vec share = div(exp(sub(z, others.second)), others.sum);
      Vec other = fnma(p, rest, pull(e, t.of(k)));
      other = fma(p, winnerTarget, other);
      other = fnma(winnerOther, select(wins, zero(), share), other);
      const Vec own = fnma(winnerP, rest, fnma(winnerTarget, winnerRest, winnerOther));
      storeScaled(gradient + at, select(wins, own, other), factor);
    }
  });
}

// The class of the largest value, the first of equal ones.
template <class Load>
LAMINET_INLINE Vec argmax(int32_t classes, Load load) {
  Vec most = load(0);
  Vec winner = zero();
  for (int32_t k = 1; k < classes; k++) {
    const Vec value = load(k);
    const Mask wins = less(most, value);
    most = select(wins, value, most);
    winner = select(wins, broadcast(static_cast<float>(k)), winner);
  }
  return winner;
}

void correct(const LossGeometry& g, const float* prediction, const float* targets, float* result) {
  eachGroup([&](int lane) {
    const auto row = [lane](const float* rows) {
      return [=](int32_t k) { return load(rows + static_cast<int64_t>(k) * kLanes + lane); };
    };
    const Vec predicted = argmax(g.classes, row(prediction));
    const Vec target = g.labels ? load(targets + lane) : argmax(g.classes, row(targets));
    store(result + lane, select(equal(predicted, target), broadcast(1.0f), zero()));
  });
}

float sumOfLanes(const float* lanes) { return sumLanes(lanes); }

}  // namespace

const LossKernels& lossKernels() {
  static constexpr LossKernels kernels = {
      {squaredError, squaredErrorGrad},
      {crossEntropy, crossEntropyGrad},
      {softmaxCrossEntropy, softmaxCrossEntropyGrad},
      {logisticError, logisticErrorGrad},
      {sigmoidLogisticError, sigmoidLogisticErrorGrad},
      {softmaxLogisticError, softmaxLogisticErrorGrad},
      {projection, projectionGrad},
      correct,
      sumOfLanes,
  };
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
