#include "kernels/mixup/mixup.h"

#include "kernels/table.h"
#include "random/philox.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

void draw(uint64_t seed, uint32_t step, uint32_t stream, uint32_t* words) {
  Words block[4] = {broadcastWord(0), broadcastWord(0), broadcastWord(step), broadcastWord(stream)};
  philox(seed, block);
  alignas(64) uint32_t lanes[kLanes];
  for (int word = 0; word < 4; word++) {
    storeWords(lanes, block[word]);
    words[word] = lanes[0];
  }
}

// Without fused multiplication: both products are rounded, so that equal rows stay within a rounding of what they are
// whichever of them is the first, and the bits are those of plain arithmetic.
void rows(int64_t count, float share, const float* a, const float* b, float* y) {
  const Vec own = broadcast(share);
  const Vec other = broadcast(1.0f - share);
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, add(mul(own, load(a + i)), mul(other, load(b + i))));
}

}  // namespace

const MixupKernels& mixupKernels() {
  static constexpr MixupKernels kernels = {draw, rows};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
