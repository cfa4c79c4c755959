#include "kernels/loss/loss.h"

#include "kernels/loss/functions.h"
#include "kernels/loss/rows.h"
#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

void negativeEntropy(const LossGeometry& g, const float* targets, float* entropies) {
  sumBlocks(g, entropies, [&](Block block) {
    Rows logs;
    fillTargets(g, block, targets, logs.values, [](int32_t, int, Vec t) { return t; });
    logRows(block.classes(), logs.values);
    addTerms(g, block, targets, entropies, [&](int32_t k, int lane, Vec t) {
      const Vec term = mul(t, load(logs.values + rowAt(k - block.begin, lane)));
      return select(equal(t, zero()), zero(), term);
    });
  });
}

void classTargets(const ClassTargetsGeometry& g, const float* targets, float* rows) {
  eachGroup([&](int lane) {
    const Targets t = {targets + lane, g.labels != 0};
    for (int32_t k = 0; k < g.classes; k++) {
      const Vec smooth = fma(broadcast(g.keep), t.of(k), broadcast(g.share));
      const float weight = g.weights ? static_cast<float>(g.weights[k]) : 1.0f;
      store(rows + rowAt(k, lane), mul(broadcast(weight), smooth));
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
#define LAMINET_LOSS(name, constants) {name, name##Grad},
#include "kernels/loss/losses.def"
#undef LAMINET_LOSS
      negativeEntropy,
      classTargets,
      correct,
      sumOfLanes,
  };
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
