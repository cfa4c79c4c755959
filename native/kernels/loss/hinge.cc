// The hinge loss over classes.
#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// By lane: how far the strongest other class is ahead of the target's, and which it is.
struct Rivals {
  alignas(64) float margins[kLanes];
  alignas(64) float classes[kLanes];
};

void findRivals(const LossGeometry& g, const float* prediction, const float* targets, Rivals& rivals) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    Vec hit = zero();
    Vec most = zero();
    Vec rival = zero();
    for (int32_t k = 0; k < g.classes; k++) {
      const Vec y = load(prediction + rowAt(k, lane));
      const Vec target = t.of(k);
      hit = add(hit, mul(target, y));
      const Vec strength = mul(sub(broadcast(1.0f), target), y);
      // The first class sets the mark that the others must pass; NaN passes all.
      const Mask ahead = either(less(most, strength), isNan(strength));
      most = k == 0 ? strength : select(ahead, strength, most);
      rival = k == 0 ? zero() : select(ahead, broadcast(static_cast<float>(k)), rival);
    }
    store(rivals.margins + lane, sub(add(broadcast(1.0f), most), hit));
    store(rivals.classes + lane, rival);
  });
}

}  // namespace

void categoricalHinge(const LossGeometry& g, const float* prediction, const float* targets, float* losses) {
  Rivals rivals;
  findRivals(g, prediction, targets, rivals);
  eachGroup([&](int lane) {
    const Vec margin = load(rivals.margins + lane);
    store(losses + lane, div(select(less(margin, zero()), zero(), margin), broadcast(g.divisor)));
  });
}

void categoricalHingeGrad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale,
                          float* gradient) {
  Rivals rivals;
  findRivals(g, prediction, targets, rivals);
  eachTerm(g, targets, scale, gradient, [&](int32_t k, int lane, Vec t) {
    const Mask isRival = equal(load(rivals.classes + lane), broadcast(static_cast<float>(k)));
    const Vec pull = sub(select(isRival, sub(broadcast(1.0f), t), zero()), t);
    return select(notBelowZero(load(rivals.margins + lane)), pull, zero());
  });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
