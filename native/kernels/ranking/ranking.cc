#include "kernels/ranking/ranking.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

LAMINET_INLINE Vec rowOf(const float* rows, int64_t k, int lane) { return load(rows + k * kLanes + lane); }

LAMINET_INLINE Vec numberOf(int64_t k) { return broadcast(static_cast<float>(k)); }

void predictedClass(int64_t classes, const float* prediction, float* predicted) {
  const Vec one = broadcast(1.0f);
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Vec most = rowOf(prediction, 0, lane);
    Vec winner = zero();
    if (classes == 1) winner = select(less(broadcast(0.5f), most), one, zero());
    for (int64_t k = 1; k < classes; k++) {
      const Vec value = rowOf(prediction, k, lane);
      const Mask wins = less(most, value);
      most = select(wins, value, most);
      winner = select(wins, numberOf(k), winner);
    }
    store(predicted + lane, winner);
  }
}

void targetRank(int64_t classes, const float* prediction, const float* labels, float* ranks) {
  const Vec one = broadcast(1.0f);
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    const Vec label = load(labels + lane);
    Vec own = zero();
    for (int64_t k = 0; k < classes; k++) {
      own = select(equal(numberOf(k), label), rowOf(prediction, k, lane), own);
    }
    Vec rank = zero();
    for (int64_t k = 0; k < classes; k++) {
      const Vec value = rowOf(prediction, k, lane);
      const Vec ofEqual = select(less(numberOf(k), label), one, zero());
      const Vec before = select(less(value, own), zero(), select(equal(value, own), ofEqual, one));
      rank = add(rank, before);
    }
    store(ranks + lane, rank);
  }
}

}  // namespace

const RankingKernels& rankingKernels() {
  static constexpr RankingKernels kernels = {predictedClass, targetRank};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
