#include "kernels/update/functions.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Floats that are summed over all slots before the next ones: they stay in the first-level cache between the tree's
// rounds.
constexpr int64_t kChunk = 512;

}  // namespace

void addTo(int64_t count, const float* from, float* to) {
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) store(to + i, add(load(to + i), load(from + i)));
  for (; i < count; i++) to[i] += from[i];
}

void sumSlots(float* first, int64_t stride, int32_t slots, int64_t count) {
  for (int64_t begin = 0; begin < count; begin += kChunk) {
    const int64_t size = count - begin < kChunk ? count - begin : kChunk;
    float* chunk = first + begin;
    for (int32_t apart = 1; apart < slots; apart *= 2) {
      for (int32_t slot = 0; slot + apart < slots; slot += 2 * apart) {
        addTo(size, chunk + (slot + apart) * stride, chunk + slot * stride);
      }
    }
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
