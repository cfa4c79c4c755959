// Dropout against Philox one block at a time.
#include "kernels/dropout/dropout.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

using Block = std::array<uint32_t, 4>;

Block philoxBlock(uint64_t key, Block counter) {
  auto key0 = static_cast<uint32_t>(key);
  auto key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t first = uint64_t{0xd2511f53} * counter[0];
    const uint64_t second = uint64_t{0xcd9e8d57} * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(first)};
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  return counter;
}

void check(const DropoutGeometry& g, const DropoutDraw& draw) {
  INFO(g.channels, " channels of ", g.pixels, ", threshold ", g.threshold);
  RandomNumbers random(static_cast<uint64_t>(g.channels * 100 + g.pixels));
  const int64_t size = int64_t{g.channels} * g.pixels * kSliceSamples;
  const Input<float> x(randomReals(random, size));
  std::vector<Expected> y(static_cast<size_t>(size));
  for (int32_t c = 0; c < g.channels; c++) {
    for (uint32_t n = 0; n < kSliceSamples; n++) {
      const Block block =
          philoxBlock(draw.seed, {static_cast<uint32_t>(c) / 4, draw.firstSample + n, draw.step, g.stream});
      if (block[static_cast<size_t>(c % 4)] < g.threshold) continue;
      for (int64_t p = 0; p < g.pixels; p++) {
        const auto at = static_cast<size_t>((int64_t{c} * g.pixels + p) * kSliceSamples + n);
        y[at].add(static_cast<double>(x.data()[at] * g.scale));
      }
    }
  }
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> own(size);
    inParts([&](Part part) { kernels.dropout->apply(g, part, draw, x.data(), own.data()); });
    expectClose("y", own.values(), y, exactly());
    return own.values();
  });
}

}  // namespace

TEST_CASE("dropout: the known answers of Philox4x32-10") {
  // Published by its authors with Random123.
  CHECK(philoxBlock(0, {0, 0, 0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philoxBlock(0x299f31d0a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("dropout: the same numbers on every instruction set, for every number of channels") {
  const DropoutDraw draw = {0x123456789abcdu, 0xfffffffe, 48};
  for (int32_t channels = 1; channels <= 13; channels++) {
    for (const int32_t pixels : {1, 2, 7}) check({channels, pixels, 0x40000000, 6 + 256, 4.0f / 3.0f}, draw);
  }
  // Thresholds around the sign bit, and at the ends.
  for (const uint32_t threshold : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    check({33, 3, threshold, 6, 2.0f}, draw);
    check({7, 1, threshold, 6, 2.0f}, {~uint64_t{0}, 0, 0xfffffff8u});
  }
}

TEST_CASE("dropout: what is dropped is 0, whatever it was; what is kept stays what it was") {
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> values(kSliceSamples);
    for (const uint32_t threshold : {0u, 0xffffffffu}) {
      for (int n = 0; n < kSliceSamples; n++) values.data()[n] = n % 2 ? NAN : INFINITY;
      kernels.dropout->apply({1, 1, threshold, 6, 2.0f}, {0, 1}, {1, 2, 3}, values.data(), values.data());
      for (int n = 0; n < kSliceSamples; n++) {
        const float value = values.data()[n];
        CHECK((threshold ? value == 0 : n % 2 ? isnan(value) : isinf(value)));
      }
    }
    return std::vector<float>();
  });
}

}  // namespace laminet::testing
