#include "kernels/loss/loss.h"

#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"
#include "kernels/table.h"
#include "simd/math.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

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

void squaredError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) {
    const Vec error = sub(y, t);
    return mul(mul(error, error), broadcast(0.5f));
  });
}

void squaredErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec y, Vec t) { return sub(y, t); });
}

// t log p, where a target of 0 leaves nothing even of log 0.
LAMINET_INLINE Vec weightedLog(Vec t, Vec p, Vec logP) {
  return select(equal(t, zero()), mul(zero(), p), mul(t, atLeast(logP, kLeastLog)));
}

void crossEntropy(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    Rows logs;
    fillRows(block.begin, block.end, logs.values, [&](int64_t at) { return load(prediction + at); });
    logRows(block.classes(), logs.values);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec t) {
      const Vec logP = load(logs.values + rowAt(k - block.begin, lane));
      return sub(zero(), weightedLog(t, load(prediction + rowAt(k, lane)), logP));
    });
  });
}

void crossEntropyGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                      float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient,
                  [](Vec p, Vec t) { return div(sub(zero(), t), atLeast(p, kLeastDivisor)); });
}

void logisticError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    Rows logs, otherLogs;
    fillRows(block.begin, block.end, logs.values, [&](int64_t at) { return load(prediction + at); });
    fillRows(block.begin, block.end, otherLogs.values,
             [&](int64_t at) { return sub(broadcast(1.0f), load(prediction + at)); });
    logRows(block.classes(), logs.values);
    logRows(block.classes(), otherLogs.values);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec t) {
      const Vec one = broadcast(1.0f);
      const Vec p = load(prediction + rowAt(k, lane));
      const int64_t at = rowAt(k - block.begin, lane);
      const Vec hit = weightedLog(t, p, load(logs.values + at));
      return sub(zero(), add(hit, weightedLog(sub(one, t), sub(one, p), load(otherLogs.values + at))));
    });
  });
}

void logisticErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                       float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient,
                  [](Vec p, Vec t) { return div(sub(p, t), atLeast(mul(p, sub(broadcast(1.0f), p)), kLeastDivisor)); });
}

void sigmoidLogisticError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumBlocks(g, losses, [&](Block block) {
    // log(1 + exp(-|z|))
    Rows rest;
    fillRows(block.begin, block.end, rest.values, [&](int64_t at) { return sub(zero(), abs(load(prediction + at))); });
    expRows(block.classes(), rest.values);
    fillRows(0, block.classes(), rest.values, [&](int64_t at) { return add(broadcast(1.0f), load(rest.values + at)); });
    logRows(block.classes(), rest.values);
    addTerms(g, block, targets, losses, [&](int32_t k, int lane, Vec t) {
      const Vec z = load(prediction + rowAt(k, lane));
      const Vec positive = select(less(z, zero()), zero(), z);
      return add(fnma(z, t, positive), load(rest.values + rowAt(k - block.begin, lane)));
    });
  });
}

void sigmoidLogisticErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                              float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec z, Vec t) { return sub(sigmoid(z), t); });
}

void projection(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) { return mul(y, t); });
}

void projectionGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                    float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec, Vec t) { return t; });
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

// 1 where a number is above 0.5, else 0.
LAMINET_INLINE Vec aboveHalf(Vec a) { return select(less(broadcast(0.5f), a), broadcast(1.0f), zero()); }

void correct(const LossGeometry& g, const float* prediction, const float* targets, float* result) {
  eachGroup([&](int lane) {
    if (g.classes == 1 && !g.labels) {
      const Mask agree = equal(aboveHalf(load(prediction + lane)), aboveHalf(load(targets + lane)));
      store(result + lane, select(agree, broadcast(1.0f), zero()));
      return;
    }
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
