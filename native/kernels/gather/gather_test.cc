// Samples to lanes and back. Every result is one multiplication or a copy: all must be exact. A zero may be negative.
#include "kernels/gather/gather.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

// More than a slice has lanes, so that samples are left out; the last one is always taken, to its last number.
constexpr int32_t kStoredSamples = 19;

template <class T>
std::vector<float> referenceOf(const GatherGeometry& g, const std::vector<T>& samples,
                               const std::vector<uint32_t>& indices) {
  const int32_t height = g.padTop + g.sourceHeight + g.padBottom;
  const int32_t width = g.padLeft + g.sourceWidth + g.padRight;
  std::vector<float> output;
  for (int32_t c = 0; c < g.channels; c++) {
    for (int32_t y = 0; y < height; y++) {
      for (int32_t x = 0; x < width; x++) {
        const int32_t row = y - g.padTop;
        const int32_t column = x - g.padLeft;
        const bool inside = row >= 0 && row < g.sourceHeight && column >= 0 && column < g.sourceWidth;
        for (size_t n = 0; n < kSliceSamples; n++) {
          float value = 0;
          if (inside && n < indices.size()) {
            const size_t at =
                ((static_cast<size_t>(indices[n]) * g.channels + c) * g.sourceHeight + row) * g.sourceWidth + column;
            value = static_cast<float>(samples[at]) * g.scale;
          }
          output.push_back(value);
        }
      }
    }
  }
  return output;
}

std::vector<uint32_t> randomIndices(RandomNumbers& random, int32_t count) {
  std::vector<uint32_t> indices(static_cast<size_t>(count));
  for (uint32_t& index : indices) index = static_cast<uint32_t>(random.whole(0, kStoredSamples - 1));
  indices[static_cast<size_t>(random.whole(0, count - 1))] = kStoredSamples - 1;
  return indices;
}

void check(const GatherGeometry& g, int32_t count) {
  INFO(count, " samples of ", g.channels, "x", g.sourceHeight, "x", g.sourceWidth, ", bytes ", g.bytes, ", padding ",
       g.padTop, " ", g.padBottom, " ", g.padLeft, " ", g.padRight);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const int64_t stored = static_cast<int64_t>(kStoredSamples) * g.channels * g.sourceHeight * g.sourceWidth;
  const std::vector<uint32_t> chosen = randomIndices(random, count);
  std::vector<uint8_t> bytes(static_cast<size_t>(stored));
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.whole(0, 255));
  const std::vector<float> floats = randomReals(random, stored);
  const std::vector<float> expected = g.bytes ? referenceOf(g, bytes, chosen) : referenceOf(g, floats, chosen);
  const Input<uint32_t> indices(chosen);
  const Input<uint8_t> byteSamples(bytes);
  const Input<float> floatSamples(floats);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> output(static_cast<int64_t>(expected.size()));
    if (g.bytes) {
      inParts(
          [&](Part part) { kernels.gather->bytes(g, part, byteSamples.data(), indices.data(), count, output.data()); });
    } else {
      inParts([&](Part part) {
        kernels.gather->floats(g, part, floatSamples.data(), indices.data(), count, output.data());
      });
    }
    CHECK(output.values() == expected);
    return output.values();
  });
}

}  // namespace

TEST_CASE("gather: every width with every number of samples") {
  for (int32_t bytes = 0; bytes <= 1; bytes++) {
    for (int32_t width = 1; width <= 33; width++) {
      for (int32_t count = 1; count <= kSliceSamples; count++) {
        check({1, 2, width, 0, 0, 0, 0, 1.0f / 255, bytes}, count);
      }
    }
  }
}

TEST_CASE("gather: channels, heights and padding on each side") {
  for (int32_t bytes = 0; bytes <= 1; bytes++) {
    for (const int32_t channels : {1, 2, 3}) {
      for (const int32_t width : {1, 15, 16, 17, 28}) {
        for (int32_t side = 0; side < 16; side++) {
          const int32_t count = 1 + (side * 5 + width) % kSliceSamples;
          check({channels, 3, width, side & 1, side & 2, (side & 4) / 4, (side & 8) / 4, -0.37f, bytes}, count);
        }
      }
    }
  }
}

TEST_CASE("scatter: every number of samples, and nothing behind the last row") {
  for (int64_t elements = 1; elements <= 40; elements++) {
    for (int32_t count = 1; count <= kSliceSamples; count++) {
      INFO(elements, " elements of ", count, " samples");
      RandomNumbers random(static_cast<uint64_t>(elements) * 100 + static_cast<uint64_t>(count));
      const std::vector<float> values = randomReals(random, elements * kSliceSamples);
      std::vector<float> expected;
      for (int32_t n = 0; n < count; n++) {
        for (int64_t e = 0; e < elements; e++) expected.push_back(values[e * kSliceSamples + n]);
      }
      const Input<float> input(values);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> rows(elements * count);
        kernels.gather->scatter(elements, input.data(), count, rows.data());
        CHECK(sameBits(rows.values(), expected));
        return rows.values();
      });
    }
  }
}

}  // namespace laminet::testing
