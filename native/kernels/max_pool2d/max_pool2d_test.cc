// Max-pooling forward and backward against plain loops. Nothing is rounded but sums of gradients where windows overlap,
// and those are added in the same order here: every result must be exact.
#include "kernels/max_pool2d/max_pool2d.h"

#include <doctest/doctest.h>
#include <math.h>

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

std::string describe(const MaxPool2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.channels) + " channels, image " + pair(g.inHeight, g.inWidth) + ", window " +
         pair(g.kernelHeight, g.kernelWidth) + ", strides " + pair(g.strideHeight, g.strideWidth) + ", padding " +
         pair(g.padTop, g.padBottom) + " " + pair(g.padLeft, g.padRight);
}

struct Reference {
  std::vector<float> output, winners, gradInput;
};

Reference referenceOf(const MaxPool2dGeometry& g, const std::vector<float>& input,
                      const std::vector<float>& gradOutput) {
  Reference reference;
  reference.output.resize(gradOutput.size());
  reference.winners.resize(gradOutput.size());
  reference.gradInput.assign(input.size(), 0.0f);
  for (int64_t out = 0; out < static_cast<int64_t>(gradOutput.size()); out++) {
    const int64_t n = out % kSliceSamples;
    const int64_t x = out / kSliceSamples % g.outWidth;
    const int64_t y = out / kSliceSamples / g.outWidth % g.outHeight;
    const int64_t c = out / kSliceSamples / g.outWidth / g.outHeight;
    int64_t winner = -1;
    int64_t from = -1;
    for (int64_t place = 0; place < static_cast<int64_t>(g.kernelHeight) * g.kernelWidth; place++) {
      const int64_t row = y * g.strideHeight - g.padTop + place / g.kernelWidth;
      const int64_t column = x * g.strideWidth - g.padLeft + place % g.kernelWidth;
      if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
      const int64_t at = ((c * g.inHeight + row) * g.inWidth + column) * kSliceSamples + n;
      // Of several NaN the last wins, as in PyTorch.
      if (winner < 0 || input[at] > input[from] || isnan(input[at])) {
        winner = place;
        from = at;
      }
    }
    reference.output[out] = input[from];
    reference.winners[out] = static_cast<float>(winner);
    reference.gradInput[from] += gradOutput[out];
  }
  return reference;
}

void expectEqual(const char* what, const std::vector<float>& actual, const std::vector<float>& expected) {
  std::vector<Expected> wanted;
  for (const float value : expected) wanted.push_back({value, 0});
  expectClose(what, actual, wanted, exactly());
}

void compareWithReference(const MaxPool2dGeometry& g, const std::vector<float>& pixels,
                          const std::vector<float>& gradients) {
  const Reference reference = referenceOf(g, pixels, gradients);
  const Input<float> input(pixels);
  const Input<float> gradOutput(gradients);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const auto outputs = static_cast<int64_t>(gradients.size());
    Output<float> output(outputs);
    Output<float> gradInput(static_cast<int64_t>(pixels.size()));
    std::vector<float> places;
    if (winnerBytes(g) == 1) {
      Output<uint8_t> winners(outputs);
      inParts([&](Part part) { kernels.maxPool2d->forward(g, part, input.data(), output.data(), winners.data()); });
      inParts([&](Part part) {
        kernels.maxPool2d->gradInput(g, part, gradOutput.data(), winners.data(), gradInput.data());
      });
      for (const uint8_t place : winners.values()) places.push_back(place);
    } else {
      Output<float> winners(outputs);
      inParts([&](Part part) { kernels.maxPool2d->forward(g, part, input.data(), output.data(), winners.data()); });
      inParts([&](Part part) {
        kernels.maxPool2d->gradInput(g, part, gradOutput.data(), winners.data(), gradInput.data());
      });
      places = winners.values();
    }
    std::vector<float> bits = output.values();
    expectEqual("output", bits, reference.output);
    expectEqual("winners", places, reference.winners);
    expectEqual("gradInput", gradInput.values(), reference.gradInput);
    append(bits, places);
    append(bits, gradInput.values());
    return bits;
  });
}

int64_t inputSize(const MaxPool2dGeometry& g) {
  return static_cast<int64_t>(g.channels) * g.inHeight * g.inWidth * kSliceSamples;
}
int64_t outputSize(const MaxPool2dGeometry& g) {
  return static_cast<int64_t>(g.channels) * g.outHeight * g.outWidth * kSliceSamples;
}

// Once with numbers that are nearly all different, and once with few: ties everywhere.
void check(const MaxPool2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  compareWithReference(g, randomReals(random, inputSize(g)), randomReals(random, outputSize(g)));
  compareWithReference(g, randomWholes(random, inputSize(g)), randomReals(random, outputSize(g)));
}

}  // namespace

TEST_CASE("maxPool2d: windows side by side, that cover the image and that leave a rest") {
  for (int32_t channels = 1; channels <= 9; channels++) {
    for (const int32_t width : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 28}) {
      for (int32_t kernel = 1; kernel <= 4; kernel++) {
        check(geometryOf(channels, {4, 2, 2}, {width, kernel, kernel}));
        check(geometryOf(channels, {5, 2, 2}, {width, kernel, kernel}));
      }
    }
  }
}

TEST_CASE("maxPool2d: windows that overlap or leave gaps, with padding") {
  for (const int32_t size : {1, 2, 3, 4, 5, 7, 9, 15}) {
    for (const int32_t kernel : {1, 2, 3, 5, 7}) {
      for (int32_t stride = 1; stride <= 3; stride++) {
        for (int32_t pad = 0; pad < kernel; pad++) {
          check(geometryOf(2, {size, kernel, stride, pad, kernel - 1 - pad}, {6, 3, 2, 1, 0}));
          check(geometryOf(3, {5, 2, 1, 1, 0}, {size, kernel, stride, pad, kernel - 1 - pad}));
        }
      }
    }
  }
}

TEST_CASE("maxPool2d: windows of 255, 256, 257 and more places") {
  check(geometryOf(2, {16, 15, 1}, {18, 17, 1}));
  check(geometryOf(2, {16, 16, 1}, {17, 16, 1}));
  check(geometryOf(2, {1, 1, 1}, {259, 257, 1}));
  check(geometryOf(2, {18, 17, 1, 3, 2}, {20, 17, 2, 4, 1}));
  check(geometryOf(1, {40, 30, 5}, {40, 31, 3}));
}

TEST_CASE("maxPool2d: NaN wins, padding never does, and infinities are ordinary") {
  const MaxPool2dGeometry g = geometryOf(3, {7, 3, 2, 1, 1}, {8, 3, 1, 2, 1});
  RandomNumbers random(7);
  for (int round = 0; round < 50; round++) {
    std::vector<float> pixels = randomReals(random, inputSize(g));
    for (float& pixel : pixels) {
      switch (random.whole(0, 5)) {
        case 0: pixel = NAN; break;
        case 1: pixel = -INFINITY; break;
        case 2: pixel = random.whole(0, 9) == 0 ? INFINITY : -INFINITY; break;
        case 3: pixel = random.whole(0, 1) == 0 ? 0.0f : -0.0f; break;
        default: break;
      }
    }
    compareWithReference(g, pixels, randomReals(random, outputSize(g)));
  }
  compareWithReference(g, std::vector<float>(static_cast<size_t>(inputSize(g)), -INFINITY),
                       randomReals(random, outputSize(g)));
  compareWithReference(g, std::vector<float>(static_cast<size_t>(inputSize(g)), NAN),
                       randomReals(random, outputSize(g)));
}

}  // namespace laminet::testing
