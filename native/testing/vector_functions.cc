// Compiled once for each instruction set, as kernels are.
#include "testing/vector_functions.h"

#include "simd/math.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

void expOf(int64_t count, const float* x, float* y) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, exp(load(x + i)));
}

void logOf(int64_t count, const float* x, float* y) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, log(load(x + i)));
}

void bytesOf(int64_t count, const float* x, uint8_t* y) {
  for (int64_t i = 0; i < count; i += kWidth) storeBytes(y + i, load(x + i));
}

void floatsOf(int64_t count, const uint8_t* x, float* y) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, loadBytes(x + i));
}

}  // namespace

const VectorFunctions& vectorFunctions() {
  static constexpr VectorFunctions functions = {expOf, logOf, bytesOf, floatsOf};
  return functions;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
