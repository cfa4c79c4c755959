// Average pooling forward and backward against plain loops that add in the same order: every result must be exact.
#include "kernels/average_pool2d/average_pool2d.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

struct Axis {
  int32_t size, kernel, stride, before = 0, after = 0;
  int32_t outputs() const {
    const int32_t room = size + before + after - kernel;
    return room < 0 ? 0 : room / stride + 1;
  }
};

AveragePool2dGeometry geometryOf(int32_t channels, Axis rows, Axis columns, int32_t divisor) {
  return {channels,    rows.size,      columns.size, rows.outputs(), columns.outputs(), rows.kernel,   columns.kernel,
          rows.stride, columns.stride, rows.before,  rows.after,     columns.before,    columns.after, divisor};
}

std::string describe(const AveragePool2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.channels) + " channels, image " + pair(g.inHeight, g.inWidth) + ", window " +
         pair(g.kernelHeight, g.kernelWidth) + ", strides " + pair(g.strideHeight, g.strideWidth) + ", padding " +
         pair(g.padTop, g.padBottom) + " " + pair(g.padLeft, g.padRight) + ", divisor " + std::to_string(g.divisor);
}

// The pixels of every window of every sample, in order: visit(output, pixels).
template <class Visit>
void eachWindow(const AveragePool2dGeometry& g, const Visit& visit) {
  const int64_t outputs = static_cast<int64_t>(g.channels) * g.outHeight * g.outWidth * kSliceSamples;
  for (int64_t out = 0; out < outputs; out++) {
    const int64_t n = out % kSliceSamples;
    const int64_t x = out / kSliceSamples % g.outWidth;
    const int64_t y = out / kSliceSamples / g.outWidth % g.outHeight;
    const int64_t c = out / kSliceSamples / g.outWidth / g.outHeight;
    std::vector<int64_t> pixels;
    for (int64_t place = 0; place < static_cast<int64_t>(g.kernelHeight) * g.kernelWidth; place++) {
      const int64_t row = y * g.strideHeight - g.padTop + place / g.kernelWidth;
      const int64_t column = x * g.strideWidth - g.padLeft + place % g.kernelWidth;
      if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
      pixels.push_back(((c * g.inHeight + row) * g.inWidth + column) * kSliceSamples + n);
    }
    visit(out, pixels);
  }
}

void check(const AveragePool2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const int64_t inputs = static_cast<int64_t>(g.channels) * g.inHeight * g.inWidth * kSliceSamples;
  const int64_t outputs = static_cast<int64_t>(g.channels) * g.outHeight * g.outWidth * kSliceSamples;
  const std::vector<float> x = randomReals(random, inputs);
  const std::vector<float> gradients = randomReals(random, outputs);
  std::vector<float> expectedOutput(outputs);
  std::vector<float> expectedGradInput(inputs, 0.0f);
  eachWindow(g, [&](int64_t out, const std::vector<int64_t>& pixels) {
    const auto divisor = static_cast<float>(g.divisor ? g.divisor : static_cast<int32_t>(pixels.size()));
    float sum = 0.0f;
    for (const int64_t pixel : pixels) {
      sum += x[pixel];
      expectedGradInput[pixel] += gradients[out] / divisor;
    }
    expectedOutput[out] = sum / divisor;
  });
  const Input<float> input(x);
  const Input<float> gradOutput(gradients);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> output(outputs);
    Output<float> gradInput(inputs);
    inParts([&](Part part) { kernels.averagePool2d->forward(g, part, input.data(), output.data()); });
    inParts([&](Part part) { kernels.averagePool2d->gradInput(g, part, gradOutput.data(), gradInput.data()); });
    CHECK(sameBits(output.values(), expectedOutput));
    CHECK(sameBits(gradInput.values(), expectedGradInput));
    return output.values();
  });
}

// Padding counts, and it does not.
void checkBoth(int32_t channels, Axis rows, Axis columns) {
  check(geometryOf(channels, rows, columns, 0));
  check(geometryOf(channels, rows, columns, rows.kernel * columns.kernel));
}

}  // namespace

TEST_CASE("averagePool2d: windows side by side, that cover the image and that leave a rest") {
  for (int32_t channels = 1; channels <= 9; channels += 2) {
    for (const int32_t width : {1, 2, 3, 4, 5, 7, 8, 15}) {
      for (int32_t kernel = 1; kernel <= 4; kernel++) {
        checkBoth(channels, {4, 2, 2}, {width, kernel, kernel});
        checkBoth(channels, {5, 2, 2}, {width, kernel, kernel});
      }
    }
  }
}

TEST_CASE("averagePool2d: windows that overlap or leave gaps, with padding") {
  for (const int32_t size : {1, 2, 3, 5, 7, 9}) {
    for (const int32_t kernel : {1, 2, 3, 5, 7}) {
      for (int32_t stride = 1; stride <= 3; stride++) {
        for (int32_t pad = 0; pad < kernel; pad++) {
          checkBoth(2, {size, kernel, stride, pad, kernel - 1 - pad}, {6, 3, 2, 1, 0});
          checkBoth(3, {5, 2, 1, 1, 0}, {size, kernel, stride, pad, kernel - 1 - pad});
        }
      }
    }
  }
}

TEST_CASE("averagePool2d: a divisor of its own, and windows of whole images") {
  check(geometryOf(3, {6, 2, 2}, {9, 3, 3}, 1));
  check(geometryOf(3, {6, 3, 1}, {5, 2, 2}, 7));
  checkBoth(5, {7, 7, 1}, {9, 9, 1});
  checkBoth(1, {40, 40, 1}, {33, 33, 1});
}

}  // namespace laminet::testing
