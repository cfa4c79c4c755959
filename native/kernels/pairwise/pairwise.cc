#include "kernels/pairwise/pairwise.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

template <class Function>
LAMINET_INLINE void eachPair(int64_t count, const float* a, const float* b, float* y, Function function) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, function(load(a + i), load(b + i)));
}

void addPairs(int64_t count, const float* a, const float* b, float* y) {
  eachPair(count, a, b, y, [](Vec v, Vec w) { return add(v, w); });
}

void multiplyPairs(int64_t count, const float* a, const float* b, float* y) {
  eachPair(count, a, b, y, [](Vec v, Vec w) { return mul(v, w); });
}

void addBias(const ChannelGeometry& g, int32_t lanes, Part part, const float* x, const float* bias, float* y) {
  const Share channels = shareOf(part, g.channels);
  const int64_t count = static_cast<int64_t>(g.pixels) * lanes;
  for (int64_t c = channels.begin; c < channels.end; c++) {
    const Vec own = broadcast(bias[c]);
    const float* from = x + c * count;
    float* to = y + c * count;
    int64_t i = 0;
    for (; i + kWidth <= count; i += kWidth) store(to + i, add(load(from + i), own));
    const int rest = static_cast<int>(count - i);
    if (rest > 0) storeFirst(to + i, add(loadLanes(from + i, 0, rest), own), rest);
  }
}

}  // namespace

const PairwiseKernels& pairwiseKernels() {
  static constexpr PairwiseKernels kernels = {addPairs, multiplyPairs, addBias};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
