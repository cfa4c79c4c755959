// The optimizers. Each is a rule: from a vector of weights, of gradients and of each slot of state it makes the new
// weights and the new state. One loop takes every rule through memory.
#include "kernels/update/update.h"

#include "kernels/table.h"
#include "kernels/update/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

Vec constant(double value) { return broadcast(static_cast<float>(value)); }

// The larger of two, NaN where either is.
LAMINET_INLINE Vec larger(Vec a, Vec b) { return select(either(less(a, b), isNan(b)), b, a); }

// A running mean: `share` of what it was, and the rest of what comes in. 1 - share is taken before it is rounded.
struct Mean {
  Vec share, rest;
  explicit Mean(double value) : share(constant(value)), rest(constant(1 - value)) {}
  LAMINET_INLINE Vec of(Vec mean, Vec value) const { return fma(share, mean, mul(rest, value)); }
};

template <bool kDecays, class Rule>
LAMINET_INLINE Vec changed(const Rule& rule, Vec l2, Vec kept, Vec weights, Vec gradients, Vec* state) {
  if (kDecays) {
    gradients = fma(l2, weights, gradients);
    weights = mul(kept, weights);
  }
  return rule.change(weights, gradients, state);
}

// Behind the last whole vector, the lanes that are left over are computed as the others are.
template <int kSlots, bool kDecays, class Rule>
void sweep(const UpdateArguments& a, const Rule& rule) {
  const Vec l2 = constant(a.geometry->l2);
  const Vec kept = constant(1 - a.learningRate * a.geometry->weightDecay);
  Vec state[kMostState];
  int64_t i = 0;
  for (; i + kWidth <= a.count; i += kWidth) {
    for (int slot = 0; slot < kSlots; slot++) state[slot] = load(a.state[slot] + i);
    store(a.weights + i, changed<kDecays>(rule, l2, kept, load(a.weights + i), load(a.gradients + i), state));
    for (int slot = 0; slot < kSlots; slot++) store(a.state[slot] + i, state[slot]);
  }
  const int left = static_cast<int>(a.count - i);
  if (left == 0) return;
  for (int slot = 0; slot < kSlots; slot++) state[slot] = loadLanes(a.state[slot] + i, 0, left);
  const Vec weights = loadLanes(a.weights + i, 0, left);
  const Vec gradients = loadLanes(a.gradients + i, 0, left);
  storeFirst(a.weights + i, changed<kDecays>(rule, l2, kept, weights, gradients, state), left);
  for (int slot = 0; slot < kSlots; slot++) storeFirst(a.state[slot] + i, state[slot], left);
}

template <int kSlots, class Rule>
void update(const UpdateArguments& a, const Rule& rule) {
  const bool decays = a.geometry->l2 != 0 || a.geometry->weightDecay != 0;
  if (decays) {
    sweep<kSlots, true>(a, rule);
  } else {
    sweep<kSlots, false>(a, rule);
  }
}

struct Sgd {
  Vec rate;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec*) const { return fnma(rate, gradients, weights); }
};

void sgd(const UpdateArguments& a) { update<0>(a, Sgd{constant(a.learningRate)}); }

template <bool kNesterov>
struct Momentum {
  Vec rate, momentum;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = fma(momentum, state[0], gradients);
    return fnma(rate, kNesterov ? fma(momentum, state[0], gradients) : state[0], weights);
  }
};

void momentum(const UpdateArguments& a) {
  const Vec rate = constant(a.learningRate);
  const Vec momentum = constant(a.geometry->constants[0]);
  if (a.geometry->constants[1] == 1) {
    update<1>(a, Momentum<true>{rate, momentum});
  } else {
    update<1>(a, Momentum<false>{rate, momentum});
  }
}

struct Adagrad {
  Vec rate, epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = fma(gradients, gradients, state[0]);
    return fnma(rate, div(gradients, add(sqrt(state[0]), epsilon)), weights);
  }
};

void adagrad(const UpdateArguments& a) {
  update<1>(a, Adagrad{constant(a.learningRate), constant(a.geometry->constants[0])});
}

struct Adadelta {
  Vec rate;
  Mean mean;
  Vec epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = mean.of(state[0], mul(gradients, gradients));
    const Vec ratio = div(sqrt(add(state[1], epsilon)), sqrt(add(state[0], epsilon)));
    const Vec step = mul(ratio, gradients);
    state[1] = mean.of(state[1], mul(step, step));
    return fnma(rate, step, weights);
  }
};

void adadelta(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  update<2>(a, Adadelta{constant(a.learningRate), Mean(constants[0]), constant(constants[1])});
}

template <bool kKeepsLargest>
struct Adam {
  Mean first, second;
  Vec size, epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = first.of(state[0], gradients);
    state[1] = second.of(state[1], mul(gradients, gradients));
    if (kKeepsLargest) state[2] = larger(state[2], state[1]);
    return fnma(size, div(state[0], add(sqrt(state[kKeepsLargest ? 2 : 1]), epsilon)), weights);
  }
};

void adam(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  const Mean first(constants[0]);
  const Mean second(constants[1]);
  const Vec size = constant(a.learningRate * a.factors[0]);
  const Vec epsilon = constant(constants[2] * a.factors[1]);
  if (constants[3] == 1) {
    update<3>(a, Adam<true>{first, second, size, epsilon});
  } else {
    update<2>(a, Adam<false>{first, second, size, epsilon});
  }
}

struct Adamax {
  Mean first;
  Vec beta2, size, epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = first.of(state[0], gradients);
    state[1] = larger(mul(beta2, state[1]), add(abs(gradients), epsilon));
    return fnma(size, div(state[0], state[1]), weights);
  }
};

void adamax(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  update<2>(a, Adamax{Mean(constants[0]), constant(constants[1]), constant(a.learningRate * a.factors[0]),
                      constant(constants[2])});
}

struct Nadam {
  Mean first, second;
  Vec gradientSize, momentSize, epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = first.of(state[0], gradients);
    state[1] = second.of(state[1], mul(gradients, gradients));
    const Vec step = fma(momentSize, state[0], mul(gradientSize, gradients));
    return sub(weights, div(step, add(sqrt(state[1]), epsilon)));
  }
};

void nadam(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  update<2>(a, Nadam{Mean(constants[0]), Mean(constants[1]), constant(a.learningRate * a.factors[0]),
                     constant(a.learningRate * a.factors[1]), constant(constants[2] * a.factors[2])});
}

template <bool kAdapts>
struct Radam {
  Mean first, second;
  Vec size, epsilon;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = first.of(state[0], gradients);
    state[1] = second.of(state[1], mul(gradients, gradients));
    const Vec step = kAdapts ? div(state[0], add(sqrt(state[1]), epsilon)) : state[0];
    return fnma(size, step, weights);
  }
};

void radam(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  const Mean first(constants[0]);
  const Mean second(constants[1]);
  const Vec size = constant(a.learningRate * a.factors[0]);
  const Vec epsilon = constant(constants[2]);
  if (a.factors[1] == 1) {
    update<2>(a, Radam<true>{first, second, size, epsilon});
  } else {
    update<2>(a, Radam<false>{first, second, size, epsilon});
  }
}

template <bool kCentered, bool kMomentum>
struct Rmsprop {
  Vec rate;
  Mean mean;
  Vec epsilon, momentum;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    state[0] = mean.of(state[0], mul(gradients, gradients));
    Vec square = state[0];
    if (kCentered) {
      state[1] = mean.of(state[1], gradients);
      const Vec variance = fnma(state[1], state[1], square);
      square = select(less(variance, zero()), zero(), variance);
    }
    Vec step = div(gradients, add(sqrt(square), epsilon));
    if (kMomentum) {
      Vec& velocity = state[kCentered ? 2 : 1];
      velocity = fma(momentum, velocity, step);
      step = velocity;
    }
    return fnma(rate, step, weights);
  }
};

template <bool kCentered>
void rmspropWith(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  const Vec rate = constant(a.learningRate);
  const Mean mean(constants[0]);
  const Vec epsilon = constant(constants[1]);
  const Vec momentum = constant(constants[2]);
  if (constants[2] != 0) {
    update<kCentered ? 3 : 2>(a, Rmsprop<kCentered, true>{rate, mean, epsilon, momentum});
  } else {
    update<kCentered ? 2 : 1>(a, Rmsprop<kCentered, false>{rate, mean, epsilon, momentum});
  }
}

void rmsprop(const UpdateArguments& a) { a.geometry->constants[3] == 1 ? rmspropWith<true>(a) : rmspropWith<false>(a); }

struct Lion {
  Vec rate;
  Mean first, second;
  LAMINET_INLINE Vec change(Vec weights, Vec gradients, Vec* state) const {
    const Vec direction = first.of(state[0], gradients);
    state[0] = second.of(state[0], gradients);
    // The sign; 0 and NaN are their own.
    const Vec sign = copySign(broadcast(1.0f), direction);
    const Vec step = select(either(equal(direction, zero()), isNan(direction)), direction, sign);
    return fnma(rate, step, weights);
  }
};

void lion(const UpdateArguments& a) {
  const double* constants = a.geometry->constants;
  update<1>(a, Lion{constant(a.learningRate), Mean(constants[0]), Mean(constants[1])});
}

}  // namespace

const UpdateKernels& updateKernels() {
  static constexpr UpdateKernels kernels = {sumSlots,
                                            addTo,
                                            clampGradients,
                                            scaleGradients,
                                            gatherGradients,
                                            addPenaltyGradients,
                                            sumOfSquares,
                                            sumOfSizes,
                                            averageWeights,
                                            boundRow,
                                            sgd,
                                            momentum,
                                            adagrad,
                                            adadelta,
                                            adam,
                                            adamax,
                                            nadam,
                                            radam,
                                            rmsprop,
                                            lion};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
