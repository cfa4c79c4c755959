#include "kernels/loss/rows.h"

#include "simd/math.h"

namespace laminet {
namespace LAMINET_ISA {

// In functions of their own, so that each loop has the registers to itself.
void expRows(int32_t rows, float* values) {
  for (int64_t i = 0; i < int64_t{rows} * kLanes; i += kWidth) store(values + i, exp(load(values + i)));
}

void logRows(int32_t rows, float* values) {
  for (int64_t i = 0; i < int64_t{rows} * kLanes; i += kWidth) store(values + i, log(load(values + i)));
}

void powRows(int32_t rows, float exponent, float* values) {
  logRows(rows, values);
  // The logarithm of 0 times an exponent of 0 would be NaN.
  constexpr float kLeast = -3.40282347e38f;
  fillRows(0, rows, values, [&](int64_t at) {
    const Vec logarithm = load(values + at);
    return mul(broadcast(exponent), select(less(logarithm, broadcast(kLeast)), broadcast(kLeast), logarithm));
  });
  expRows(rows, values);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
