// Max-pooling of one sample against the kernels for slices, which have tests of their own: the same sums in the same
// order, so that every result must be equal.
#include <doctest/doctest.h>
#include <math.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

constexpr int32_t kPartCounts[] = {1, 2, 3, 5, 8};
constexpr int kLane = 9;

struct Axis {
  int32_t size, kernel, stride, before = 0, after = 0;
  int32_t outputs() const {
    const int32_t room = size + before + after - kernel;
    return room < 0 ? 0 : room / stride + 1;
  }
};

MaxPool2dGeometry geometryOf(int32_t channels, Axis rows, Axis columns) {
  return {channels,    rows.size,      columns.size, rows.outputs(), columns.outputs(), rows.kernel,  columns.kernel,
          rows.stride, columns.stride, rows.before,  rows.after,     columns.before,    columns.after};
}

struct Results {
  std::vector<float> output, winners, gradInput;
};

Results fromLane(const Results& slices) {
  Results results;
  for (size_t i = kLane; i < slices.output.size(); i += kSliceSamples) {
    results.output.push_back(slices.output[i]);
    results.winners.push_back(slices.winners[i]);
  }
  for (size_t i = kLane; i < slices.gradInput.size(); i += kSliceSamples) {
    results.gradInput.push_back(slices.gradInput[i]);
  }
  return results;
}

std::vector<float> toLane(const std::vector<float>& values) {
  std::vector<float> slice(values.size() * kSliceSamples);
  for (size_t i = 0; i < values.size(); i++) slice[i * kSliceSamples + kLane] = values[i];
  return slice;
}

// Kernels are those for slices or for single samples: they look the same.
template <class Winner, class Kernels>
Results computeWith(const Kernels& kernels, const MaxPool2dGeometry& g, int32_t parts, const std::vector<float>& pixels,
                    const std::vector<float>& gradients) {
  const Input<float> input(pixels);
  const Input<float> gradOutput(gradients);
  const auto outputs = static_cast<int64_t>(gradients.size());
  Output<float> output(outputs);
  Output<float> gradInput(static_cast<int64_t>(pixels.size()));
  Output<Winner> winners(outputs);
  for (int32_t i = parts - 1; i >= 0; i--) kernels.forward(g, {i, parts}, input.data(), output.data(), winners.data());
  for (int32_t i = parts - 1; i >= 0; i--) {
    kernels.gradInput(g, {i, parts}, gradOutput.data(), winners.data(), gradInput.data());
  }
  Results results = {output.values(), {}, gradInput.values()};
  for (const Winner winner : winners.values()) results.winners.push_back(winner);
  return results;
}

template <class Kernels>
Results compute(const Kernels& kernels, const MaxPool2dGeometry& g, int32_t parts, const std::vector<float>& pixels,
                const std::vector<float>& gradients) {
  if (winnerBytes(g) == 1) return computeWith<uint8_t>(kernels, g, parts, pixels, gradients);
  return computeWith<float>(kernels, g, parts, pixels, gradients);
}

void expectEqual(const char* what, const std::vector<float>& actual, const std::vector<float>& expected) {
  std::vector<Expected> wanted;
  for (const float value : expected) wanted.push_back({value, 0});
  expectClose(what, actual, wanted, exactly());
}

void check(const MaxPool2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  INFO(g.channels, " channels, ", g.inHeight, "x", g.inWidth, ", window ", g.kernelHeight, "x", g.kernelWidth,
       ", strides ", g.strideHeight, "x", g.strideWidth, ", padding ", g.padTop, " ", g.padLeft, ", seed ", seed);
  const int64_t inputs = int64_t{g.channels} * g.inHeight * g.inWidth;
  const int64_t outputs = int64_t{g.channels} * g.outHeight * g.outWidth;
  // Few different values, so that windows have equals; some of them NaN or infinite.
  std::vector<float> pixels = randomWholes(random, inputs);
  for (float& pixel : pixels) {
    if (random.whole(0, 15) == 0) pixel = random.whole(0, 1) == 0 ? NAN : -INFINITY;
  }
  const std::vector<float> gradients = randomReals(random, outputs);
  static size_t turn = 0;
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const Results expected = fromLane(compute(*kernels.maxPool2d, g, 1, toLane(pixels), toLane(gradients)));
    Results actual;
    for (const int32_t parts : {1, kPartCounts[1 + turn++ % 4]}) {
      INFO(parts, " parts");
      actual = compute(kernels.planar->maxPool2d, g, parts, pixels, gradients);
      expectEqual("output", actual.output, expected.output);
      expectEqual("winners", actual.winners, expected.winners);
      expectEqual("gradInput", actual.gradInput, expected.gradInput);
    }
    append(actual.output, actual.gradInput);
    return actual.output;
  });
}

}  // namespace

TEST_CASE("planar max-pooling: windows of two by two, every width") {
  for (int32_t width = 2; width <= 70; width += 2) {
    for (const int32_t channels : {1, 3}) {
      check(geometryOf(channels, {4, 2, 2}, {width, 2, 2}));
      check(geometryOf(channels, {5, 2, 2}, {width, 2, 2}));
      check(geometryOf(channels, {4, 2, 2}, {width + 1, 2, 2}));
    }
  }
}

TEST_CASE("planar max-pooling: windows, strides and padding") {
  for (const int32_t width : {1, 5, 16, 17, 33}) {
    for (int32_t kernel = 1; kernel <= 4; kernel++) {
      for (int32_t stride = 1; stride <= 4; stride++) {
        for (int32_t pad = 0; pad <= kernel / 2; pad++) {
          check(geometryOf(5, {6, kernel, stride, pad, kernel / 2}, {width, kernel, stride, kernel / 2, pad}));
          check(geometryOf(2, {7, 2, stride, 1, 0}, {width, kernel, 1, pad, pad}));
        }
      }
    }
  }
}

TEST_CASE("planar max-pooling: windows of more than 256 places") {
  check(geometryOf(3, {20, 17, 2}, {19, 16, 1}));
  check(geometryOf(2, {40, 20, 5, 3, 1}, {20, 13, 4, 0, 2}));
}

}  // namespace laminet::testing
