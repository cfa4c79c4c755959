// Each function's value at x, and the gradient of its input from that of its output, g, and from its argument x or its
// value y. lib/ops/elementwise.ts has the formulas; here is how they keep their digits: nothing is subtracted that
// would cancel, and results below the smallest normal float are rounded once. NaN stays NaN. At the infinities values
// are the functions' limits, so 0 where the formula would multiply infinity by 0. Constants are read where they are
// used: in registers of their own they would have others spilled.
#pragma once
#include "kernels/elementwise/elementwise.h"
#include "simd/math.h"
#include "simd/normal.h"

namespace laminet {
namespace LAMINET_ISA {

LAMINET_INLINE Vec one() { return broadcast(1.0f); }
LAMINET_INLINE Mask isNegative(Vec x) { return less(x, zero()); }
LAMINET_INLINE Vec squareOf(Vec x) { return mul(x, x); }

// Beyond this exp(-|x|), even times x, is 0.
LAMINET_INLINE Vec bounded(Vec magnitude) { return atMost(magnitude, broadcast(112.0f)); }
LAMINET_INLINE Power powerOfMinus(Vec magnitude) { return powerOfE(sub(zero(), bounded(magnitude))); }

// x / (1 + exp(-v)), where v has the sign of x.
LAMINET_INLINE Vec timesSigmoid(Vec x, Vec v) {
  const Power power = powerOfMinus(abs(v));
  const Vec quotient = div(x, add(one(), valueOf(power)));
  return select(isNegative(v), times(quotient, power), quotient);
}

struct Tanh {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) { return tanh(x); }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants&) { return mul(g, fnma(y, y, one())); }
};

struct Sigmoid {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) { return sigmoid(x); }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants&) { return mul(mul(g, y), sub(one(), y)); }
};

struct Relu {
  // Compared so that NaN stays.
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) { return atLeast(x, zero()); }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants&) {
    return select(less(zero(), y), g, zero());
  }
};

// Of amplitude `first` and slope `second` inside.
struct ScaledTanh {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    return mul(broadcast(c.first), tanh(mul(x, broadcast(c.second))));
  }
  // By a quotient, so that it is 0 where the value is the amplitude.
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants& c) {
    const Vec t = div(y, broadcast(c.first));
    return mul(mul(g, mul(broadcast(c.first), broadcast(c.second))), fnma(t, t, one()));
  }
};

struct LeakyRelu {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    return select(isNegative(x), mul(x, broadcast(c.first)), x);
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants& c) {
    return select(less(zero(), y), g, mul(g, broadcast(c.first)));
  }
};

// Of slope `first` above 0, and the limit -`second` far below.
struct Elu {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    return select(isNegative(x), mul(broadcast(c.second), expm1Below0(x)), mul(broadcast(c.first), x));
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants& c) {
    return mul(g, select(less(zero(), y), broadcast(c.first), add(y, broadcast(c.second))));
  }
};

struct Hardtanh {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    return atMost(atLeast(x, broadcast(c.first)), broadcast(c.second));
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants& c) {
    return select(less(broadcast(c.first), y), select(less(y, broadcast(c.second)), g, zero()), zero());
  }
};

struct Hardsigmoid {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    const Vec sum = atMost(atLeast(add(x, broadcast(3.0f)), zero()), broadcast(6.0f));
    return mul(sum, broadcast(1.0f / 6.0f));
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants&) {
    const Vec inside = mul(g, broadcast(1.0f / 6.0f));
    return select(less(zero(), y), select(less(y, one()), inside, zero()), zero());
  }
};

struct Hardswish {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    return mul(atLeast(x, broadcast(-3.0f)), Hardsigmoid::value(x, c));
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants&) {
    const Vec three = broadcast(3.0f);
    const Vec inside = mul(g, fma(x, broadcast(1.0f / 3.0f), broadcast(0.5f)));
    return select(less(three, x), g, select(less(x, sub(zero(), three)), zero(), inside));
  }
};

struct Silu {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    return timesSigmoid(atLeast(x, broadcast(-112.0f)), x);
  }
  // With e = exp(-|x|) and d = 1 + e: (d + x e) / d^2 above 0, e (d + x) / d^2 below.
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants&) {
    const Vec near = copySign(bounded(abs(x)), x);
    const Vec e = valueOf(powerOfMinus(abs(x)));
    const Vec d = add(one(), e);
    const Vec sum = select(isNegative(x), mul(e, add(d, near)), fma(near, e, d));
    return mul(g, div(sum, squareOf(d)));
  }
};

// tanh(softplus(x)) = n / (n + 2) with n = e (e + 2) and e = exp(x); above 0, with e = exp(-x), both are multiplied by
// e^2.
struct Mish {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    const Power power = powerOfMinus(abs(x));
    const Vec e = valueOf(power);
    const Mask below = isNegative(x);
    const Vec ahead = fma(broadcast(2.0f), e, one());
    const Vec behind = add(e, broadcast(2.0f));
    const Vec divisor = select(below, fma(e, behind, broadcast(2.0f)), fma(mul(broadcast(2.0f), e), e, ahead));
    const Vec quotient = div(mul(atLeast(x, broadcast(-112.0f)), select(below, behind, ahead)), divisor);
    return select(below, times(quotient, power), quotient);
  }
  // Below 0, e ((e + 2)(n + 2) + 4 x (1 + e)) / (n + 2)^2; above, with N = 1 + 2 e and D = N + 2 e^2,
  // (N D + 4 x e^2 (1 + e)) / D^2.
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants&) {
    const Vec near = copySign(bounded(abs(x)), x);
    const Vec e = valueOf(powerOfMinus(abs(x)));
    const Mask below = isNegative(x);
    const Vec two = broadcast(2.0f);
    const Vec numerator = select(below, add(e, two), fma(two, e, one()));
    const Vec divisor = select(below, fma(e, numerator, two), fma(mul(two, e), e, numerator));
    const Vec scaled = mul(mul(broadcast(4.0f), near), add(one(), e));
    const Vec sum = fma(numerator, divisor, mul(scaled, select(below, one(), squareOf(e))));
    return mul(g, div(mul(sum, select(below, e, one())), squareOf(divisor)));
  }
};

// x Phi(x). The tail beyond |x| is exp(-x^2 / 2) times a quotient; beyond 15 it is 0, also times x.
struct Gelu {
  LAMINET_INLINE static Vec bound() { return broadcast(15.0f); }

  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    const Vec t = atMost(abs(x), bound());
    const Power power = gaussian(t);
    const Vec quotient = tailQuotient(t);
    const Vec below = times(mul(atLeast(x, sub(zero(), bound())), quotient), power);
    const Vec above = mul(x, sub(one(), times(quotient, power)));
    return select(isNegative(x), below, above);
  }
  // Phi(x) + x phi(x).
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants&) {
    const Vec t = atMost(abs(x), bound());
    const Vec below = times(fnma(t, broadcast(0.398942280401f), tailQuotient(t)), gaussian(t));
    return mul(g, select(isNegative(x), below, sub(one(), below)));
  }
};

// x / (1 + exp(-w)) with w = 2 sqrt(2 / pi) (x + 0.044715 x^3), which is x (1 + tanh(w / 2)) / 2.
struct GeluTanh {
  LAMINET_INLINE static Vec linear() { return broadcast(1.59576912161f); }
  LAMINET_INLINE static Vec cubic() { return broadcast(0.0713548162726f); }
  LAMINET_INLINE static Vec inner(Vec x) { return mul(x, fma(cubic(), squareOf(x), linear())); }

  // Below -12 it is 0.
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    return timesSigmoid(atLeast(x, broadcast(-12.0f)), inner(x));
  }
  // With e = exp(-|w|) and d = 1 + e: (d + x w' e) / d^2 above 0, e (d + x w') / d^2 below.
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants&) {
    const Vec near = copySign(atMost(abs(x), broadcast(12.0f)), x);
    const Vec e = valueOf(powerOfMinus(abs(inner(near))));
    const Vec d = add(one(), e);
    const Vec product = mul(near, fma(mul(broadcast(3.0f), cubic()), squareOf(near), linear()));
    const Vec sum = select(isNegative(x), mul(e, add(d, product)), fma(product, e, d));
    return mul(g, div(sum, squareOf(d)));
  }
};

// Of sharpness `first`; where first x is above `second`, it is x.
struct Softplus {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants& c) {
    const Vec v = mul(x, broadcast(c.first));
    const Power power = powerOfMinus(abs(v));
    const Vec e = valueOf(power);
    const Vec quotient = div(log1pQuotient(e), broadcast(c.first));
    const Vec smooth = select(isNegative(v), times(quotient, power), fma(quotient, e, x));
    return select(less(broadcast(c.second), v), x, smooth);
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec x, const ElementConstants& c) {
    const Vec v = mul(x, broadcast(c.first));
    return select(less(broadcast(c.second), v), g, mul(g, sigmoid(v)));
  }
};

struct Softsign {
  LAMINET_INLINE static Vec value(Vec x, const ElementConstants&) {
    const Vec magnitude = atMost(abs(x), broadcast(__FLT_MAX__));
    return copySign(div(magnitude, add(one(), magnitude)), x);
  }
  LAMINET_INLINE static Vec gradient(Vec g, Vec y, const ElementConstants&) {
    return mul(g, squareOf(sub(one(), abs(y))));
  }
};

}  // namespace LAMINET_ISA
}  // namespace laminet
