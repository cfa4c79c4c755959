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

}  // namespace LAMINET_ISA
}  // namespace laminet
