// One sample of a data set, and sums over channels. A gathered number is one multiplication: all must be exact.
#include <doctest/doctest.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

template <class T>
std::vector<float> referenceOf(const GatherGeometry& g, const std::vector<T>& sample) {
  std::vector<float> output;
  for (int32_t c = 0; c < g.channels; c++) {
    for (int32_t y = -g.padTop; y < g.sourceHeight + g.padBottom; y++) {
      for (int32_t x = -g.padLeft; x < g.sourceWidth + g.padRight; x++) {
        const bool inside = y >= 0 && y < g.sourceHeight && x >= 0 && x < g.sourceWidth;
        const int64_t at = (int64_t{c} * g.sourceHeight + y) * g.sourceWidth + x;
        output.push_back(inside ? static_cast<float>(sample[static_cast<size_t>(at)]) * g.scale : 0.0f);
      }
    }
  }
  return output;
}

void check(const GatherGeometry& g) {
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  INFO(g.channels, "x", g.sourceHeight, "x", g.sourceWidth, ", bytes ", g.bytes, ", padding ", g.padTop, " ",
       g.padBottom, " ", g.padLeft, " ", g.padRight, ", seed ", seed);
  const int64_t size = int64_t{g.channels} * g.sourceHeight * g.sourceWidth;
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.whole(0, 255));
  const std::vector<float> floats = randomReals(random, size);
  const std::vector<float> expected = g.bytes ? referenceOf(g, bytes) : referenceOf(g, floats);
  const Input<uint8_t> byteSample(bytes);
  const Input<float> floatSample(floats);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> output(static_cast<int64_t>(expected.size()));
    inParts([&](Part part) {
      if (g.bytes) {
        kernels.planar->gatherBytes(g, part, byteSample.data(), output.data());
      } else {
        kernels.planar->gatherFloats(g, part, floatSample.data(), output.data());
      }
    });
    CHECK(output.values() == expected);
    return output.values();
  });
}

}  // namespace

TEST_CASE("planar gather: every width") {
  for (int32_t bytes = 0; bytes <= 1; bytes++) {
    for (int32_t width = 1; width <= 50; width++) {
      check({1, 1, width, 0, 0, 0, 0, 1.0f / 255, bytes});
      check({2, 3, width, 0, 0, 0, 0, 1.0f / 255, bytes});
    }
  }
}

TEST_CASE("planar gather: padding on each side") {
  for (int32_t bytes = 0; bytes <= 1; bytes++) {
    for (const int32_t channels : {1, 3}) {
      for (const int32_t width : {1, 15, 16, 17, 28}) {
        for (int32_t side = 0; side < 16; side++) {
          check({channels, 3, width, side & 1, side & 2, (side & 4) / 4, (side & 8) / 4, -0.37f, bytes});
        }
      }
    }
  }
}

TEST_CASE("planar channelSums: a chain in each lane, then the tree over lanes") {
  for (const int32_t channels : {1, 2, 7, 16}) {
    for (const int32_t pixels : {1, 3, 15, 16, 17, 31, 32, 33, 100, 784}) {
      const ChannelGeometry g = {channels, pixels};
      RandomNumbers random(static_cast<uint64_t>(channels * 1000 + pixels));
      const std::vector<float> values = randomReals(random, int64_t{channels} * pixels);
      std::vector<float> expected;
      for (int32_t c = 0; c < channels; c++) {
        float lanes[kSliceSamples] = {};
        for (int32_t p = 0; p < pixels; p++) lanes[p % kSliceSamples] += values[static_cast<size_t>(c * pixels + p)];
        for (int32_t apart = kSliceSamples / 2; apart > 0; apart /= 2) {
          for (int32_t n = 0; n < apart; n++) lanes[n] += lanes[n + apart];
        }
        expected.push_back(lanes[0]);
      }
      INFO(channels, " channels of ", pixels, " pixels");
      const Input<float> x(values);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> sums(channels);
        inParts([&](Part part) { kernels.planar->channelSums(g, part, x.data(), sums.data()); });
        CHECK(sameBits(sums.values(), expected));
        return sums.values();
      });
    }
  }
}

}  // namespace laminet::testing
