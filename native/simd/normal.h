// The tail of the normal distribution, whose relative error stays small however far out: the smallest results are
// those below the smallest normal float.
#pragma once
#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {

// exp(-t^2 / 2) for |t| of at most 15. A rounded square would be wrong by up to 2^-18, and its exponential by as much,
// relatively. So the square is taken in two parts, s^2 + (t - s)(t + s): s has half of t's digits, and its square is
// exact.
LAMINET_INLINE Power gaussian(Vec t) {
  const Vec spread = mul(t, broadcast(4097.0f));
  const Vec s = sub(spread, sub(spread, t));
  const Vec high = mul(mul(s, s), broadcast(-0.5f));
  const Vec low = mul(mul(sub(t, s), add(t, s)), broadcast(-0.5f));
  const Vec n = nearestPower(add(high, low));
  const Vec r = add(restOf(high, n), low);
  return powerOf(add(expm1OfRest(r), broadcast(1.0f)), n);
}

// The probability of a normal number above t, times exp(t^2 / 2), for t from 0 to 15: P(t) / Q(t), a rational fit by
// the Remez exchange in 40 digits, 4.4e-9. No coefficient is negative, so nothing cancels.
LAMINET_INLINE Vec tailQuotient(Vec t) {
  Vec p = broadcast(0.00566632197402f);
  p = fma(p, t, broadcast(0.0565499379034f));
  p = fma(p, t, broadcast(0.267595330686f));
  p = fma(p, t, broadcast(0.708370838286f));
  p = fma(p, t, broadcast(1.01449894572f));
  p = fma(p, t, broadcast(0.499999997808f));
  Vec q = broadcast(0.0142032952774f);
  q = fma(q, t, broadcast(0.141753608265f));
  q = fma(q, t, broadcast(0.684866781399f));
  q = fma(q, t, broadcast(1.91878752574f));
  q = fma(q, t, broadcast(3.17227288219f));
  q = fma(q, t, broadcast(2.82688205652f));
  q = fma(q, t, broadcast(1.0f));
  return div(p, q);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
