// exp, log, tanh and the logistic function of a vector, from one source for every instruction set. Polynomials are
// minimax fits by the Remez exchange, computed in 40 digits for the ranges named below; the relative error of each fit
// is given, to be compared with the 6.0e-8 of half a unit in the last place. docs/numerics.md has the largest errors
// over all floats, as simd/ulp.cc measures them.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// exp(x - n ln 2) for the n that leaves the smallest rest, |r| <= 0.35: 1 + r + r^2 P(r), fit 3.3e-9.
LAMINET_INLINE Vec expOfRest(Vec x, Vec n) {
  Vec r = fnma(n, broadcast(0.693359375f), x);
  r = fnma(n, broadcast(-2.12194440e-4f), r);
  Vec p = broadcast(0.00138131422638f);
  p = fma(p, r, broadcast(0.00836941880236f));
  p = fma(p, r, broadcast(0.0416684568195f));
  p = fma(p, r, broadcast(0.166665147919f));
  p = fma(p, r, broadcast(0.499999930507f));
  return add(fma(mul(r, r), p, r), broadcast(1.0f));
}

// The whole power of two that is nearest to exp(x).
LAMINET_INLINE Vec nearestPower(Vec x) { return round(mul(x, broadcast(1.44269504088896341f))); }

// exp(x) = 2^n exp(r), n = round(x / ln 2). The scale 2^n is applied in two halves, so that results below the smallest
// normal number and up to the largest are right; x above 88.73 gives infinity, x below -104 zero, NaN stays NaN.
LAMINET_INLINE Vec exp(Vec x) {
  const Vec least = broadcast(-104.5f);
  const Vec most = broadcast(89.0f);
  // The order of the comparisons lets NaN through.
  Vec clamped = select(less(x, least), least, x);
  clamped = select(less(most, clamped), most, clamped);
  const Vec n = nearestPower(clamped);
  const Vec half = round(mul(n, broadcast(0.5f)));
  const Vec result = mul(mul(expOfRest(clamped, n), exp2Whole(half)), exp2Whole(sub(n, half)));
  return select(isNan(x), x, result);
}

// log(x) = n ln 2 + log(1 + f), 1 + f between sqrt(1/2) and sqrt(2); log(1 + f) = f - f^2/2 + f^3 P(f), fit 7.5e-10.
// 0 gives -infinity, negative numbers NaN; numbers below the smallest normal one are scaled up first.
LAMINET_INLINE Vec log(Vec x) {
  const Vec smallest = broadcast(1.17549435e-38f);
  const Mask tiny = less(x, smallest);
  const Vec scaled = select(tiny, mul(x, broadcast(33554432.0f)), x);
  // The bits of sqrt(1/2): subtracting them before the shift rounds the exponent so that f is centred on 0.
  constexpr int32_t kCentre = 0x3f3504f3;
  Vec n = exponentOf(scaled, kCentre);
  n = select(tiny, sub(n, broadcast(25.0f)), n);
  const Vec f = sub(mantissaOf(scaled, kCentre), broadcast(1.0f));
  Vec p = broadcast(0.0674659840111f);
  p = fma(p, f, broadcast(-0.11675614167f));
  p = fma(p, f, broadcast(0.118881604908f));
  p = fma(p, f, broadcast(-0.124055951568f));
  p = fma(p, f, broadcast(0.142195534998f));
  p = fma(p, f, broadcast(-0.166679955441f));
  p = fma(p, f, broadcast(0.200021185886f));
  p = fma(p, f, broadcast(-0.250000096039f));
  p = fma(p, f, broadcast(0.333333126051f));
  const Vec square = mul(f, f);
  Vec low = mul(mul(square, f), p);
  low = fma(n, broadcast(-2.12194440e-4f), low);
  low = fnma(broadcast(0.5f), square, low);
  Vec result = fma(n, broadcast(0.693359375f), add(f, low));
  const Vec infinity = broadcast(__builtin_inff());
  result = select(less(x, infinity), result, x);
  result = select(equal(x, zero()), sub(zero(), infinity), result);
  return select(either(less(x, zero()), isNan(x)), broadcast(__builtin_nanf("")), result);
}

// tanh(x): below 0.625, x + x^3 P(x^2), fit 4.4e-9; above, 1 - 2 / (exp(2 |x|) + 1). NaN stays NaN, and the sign is
// that of x, also where x is -0, to which the sum would give +0.
LAMINET_INLINE Vec tanh(Vec x) {
  const Vec magnitude = abs(x);
  const Vec square = mul(x, x);
  Vec p = broadcast(-0.00570498780523f);
  p = fma(p, square, broadcast(0.0206390879763f));
  p = fma(p, square, broadcast(-0.0537397153098f));
  p = fma(p, square, broadcast(0.133314422009f));
  p = fma(p, square, broadcast(-0.333332819421f));
  const Vec near = fma(mul(x, square), p, x);
  // Above 9.02 the result is 1 to the last bit. In [0, 20] the exponential needs none of the care of exp() for its
  // ends.
  const Vec most = broadcast(20.0f);
  const Vec twice = add(magnitude, magnitude);
  const Vec inside = select(less(twice, most), twice, most);
  const Vec n = nearestPower(inside);
  const Vec e = mul(expOfRest(inside, n), exp2Whole(n));
  const Vec far = sub(broadcast(1.0f), div(broadcast(2.0f), add(e, broadcast(1.0f))));
  return select(isNan(x), x, copySign(select(less(magnitude, broadcast(0.625f)), near, far), x));
}

// 1 / (1 + exp(-x)), computed from exp(-|x|) on either side, so that nothing overflows and small results keep their
// digits. Its error, 2.4 units, is that of exp, of the sum and of the quotient together. One division of 1 by
// 1 + 2^n (1 + t), with the digits of t that 1 + t loses, has 2.0 units and takes a tenth longer.
LAMINET_INLINE Vec sigmoid(Vec x) {
  const Vec e = exp(sub(zero(), abs(x)));
  const Vec divisor = add(broadcast(1.0f), e);
  return div(select(less(x, zero()), e, select(isNan(x), x, broadcast(1.0f))), divisor);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
