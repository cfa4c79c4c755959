// Convolution, max-pooling and activation in one kernel give the bits that they give one after the other.
#include <doctest/doctest.h>
#include <math.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

// One axis of the convolution; `outputs` is even.
struct Axis {
  int32_t outputs, kernel, stride = 1, dilation = 1, before = 0, after = 0;
  int32_t size() const { return (outputs - 1) * stride + (kernel - 1) * dilation + 1 - before - after; }
};

Conv2dGeometry geometryOf(int32_t in, int32_t out, int32_t groups, Axis rows, Axis columns) {
  return {in,
          rows.size(),
          columns.size(),
          out,
          rows.outputs,
          columns.outputs,
          rows.kernel,
          columns.kernel,
          rows.stride,
          columns.stride,
          rows.before,
          rows.after,
          columns.before,
          columns.after,
          rows.dilation,
          columns.dilation,
          groups};
}

std::string describe(const Conv2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.inChannels) + " -> " + std::to_string(g.outChannels) + " channels, groups " +
         std::to_string(g.groups) + ", outputs " + pair(g.outHeight, g.outWidth) + ", kernel " +
         pair(g.kernelHeight, g.kernelWidth) + ", strides " + pair(g.strideHeight, g.strideWidth) + ", dilation " +
         pair(g.dilationHeight, g.dilationWidth) + ", padding " + pair(g.padTop, g.padBottom) + " " +
         pair(g.padLeft, g.padRight);
}

void check(const Conv2dGeometry& g, bool nonFinite = false) {
  if (g.inHeight < 1 || g.inWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  std::vector<float> pixels = randomReals(random, int64_t{g.inChannels} * g.inHeight * g.inWidth * kSliceSamples);
  if (nonFinite) {
    for (float& pixel : pixels) {
      const auto kind = random.whole(0, 99);
      if (kind < 2) pixel = kind == 0 ? NAN : INFINITY;
    }
  }
  // Few different numbers every other time: ties.
  if (seed % 2 == 0 && !nonFinite) pixels = randomWholes(random, static_cast<int64_t>(pixels.size()));
  const int64_t weights = int64_t{g.outChannels} * (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth;
  const Input<float> input(pixels);
  const std::vector<float> weight = seed % 2 == 0 ? randomWholes(random, weights) : randomReals(random, weights);
  const Input<float> bias(randomReals(random, seed % 3 != 0 ? g.outChannels : 0));
  const int32_t height = g.outHeight / 2;
  const int32_t width = g.outWidth / 2;
  const MaxPool2dGeometry pooling = {g.outChannels, g.outHeight, g.outWidth, height, width, 2, 2, 2, 2, 0, 0, 0, 0};
  const int64_t outputs = int64_t{g.outChannels} * height * width * kSliceSamples;
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const ElementwiseKernels& functions = *kernels.elementwise;
    const Activation activations[] = {
        {}, {functions.tanh.value, {}}, {functions.elu.value, {2, 0.5f}}, {functions.relu.value, {}}};
    const Activation& activation = activations[seed % 4];
    const float* biases = seed % 3 != 0 ? bias.data() : nullptr;
    Output<float> packed(weights);
    kernels.conv2d->packForward(g, weight.data(), 0, g.outChannels, packed.data());

    Output<float> large(outputs * 4);
    Output<float> expected(outputs);
    Output<uint8_t> expectedWinners(outputs);
    kernels.conv2d->forward(g, Part{0, 1}, input.data(), packed.data(), biases, large.data());
    kernels.maxPool2d->forward(pooling, Part{0, 1}, large.data(), expected.data(), expectedWinners.data());
    if (activation.value) activation.value(activation.constants, outputs, expected.data(), expected.data());

    Output<float> output(outputs);
    Output<uint8_t> winners(outputs);
    inParts([&](Part part) {
      kernels.conv2dPool->forward(g, part, input.data(), packed.data(), biases, activation, output.data(),
                                  winners.data());
    });
    std::vector<float> bits = output.values();
    std::vector<float> wanted = expected.values();
    for (std::vector<float>* values : {&bits, &wanted}) {
      for (float& value : *values) value = isnan(value) ? NAN : value;
    }
    CHECK(sameBits(bits, wanted));
    CHECK(winners.values() == expectedWinners.values());
    for (const uint8_t winner : winners.values()) bits.push_back(winner);
    return bits;
  });
}

}  // namespace

TEST_CASE("forwardPool: every number of filters, and every width") {
  for (int32_t filters = 1; filters <= 17; filters++) {
    for (int32_t width = 2; width <= 16; width += 2) {
      check(geometryOf(2, filters, 1, {2, 3}, {width, 3}));
    }
  }
}

TEST_CASE("forwardPool: kernels, strides, dilations and padding") {
  for (const int32_t kernel : {1, 2, 3, 5}) {
    for (int32_t stride = 1; stride <= 2; stride++) {
      for (int32_t dilation = 1; dilation <= 2; dilation++) {
        for (int32_t pad = 0; pad < kernel; pad++) {
          check(geometryOf(3, 5, 1, {4, kernel, stride, dilation, pad, kernel - 1 - pad}, {6, 3}));
          check(geometryOf(1, 8, 1, {2, 3, 1, 1, 1, 1}, {8, kernel, stride, dilation, pad, kernel - 1 - pad}));
          check(geometryOf(2, 3, 1, {6, kernel, stride, dilation, pad, pad},
                           {10, kernel, stride, dilation, kernel - 1, pad}));
        }
      }
    }
  }
}

TEST_CASE("forwardPool: groups, and the convolutions of lenet5") {
  check(geometryOf(4, 6, 2, {4, 3}, {4, 3, 1, 1, 1, 1}));
  check(geometryOf(6, 18, 3, {4, 3}, {6, 2}));
  check(geometryOf(1, 6, 1, {28, 5}, {28, 5}));
  check(geometryOf(6, 16, 1, {10, 5}, {10, 5}));
}

TEST_CASE("forwardPool: NaN and infinities") {
  for (int round = 0; round < 12; round++) check(geometryOf(1, 7, 1, {6, 2, 1, 1, 1, 0}, {8, 2}), true);
}

}  // namespace laminet::testing
