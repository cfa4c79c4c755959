// Losses that are sums over the outputs, each taken by itself.
#include "kernels/loss/terms.h"
#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"
#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {

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

void absoluteError(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) { return abs(sub(y, t)); });
}

void absoluteErrorGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                       float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec y, Vec t) {
    const Vec error = sub(y, t);
    // An error of 0 and one that is no number are their own signs.
    const Vec above = select(less(zero(), error), broadcast(1.0f), error);
    return select(less(error, zero()), broadcast(-1.0f), above);
  });
}

void huber(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  const float delta = g.constants[0];
  sumTerms(g, prediction, targets, losses, [delta](Vec y, Vec t) {
    const Vec error = abs(sub(y, t));
    const Vec far = mul(broadcast(delta), fnma(broadcast(0.5f), broadcast(delta), error));
    return select(less(broadcast(delta), error), far, mul(mul(error, error), broadcast(0.5f)));
  });
}

void huberGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
               float* gradient) {
  const float delta = g.constants[0];
  gradientOfTerms(g, prediction, targets, scale, gradient, [delta](Vec y, Vec t) {
    const Vec error = sub(y, t);
    const Vec below = select(less(broadcast(delta), error), broadcast(delta), error);
    return select(less(error, broadcast(-delta)), broadcast(-delta), below);
  });
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

void negativeLogLikelihood(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) {
    // A target of 0 asks nothing of a logarithm, even of an infinite one.
    const Vec none = select(isNan(y), y, zero());
    return select(equal(t, zero()), none, mul(sub(zero(), t), y));
  });
}

void negativeLogLikelihoodGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                               float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec, Vec t) { return sub(zero(), t); });
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

// 1 for a target above 0, else -1.
LAMINET_INLINE Vec sideOf(Vec t) { return select(less(zero(), t), broadcast(1.0f), broadcast(-1.0f)); }

void hinge(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) {
    const Vec margin = fnma(sideOf(t), y, broadcast(1.0f));
    return select(less(margin, zero()), zero(), margin);
  });
}

void hingeGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
               float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec y, Vec t) {
    const Vec side = sideOf(t);
    return select(notBelowZero(fnma(side, y, broadcast(1.0f))), sub(zero(), side), zero());
  });
}

void projection(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  sumTerms(g, prediction, targets, losses, [](Vec y, Vec t) { return mul(y, t); });
}

void projectionGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                    float* gradient) {
  gradientOfTerms(g, prediction, targets, scale, gradient, [](Vec, Vec t) { return t; });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
