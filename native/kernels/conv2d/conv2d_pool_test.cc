// The gradients of a convolution through the max-pooling behind it, against plain loops in double precision over the
// values that won.
#include "kernels/conv2d/conv2d_pool.h"

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

// One axis of the convolution; `outputs` is even.
struct Axis {
  int32_t outputs, kernel, before = 0, after = 0;
  int32_t size() const { return outputs + kernel - 1 - before - after; }
};

Conv2dGeometry geometryOf(int32_t in, int32_t out, int32_t groups, Axis rows, Axis columns) {
  return {in,    rows.size(), columns.size(), out,        rows.outputs,   columns.outputs, rows.kernel, columns.kernel,
          1,     1,           rows.before,    rows.after, columns.before, columns.after,   1,           1,
          groups};
}

std::string describe(const Conv2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.inChannels) + " -> " + std::to_string(g.outChannels) + " channels, groups " +
         std::to_string(g.groups) + ", outputs " + pair(g.outHeight, g.outWidth) + ", kernel " +
         pair(g.kernelHeight, g.kernelWidth) + ", padding " + pair(g.padTop, g.padBottom) + " " +
         pair(g.padLeft, g.padRight);
}

struct Data {
  std::vector<float> input, weight, gradPooled;
  std::vector<uint8_t> winners;
};

struct Reference {
  std::vector<Expected> gradInput, gradWeight;
};

Reference referenceOf(const Conv2dGeometry& g, const Data& data) {
  Reference reference;
  reference.gradInput.resize(data.input.size());
  reference.gradWeight.resize(data.weight.size());
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  for (int64_t i = 0; i < static_cast<int64_t>(data.gradPooled.size()); i++) {
    const int64_t n = i % kSliceSamples;
    const int64_t window = i / kSliceSamples;
    const int64_t k = window / (g.outHeight / 2) / (g.outWidth / 2);
    const int64_t top = window / (g.outWidth / 2) % (g.outHeight / 2) * 2 + data.winners[i] / 2 - g.padTop;
    const int64_t left = window % (g.outWidth / 2) * 2 + data.winners[i] % 2 - g.padLeft;
    const double gradient = data.gradPooled[i];
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t tap = 0; tap < int64_t{g.kernelHeight} * g.kernelWidth; tap++) {
        const int64_t row = top + tap / g.kernelWidth;
        const int64_t column = left + tap % g.kernelWidth;
        if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
        const int64_t in = (((k / filters * channels + c) * g.inHeight + row) * g.inWidth + column) * kSliceSamples + n;
        const int64_t weight = (k * channels + c) * g.kernelHeight * g.kernelWidth + tap;
        reference.gradInput[in].add(gradient * data.weight[weight]);
        reference.gradWeight[weight].add(gradient * data.input[in]);
      }
    }
  }
  return reference;
}

void compareWithReference(const Conv2dGeometry& g, const Data& data, bool whole) {
  const Reference reference = referenceOf(g, data);
  const int64_t taps = int64_t{g.kernelHeight} * g.kernelWidth;
  const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
  const Input<float> input(data.input);
  const Input<float> gradPooled(data.gradPooled);
  const Input<uint8_t> winners(data.winners);
  onEverySet([&](const KernelTable& kernels, InstructionSet set) {
    const Conv2dPoolKernels& pool = *kernels.conv2dPool;
    CHECK(pool.hasGradients(g) == isFused(set));
    if (!pool.hasGradients(g)) return std::vector<float>();
    Output<float> packed(pool.packedSize(g));
    memset(packed.data(), 0, packed.bytes());
    const int32_t middle = g.outChannels / 2;
    pool.packBackward(g, data.weight.data(), 0, middle, packed.data());
    pool.packBackward(g, data.weight.data(), middle, g.outChannels, packed.data());
    Output<float> gradInput(static_cast<int64_t>(data.input.size()));
    Output<float> gradWeight(static_cast<int64_t>(data.weight.size()));
    Output<float> scratch(pool.scratchSize(g));
    inParts([&](Part part) {
      pool.gradInput(g, part, gradPooled.data(), winners.data(), packed.data(), gradInput.data());
    });
    inParts([&](Part part) {
      pool.gradWeight(g, part, gradPooled.data(), winners.data(), input.data(), scratch.data(), gradWeight.data());
    });
    std::vector<float> bits = gradInput.values();
    expectClose("gradInput", bits, reference.gradInput, tolerance(g.outChannels / g.groups * taps));
    expectClose("gradWeight", gradWeight.values(), reference.gradWeight,
                tolerance(int64_t{g.outHeight} / 2 * g.outWidth / 2 * kSliceSamples));
    append(bits, gradWeight.values());
    return bits;
  });
}

// Once with whole numbers, whose sums are exact, and once with reals.
void check(const Conv2dGeometry& g) {
  if (g.inHeight < 1 || g.inWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const int64_t outputs = int64_t{g.outChannels} * (g.outHeight / 2) * (g.outWidth / 2) * kSliceSamples;
  for (const bool whole : {true, false}) {
    const auto numbers = [&](int64_t count) {
      return whole ? randomWholes(random, count) : randomReals(random, count);
    };
    Data data;
    data.input = numbers(int64_t{g.inChannels} * g.inHeight * g.inWidth * kSliceSamples);
    data.weight = numbers(int64_t{g.outChannels} * (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth);
    data.gradPooled = numbers(outputs);
    for (int64_t i = 0; i < outputs; i++) data.winners.push_back(static_cast<uint8_t>(random.whole(0, 3)));
    compareWithReference(g, data, whole);
  }
}

}  // namespace

TEST_CASE("conv2dPool: gradients for every number of channels and filters") {
  for (int32_t channels = 1; channels <= 9; channels++) {
    for (int32_t filters = 1; filters <= 17; filters++) check(geometryOf(channels, filters, 1, {2, 3}, {4, 5}));
  }
}

TEST_CASE("conv2dPool: gradients for every kernel, with padding on either side") {
  for (int32_t height = 1; height <= 8; height++) {
    for (int32_t width = 1; width <= 7; width++) {
      for (int32_t pad = 0; pad < width && pad < height; pad++) {
        check(geometryOf(2, 3, 1, {4, height, pad, height - 1 - pad}, {6, width, pad, 0}));
        check(geometryOf(1, 4, 1, {2, height, 0, pad}, {8, width, width - 1 - pad, pad}));
      }
    }
  }
}

TEST_CASE("conv2dPool: gradients of groups, of lenet5 and of larger layers") {
  check(geometryOf(4, 6, 2, {4, 3, 1, 1}, {4, 3, 1, 1}));
  check(geometryOf(6, 18, 3, {4, 3}, {6, 2}));
  check(geometryOf(1, 6, 1, {28, 5}, {28, 5}));
  check(geometryOf(6, 16, 1, {10, 5}, {10, 5}));
  check(geometryOf(33, 20, 1, {6, 3, 1, 1}, {6, 3, 1, 1}));
}

TEST_CASE("conv2dPool: geometries without gradients of their own") {
  onEverySet([](const KernelTable& kernels, InstructionSet) {
    Conv2dGeometry g = geometryOf(2, 3, 1, {4, 3}, {4, 3});
    g.strideWidth = 2;
    CHECK(!kernels.conv2dPool->hasGradients(g));
    g = geometryOf(2, 3, 1, {4, 3}, {4, 3});
    g.dilationHeight = 2;
    CHECK(!kernels.conv2dPool->hasGradients(g));
    CHECK(!kernels.conv2dPool->hasGradients(geometryOf(2, 3, 1, {4, 3}, {4, 8})));
    return std::vector<float>();
  });
}

}  // namespace laminet::testing
