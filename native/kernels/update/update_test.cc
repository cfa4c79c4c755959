// The sums over slots and the parameters' change. The order of every addition is promised, so results must be exact.
#include "kernels/update/update.h"

#include <doctest/doctest.h>
#include <math.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

// Every tail of every vector, and both sides of the chunks in which slots are summed.
std::vector<int64_t> counts() {
  std::vector<int64_t> all;
  for (int64_t count = 0; count <= 40; count++) all.push_back(count);
  for (const int64_t count : {511, 512, 513, 1024, 1040, 1100}) all.push_back(count);
  return all;
}

// The sum of slots [begin, begin + span) by the tree: neighbours first, a slot without a neighbour as it is.
float treeSum(const std::vector<float>& slots, int64_t stride, int64_t element, size_t begin, size_t span,
              size_t count) {
  if (span == 1) return slots[begin * stride + element];
  const float left = treeSum(slots, stride, element, begin, span / 2, count);
  if (begin + span / 2 >= count) return left;
  return left + treeSum(slots, stride, element, begin + span / 2, span / 2, count);
}

void fill(Output<float>& buffer, const std::vector<float>& values) {
  if (!values.empty()) memcpy(buffer.data(), values.data(), buffer.bytes());
}

}  // namespace

TEST_CASE("sumSlots: the tree over every number of slots, for every tail") {
  for (const int64_t count : counts()) {
    for (int32_t slots = 1; slots <= 17; slots++) {
      for (const int64_t gap : {0, 3}) {
        INFO(slots, " slots of ", count, ", ", gap, " apart");
        const int64_t stride = count + gap;
        RandomNumbers random(static_cast<uint64_t>(count * 64 + slots));
        const std::vector<float> before = randomReals(random, stride * slots);
        std::vector<float> expected;
        for (int64_t i = 0; i < count; i++) {
          expected.push_back(treeSum(before, stride, i, 0, 32, static_cast<size_t>(slots)));
        }
        onEverySet([&](const KernelTable& kernels, InstructionSet) {
          Output<float> all(stride * slots);
          fill(all, before);
          kernels.update->sumSlots(all.data(), stride, slots, count);
          const std::vector<float> after = all.values();
          std::vector<float> sums(after.begin(), after.begin() + count);
          CHECK(sameBits(sums, expected));
          // What lies between the slots belongs to other parameters.
          bool same = true;
          for (int64_t i = 0; i < stride * slots; i++) same = same && (i % stride < count || after[i] == before[i]);
          CHECK(same);
          return sums;
        });
      }
    }
  }
}

TEST_CASE("add and sgd: every tail is rounded as whole vectors are") {
  for (const int64_t count : counts()) {
    INFO(count, " numbers");
    RandomNumbers random(static_cast<uint64_t>(count) + 1);
    const std::vector<float> start = randomReals(random, count);
    const std::vector<float> change = randomReals(random, count);
    const Input<float> from(change);
    onEverySet([&](const KernelTable& kernels, InstructionSet set) {
      std::vector<float> sums;
      std::vector<float> updated;
      constexpr float kRate = 0.037f;
      for (int64_t i = 0; i < count; i++) {
        sums.push_back(start[i] + change[i]);
        const float product = kRate * change[i];
        updated.push_back(isFused(set) ? fmaf(-kRate, change[i], start[i]) : start[i] - product);
      }
      Output<float> to(count);
      fill(to, start);
      kernels.update->add(count, from.data(), to.data());
      CHECK(sameBits(to.values(), sums));
      Output<float> weights(count);
      fill(weights, start);
      kernels.update->sgd(count, kRate, from.data(), weights.data());
      CHECK(sameBits(weights.values(), updated));
      return weights.values();
    });
  }
}

TEST_CASE("sgd: NaN and infinity go where they belong and nowhere else") {
  for (int64_t count = 1; count <= 40; count++) {
    for (int64_t place = 0; place < count; place++) {
      std::vector<float> gradients(static_cast<size_t>(count), 0.5f);
      gradients[place] = place % 2 == 0 ? NAN : -INFINITY;
      const Input<float> from(gradients);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> weights(count);
        fill(weights, std::vector<float>(static_cast<size_t>(count), 1.0f));
        kernels.update->sgd(count, 0.5f, from.data(), weights.data());
        for (int64_t i = 0; i < count; i++) {
          const float value = weights.data()[i];
          const bool right = i != place ? value == 0.75f : place % 2 == 0 ? isnan(value) : value == INFINITY;
          if (!right) FAIL_CHECK(count << " numbers, " << i << ": " << value);
        }
        return std::vector<float>();
      });
    }
  }
}

}  // namespace laminet::testing
