#include "kernels/dropout/dropout.h"

#include "kernels/table.h"
#include "random/philox.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Channels that a block of random words is for.
constexpr int32_t kBlockWords = 4;

void apply(const DropoutGeometry& g, Part part, const DropoutDraw& draw, const float* x, float* y) {
  const Words threshold = broadcastWord(g.threshold);
  const Vec scale = broadcast(g.scale);
  alignas(64) uint32_t places[kLanes];
  for (int n = 0; n < kLanes; n++) places[n] = draw.firstSample + static_cast<uint32_t>(n);
  const Share share = shareOf(part, (static_cast<int64_t>(g.channels) + kBlockWords - 1) / kBlockWords);
  for (int64_t block = share.begin; block < share.end; block++) {
    const int64_t first = block * kBlockWords;
    const int64_t channels = g.channels - first < kBlockWords ? g.channels - first : kBlockWords;
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      Words words[kBlockWords] = {broadcastWord(static_cast<uint32_t>(block)), loadWords(places + lane),
                                  broadcastWord(draw.step), broadcastWord(g.stream)};
      philox(draw.seed, words);
      for (int64_t c = 0; c < channels; c++) {
        const Mask dropped = less(words[c], threshold);
        const int64_t begin = (first + c) * g.pixels * kLanes + lane;
        const int64_t end = begin + static_cast<int64_t>(g.pixels) * kLanes;
        for (int64_t i = begin; i < end; i += kLanes) {
          store(y + i, select(dropped, zero(), mul(load(x + i), scale)));
        }
      }
    }
  }
}

}  // namespace

const DropoutKernels& dropoutKernels() {
  static constexpr DropoutKernels kernels = {apply};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
