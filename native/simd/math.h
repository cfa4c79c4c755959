// exp, log, tanh, the logistic function and what functions like them are made of, from one source for every instruction
// set. Polynomials are minimax fits by the Remez exchange, computed in 40 digits for the ranges named below; the
// relative error of each fit is given, to be compared with the 6.0e-8 of half a unit in the last place.
// docs/numerics.md has the largest errors over all floats, as simd/ulp.cc measures them.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// x, or the bound where x is beyond it. The order of the comparison lets NaN through.
LAMINET_INLINE Vec atLeast(Vec x, Vec bound) { return select(less(x, bound), bound, x); }
LAMINET_INLINE Vec atMost(Vec x, Vec bound) { return select(less(bound, x), bound, x); }

// The whole power of two that is nearest to exp(x), and what it leaves of x, |r| <= 0.35.
LAMINET_INLINE Vec nearestPower(Vec x) { return round(mul(x, broadcast(1.44269504088896341f))); }

LAMINET_INLINE Vec restOf(Vec x, Vec n) {
  const Vec r = fnma(n, broadcast(0.693359375f), x);
  return fnma(n, broadcast(-2.12194440e-4f), r);
}

// exp(r) - 1 = r + r^2 P(r). The fit of exp(r), with the 1, is 3.3e-9; that of exp(r) - 1 itself is 2.2e-8.
LAMINET_INLINE Vec expm1OfRest(Vec r) {
  Vec p = broadcast(0.00138131422638f);
  p = fma(p, r, broadcast(0.00836941880236f));
  p = fma(p, r, broadcast(0.0416684568195f));
  p = fma(p, r, broadcast(0.166665147919f));
  p = fma(p, r, broadcast(0.499999930507f));
  return fma(mul(r, r), p, r);
}

LAMINET_INLINE Vec expOfRest(Vec x, Vec n) { return add(expm1OfRest(restOf(x, n)), broadcast(1.0f)); }

// e to some power, as a fraction near 1 and a power of two in two halves. A result below the smallest normal number is
// rounded by the last multiplication alone, so a factor must be put in before: times() does.
struct Power {
  Vec fraction, first, second;
};

LAMINET_INLINE Power powerOf(Vec fraction, Vec n) {
  const Vec half = round(mul(n, broadcast(0.5f)));
  return {fraction, exp2Whole(half), exp2Whole(sub(n, half))};
}

// exp(x) for x from -170 to 88.
LAMINET_INLINE Power powerOfE(Vec x) {
  const Vec n = nearestPower(x);
  return powerOf(expOfRest(x, n), n);
}

LAMINET_INLINE Vec valueOf(const Power& power) { return mul(mul(power.fraction, power.first), power.second); }

LAMINET_INLINE Vec times(Vec factor, const Power& power) {
  return mul(mul(mul(factor, power.fraction), power.first), power.second);
}

// exp(x) = 2^n exp(r), n = round(x / ln 2). The scale 2^n is applied in two halves, so that results below the smallest
// normal number and up to the largest are right; x above 88.73 gives infinity, x below -104 zero, NaN stays NaN.
LAMINET_INLINE Vec exp(Vec x) {
  const Vec clamped = atMost(atLeast(x, broadcast(-104.5f)), broadcast(89.0f));
  return select(isNan(x), x, valueOf(powerOfE(clamped)));
}

// exp(x) - 1 for x of at most 0, without cancellation: 2^n (exp(r) - 1) + (2^n - 1). Below -17.4 it is -1 to the last
// bit. NaN stays NaN: whatever its scale is, r is NaN. One product is enough to reduce x: that the float of ln 2 is
// 1.9e-9 too large costs |n| 2^n times as much, at most 1e-9.
LAMINET_INLINE Vec expm1Below0(Vec x) {
  const Vec clamped = atLeast(x, broadcast(-20.0f));
  const Vec n = nearestPower(clamped);
  const Vec scale = exp2Whole(n);
  const Vec r = fnma(n, broadcast(0.69314718055994531f), clamped);
  return fma(scale, expm1OfRest(r), sub(scale, broadcast(1.0f)));
}

// log(1 + e) / e for e from 0 to 1: with s = e / (2 + e), log(1 + e) = 2 atanh(s) = s A(s^2), fit of A 4.0e-9.
LAMINET_INLINE Vec log1pQuotient(Vec e) {
  const Vec inverse = div(broadcast(1.0f), add(broadcast(2.0f), e));
  const Vec s = mul(e, inverse);
  const Vec square = mul(s, s);
  Vec a = broadcast(0.281783333578f);
  a = fma(a, square, broadcast(0.279606033011f));
  a = fma(a, square, broadcast(0.400249102292f));
  a = fma(a, square, broadcast(0.666663146834f));
  a = fma(a, square, broadcast(2.00000000792f));
  return mul(a, inverse);
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
