// The transforms of F(4, 3), one dimension of them. Four outputs of a kernel with three taps come from six inputs:
//   output = A^T [(G taps) * (B^T inputs)],
// and, with the same B, the three taps' gradients from six inputs and four outputs' gradients,
//   gradTaps = A3^T [(G4 gradients) * (B^T inputs)],
// which is F(3, 4). Row j of B^T holds the coefficients of the product of all (x - a) but (x - a_j), over the points a
// = 0, 1, -1, 1/2, -2 and infinity; row i of A^T and of A3^T the powers a^i; row j of G and of G4 the powers of a_j by
// N_j, the product of all (a_j - a): 1, 3, -3, -15/16, 15.
//
// With these points errors are about three times those of the direct sum, with 0, 1, -1, 2, -2 (Lavin and Gray) more
// than four times. Two dimensions are one after the other.
#pragma once
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

// Outputs of a tile along one axis, and the inputs that they are computed from: as many products.
constexpr int kTile = 4;
constexpr int kTaps = 3;
constexpr int kPatch = kTile + kTaps - 1;
constexpr int kProducts = kPatch * kPatch;

// B^T d
LAMINET_INLINE void transformInputs(const Vec (&d)[kPatch], Vec (&v)[kPatch]) {
  const Vec half = broadcast(0.5f);
  const Vec oneAndHalf = broadcast(1.5f);
  const Vec two = broadcast(2.0f);
  const Vec twoAndHalf = broadcast(2.5f);
  const Vec even = sub(d[4], d[2]);
  const Vec odd = sub(d[3], d[1]);
  v[0] = fma(oneAndHalf, odd, fnma(two, d[2], add(d[0], d[4])));
  v[1] = fma(twoAndHalf, d[3], fma(half, d[2], sub(d[4], d[1])));
  v[2] = fnma(twoAndHalf, d[2], fma(half, d[3], add(d[4], d[1])));
  v[3] = fma(two, odd, even);
  v[4] = fnma(half, odd, even);
  v[5] = fma(oneAndHalf, even, fnma(two, d[3], add(d[1], d[5])));
}

// A^T m
LAMINET_INLINE void transformProducts(const Vec (&m)[kPatch], Vec (&y)[kTile]) {
  const Vec sum = add(m[1], m[2]);
  const Vec difference = sub(m[1], m[2]);
  y[0] = add(add(m[0], sum), add(m[3], m[4]));
  y[1] = fma(broadcast(0.5f), m[3], fnma(broadcast(2.0f), m[4], difference));
  y[2] = fma(broadcast(0.25f), m[3], fma(broadcast(4.0f), m[4], sum));
  y[3] = fma(broadcast(0.125f), m[3], fnma(broadcast(8.0f), m[4], add(difference, m[5])));
}

// G g
LAMINET_INLINE void transformTaps(const Vec (&g)[kTaps], Vec (&u)[kPatch]) {
  const Vec third = broadcast(1.0f / 3);
  const Vec fifteenth = broadcast(1.0f / 15);
  const Vec outer = add(g[0], g[2]);
  u[0] = g[0];
  u[1] = mul(third, add(outer, g[1]));
  u[2] = mul(third, sub(g[1], outer));
  u[3] = mul(fifteenth, fma(broadcast(-4.0f), g[2], fma(broadcast(-8.0f), g[1], mul(broadcast(-16.0f), g[0]))));
  u[4] = mul(fifteenth, fma(broadcast(4.0f), g[2], fma(broadcast(-2.0f), g[1], g[0])));
  u[5] = g[2];
}

// G4 g without the reciprocals of N, which come in at the end.
LAMINET_INLINE void transformGradients(const Vec (&g)[kTile], Vec (&u)[kPatch]) {
  const Vec even = add(g[0], g[2]);
  const Vec odd = add(g[1], g[3]);
  u[0] = g[0];
  u[1] = add(even, odd);
  u[2] = sub(even, odd);
  u[3] = fma(broadcast(0.125f), g[3], fma(broadcast(0.25f), g[2], fma(broadcast(0.5f), g[1], g[0])));
  u[4] = fma(broadcast(-8.0f), g[3], fma(broadcast(4.0f), g[2], fma(broadcast(-2.0f), g[1], g[0])));
  u[5] = g[3];
}

// A3^T s, with the reciprocals of N.
LAMINET_INLINE void transformSums(const Vec (&s)[kPatch], Vec (&w)[kTaps]) {
  const Vec third = broadcast(1.0f / 3);
  const Vec fifteenth = broadcast(1.0f / 15);
  const Vec difference = mul(third, sub(s[1], s[2]));
  const Vec sum = mul(third, add(s[1], s[2]));
  w[0] = fma(fifteenth, fnma(broadcast(16.0f), s[3], s[4]), add(s[0], difference));
  w[1] = fnma(fifteenth, fma(broadcast(8.0f), s[3], add(s[4], s[4])), sum);
  w[2] = fma(broadcast(4.0f / 15), sub(s[4], s[3]), add(s[5], difference));
}

}  // namespace LAMINET_ISA
}  // namespace laminet
