#include "kernels/channels/channels.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Calls function(first float, channel's number, floats) for each of the part's channels.
template <class Function>
LAMINET_INLINE void eachChannel(const ChannelGeometry& g, int32_t lanes, Part part, const float* numbers,
                                Function function) {
  const Share channels = shareOf(part, g.channels);
  const int64_t count = static_cast<int64_t>(g.pixels) * lanes;
  for (int64_t c = channels.begin; c < channels.end; c++) function(c * count, broadcast(numbers[c]), count);
}

LAMINET_INLINE int restOf(int64_t count, int64_t done) { return static_cast<int>(count - done); }

void addBias(const ChannelGeometry& g, int32_t lanes, Part part, const float* x, const float* bias, float* y) {
  eachChannel(g, lanes, part, bias, [=](int64_t at, Vec own, int64_t count) {
    int64_t i = at;
    for (; i + kWidth <= at + count; i += kWidth) store(y + i, add(load(x + i), own));
    const int rest = restOf(at + count, i);
    if (rest > 0) storeFirst(y + i, add(loadLanes(x + i, 0, rest), own), rest);
  });
}

// v where x is above 0, else slope * v.
LAMINET_INLINE Vec bent(Vec x, Vec v, Vec slope) { return select(less(zero(), x), v, mul(slope, v)); }

void prelu(const ChannelGeometry& g, int32_t lanes, Part part, const float* x, const float* slope, float* y) {
  eachChannel(g, lanes, part, slope, [=](int64_t at, Vec own, int64_t count) {
    int64_t i = at;
    for (; i + kWidth <= at + count; i += kWidth) {
      const Vec v = load(x + i);
      store(y + i, bent(v, v, own));
    }
    const int rest = restOf(at + count, i);
    if (rest > 0) {
      const Vec v = loadLanes(x + i, 0, rest);
      storeFirst(y + i, bent(v, v, own), rest);
    }
  });
}

void preluGradInput(const ChannelGeometry& g, int32_t lanes, Part part, const float* gradOutput, const float* x,
                    const float* slope, float* gradInput) {
  eachChannel(g, lanes, part, slope, [=](int64_t at, Vec own, int64_t count) {
    int64_t i = at;
    for (; i + kWidth <= at + count; i += kWidth) {
      store(gradInput + i, bent(load(x + i), load(gradOutput + i), own));
    }
    const int rest = restOf(at + count, i);
    if (rest > 0) {
      storeFirst(gradInput + i, bent(loadLanes(x + i, 0, rest), loadLanes(gradOutput + i, 0, rest), own), rest);
    }
  });
}

void channelSums(const ChannelGeometry& g, Part part, const float* x, float* sums) {
  const Share share = shareOf(part, g.channels);
  for (int64_t c = share.begin; c < share.end; c++) {
    alignas(64) float lanes[kLanes];
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const float* pixel = x + c * g.pixels * kLanes + lane;
      Vec sum = zero();
      for (int32_t p = 0; p < g.pixels; p++) sum = add(sum, load(pixel + static_cast<int64_t>(p) * kLanes));
      store(lanes + lane, sum);
    }
    sums[c] = sumLanes(lanes);
  }
}

}  // namespace

const ChannelKernels& channelKernels() {
  static constexpr ChannelKernels kernels = {addBias, prelu, preluGradInput, channelSums};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
