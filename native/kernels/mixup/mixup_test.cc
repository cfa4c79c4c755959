// Mixed rows against plain arithmetic, bit for bit; on memory of their own and over either of them. Words against the
// generator's known answers.
#include "kernels/mixup/mixup.h"

#include <doctest/doctest.h>
#include <math.h>
#include <string.h>

#include <array>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

using Numbers = std::vector<float>;
using Words = std::array<uint32_t, 4>;

Words drawn(const KernelTable& kernels, uint64_t seed, uint32_t step, uint32_t stream) {
  Words words{};
  kernels.mixup->draw(seed, step, stream, words.data());
  return words;
}

}  // namespace

TEST_CASE("mixup: rows are shares of two") {
  for (const int64_t count : {16, 32, 176}) {
    for (const float share : {0.5f, 0.7123f, 1.0f}) {
      RandomNumbers random(static_cast<uint64_t>(count));
      const Numbers a = randomReals(random, count);
      const Numbers b = randomReals(random, count);
      Numbers expected;
      for (size_t i = 0; i < a.size(); i++) {
        const float own = share * a[i];
        const float other = (1.0f - share) * b[i];
        expected.push_back(own + other);
      }
      const Input<float> first(a);
      const Input<float> second(b);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        const auto rows = kernels.mixup->rows;
        Output<float> apart(count);
        rows(count, share, first.data(), second.data(), apart.data());
        CHECK(sameBits(apart.values(), expected));
        Output<float> overFirst(count);
        memcpy(overFirst.data(), a.data(), overFirst.bytes());
        rows(count, share, overFirst.data(), second.data(), overFirst.data());
        CHECK(sameBits(overFirst.values(), expected));
        Output<float> overSecond(count);
        memcpy(overSecond.data(), b.data(), overSecond.bytes());
        rows(count, share, first.data(), overSecond.data(), overSecond.data());
        CHECK(sameBits(overSecond.values(), expected));
        return apart.values();
      });
    }
  }
}

TEST_CASE("mixup: NaN and infinity of either row show, even where its share is 0") {
  Numbers a(16, 1.0f);
  Numbers b(16, 2.0f);
  a[3] = NAN;
  a[4] = INFINITY;
  b[5] = NAN;
  b[6] = INFINITY;
  const Input<float> first(a);
  const Input<float> second(b);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> mixed(16);
    kernels.mixup->rows(16, 1.0f, first.data(), second.data(), mixed.data());
    const Numbers values = mixed.values();
    for (size_t i = 0; i < values.size(); i++) {
      INFO("at ", i);
      CHECK(isnan(values[i]) == (i == 3 || i == 5 || i == 6));
      CHECK(isinf(values[i]) == (i == 4));
    }
    return values;
  });
}

TEST_CASE("mixup: words are Philox4x32-10's, others for each seed, step and stream") {
  for (const InstructionSet set : availableSets()) {
    const KernelTable& kernels = kernelsFor(set);
    CHECK(drawn(kernels, 0, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    const uint64_t seed = uint64_t{1} << 40;
    const Words words = drawn(kernels, seed, 7, 8);
    CHECK(drawn(kernels, 2 * seed, 7, 8) != words);
    CHECK(drawn(kernels, seed, 8, 8) != words);
    CHECK(drawn(kernels, seed, 7, 9) != words);
  }
}

}  // namespace laminet::testing
