// Ranks and largest predictions against plain loops. Few different values, so that many are equal; NaN and infinities
// are among them.
#include "kernels/ranking/ranking.h"

#include <doctest/doctest.h>
#include <math.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

const float kValues[] = {-INFINITY, -1.5f, -0.0f, 0.0f, 0.25f, 0.5f, 0.75f, INFINITY, NAN};

std::vector<float> predictions(RandomNumbers& random, int64_t classes) {
  std::vector<float> values;
  for (int64_t i = 0; i < classes * kSliceSamples; i++) values.push_back(kValues[random.whole(0, 8)]);
  return values;
}

float classOf(const std::vector<float>& rows, int64_t classes, size_t n) {
  if (classes == 1) return rows[n] > 0.5f ? 1.0f : 0.0f;
  size_t winner = 0;
  for (size_t k = 1; k < static_cast<size_t>(classes); k++) {
    if (rows[k * kSliceSamples + n] > rows[winner * kSliceSamples + n]) winner = k;
  }
  return static_cast<float>(winner);
}

float rankOf(const std::vector<float>& rows, int64_t classes, size_t n, size_t label) {
  const float own = rows[label * kSliceSamples + n];
  int rank = 0;
  for (size_t k = 0; k < static_cast<size_t>(classes); k++) {
    const float value = rows[k * kSliceSamples + n];
    if (value < own || (value == own && k >= label)) continue;
    rank++;
  }
  return static_cast<float>(rank);
}

}  // namespace

TEST_CASE("ranking: the first of equal predictions comes first") {
  for (int64_t classes = 1; classes <= 20; classes++) {
    for (uint64_t seed = 1; seed <= 20; seed++) {
      INFO(classes, " classes, seed ", seed);
      RandomNumbers random(seed * 100 + static_cast<uint64_t>(classes));
      const std::vector<float> rows = predictions(random, classes);
      std::vector<float> labelRow;
      std::vector<float> expectedClasses;
      std::vector<float> expectedRanks;
      for (size_t n = 0; n < kSliceSamples; n++) {
        const auto label = static_cast<size_t>(random.whole(0, static_cast<int32_t>(classes) - 1));
        labelRow.push_back(static_cast<float>(label));
        expectedClasses.push_back(classOf(rows, classes, n));
        expectedRanks.push_back(rankOf(rows, classes, n, label));
      }
      const Input<float> input(rows);
      const Input<float> labels(labelRow);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> predicted(kSliceSamples);
        kernels.ranking->predictedClass(classes, input.data(), predicted.data());
        CHECK(sameBits(predicted.values(), expectedClasses));
        Output<float> ranks(kSliceSamples);
        kernels.ranking->targetRank(classes, input.data(), labels.data(), ranks.data());
        CHECK(sameBits(ranks.values(), expectedRanks));
        return ranks.values();
      });
    }
  }
}

}  // namespace laminet::testing
