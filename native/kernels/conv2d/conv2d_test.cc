// Convolution forward, backward to the input and to the weights, against one loop over every product in double
// precision.
#include "kernels/conv2d/conv2d.h"

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

constexpr int32_t kSizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17};
constexpr int32_t kWidths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 28};
constexpr int32_t kKernels[] = {1, 2, 3, 5, 7};

// One axis of the window; the padding may differ on its two sides.
struct Axis {
  int32_t size, kernel, stride = 1, dilation = 1, before = 0, after = 0;
  int32_t outputs() const {
    const int32_t room = size + before + after - (kernel - 1) * dilation - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
};

struct Channels {
  int32_t in, out, groups = 1;
};

Conv2dGeometry geometryOf(Channels c, Axis rows, Axis columns) {
  return {
      c.in,           rows.size,        columns.size,   c.out,       rows.outputs(), columns.outputs(), rows.kernel,
      columns.kernel, rows.stride,      columns.stride, rows.before, rows.after,     columns.before,    columns.after,
      rows.dilation,  columns.dilation, c.groups};
}

std::string describe(const Conv2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.inChannels) + " -> " + std::to_string(g.outChannels) + " channels, groups " +
         std::to_string(g.groups) + ", image " + pair(g.inHeight, g.inWidth) + ", kernel " +
         pair(g.kernelHeight, g.kernelWidth) + ", strides " + pair(g.strideHeight, g.strideWidth) + ", dilation " +
         pair(g.dilationHeight, g.dilationWidth) + ", padding " + pair(g.padTop, g.padBottom) + " " +
         pair(g.padLeft, g.padRight);
}

struct Data {
  std::vector<float> input, weight, bias, gradOutput;
};

struct Reference {
  std::vector<Expected> output, gradInput, gradWeight;
};

int64_t inputSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.inChannels) * g.inHeight * g.inWidth * kSliceSamples;
}
int64_t outputSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.outChannels) * g.outHeight * g.outWidth * kSliceSamples;
}
int64_t weightSize(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.outChannels) * (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth;
}

Reference referenceOf(const Conv2dGeometry& g, const Data& data) {
  Reference reference;
  reference.output.resize(static_cast<size_t>(outputSize(g)));
  reference.gradInput.resize(static_cast<size_t>(inputSize(g)));
  reference.gradWeight.resize(static_cast<size_t>(weightSize(g)));
  const int64_t outPlane = static_cast<int64_t>(g.outHeight) * g.outWidth * kSliceSamples;
  if (!data.bias.empty()) {
    for (int64_t i = 0; i < outputSize(g); i++) reference.output[i].add(data.bias[i / outPlane]);
  }
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  int64_t weight = 0;
  for (int32_t k = 0; k < g.outChannels; k++) {
    for (int32_t c = 0; c < channels; c++) {
      for (int32_t r = 0; r < g.kernelHeight; r++) {
        for (int32_t s = 0; s < g.kernelWidth; s++, weight++) {
          const int32_t channel = k / filters * channels + c;
          for (int32_t y = 0; y < g.outHeight; y++) {
            const int32_t row = y * g.strideHeight - g.padTop + r * g.dilationHeight;
            if (row < 0 || row >= g.inHeight) continue;
            for (int32_t x = 0; x < g.outWidth; x++) {
              const int32_t column = x * g.strideWidth - g.padLeft + s * g.dilationWidth;
              if (column < 0 || column >= g.inWidth) continue;
              const int64_t in =
                  ((static_cast<int64_t>(channel) * g.inHeight + row) * g.inWidth + column) * kSliceSamples;
              const int64_t out = ((static_cast<int64_t>(k) * g.outHeight + y) * g.outWidth + x) * kSliceSamples;
              for (int32_t n = 0; n < kSliceSamples; n++) {
                const double value = data.input[in + n];
                const double gradient = data.gradOutput[out + n];
                const double w = data.weight[weight];
                reference.output[out + n].add(value * w);
                reference.gradInput[in + n].add(gradient * w);
                reference.gradWeight[weight].add(gradient * value);
              }
            }
          }
        }
      }
    }
  }
  return reference;
}

void compareWithReference(const Conv2dGeometry& g, const Data& data, bool whole) {
  const Reference reference = referenceOf(g, data);
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
  const Input<float> input(data.input);
  const Input<float> weight(data.weight);
  const Input<float> bias(data.bias);
  const Input<float> gradOutput(data.gradOutput);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const Conv2dKernels& conv2d = *kernels.conv2d;
    Output<float> forwardWeights(weightSize(g));
    Output<float> backwardWeights(weightSize(g));
    // Filters are packed by whichever threads have changed them: in two parts here.
    const int32_t middle = g.outChannels / 2;
    conv2d.packForward(g, weight.data(), 0, middle, forwardWeights.data());
    conv2d.packForward(g, weight.data(), middle, g.outChannels, forwardWeights.data());
    conv2d.packBackward(g, weight.data(), 0, middle, backwardWeights.data());
    conv2d.packBackward(g, weight.data(), middle, g.outChannels, backwardWeights.data());
    Output<float> output(outputSize(g));
    Output<float> gradInput(inputSize(g));
    Output<float> gradWeight(weightSize(g));
    inParts([&](Part part) {
      conv2d.forward(g, part, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : bias.data(),
                     output.data());
    });
    inParts([&](Part part) { conv2d.gradInput(g, part, gradOutput.data(), backwardWeights.data(), gradInput.data()); });
    std::vector<float> scratch(static_cast<size_t>(conv2d.scratchSize(g)) + 1);
    inParts([&](Part part) {
      conv2d.gradWeight(g, part, gradOutput.data(), input.data(), scratch.data(), gradWeight.data());
    });
    std::vector<float> bits = output.values();
    expectClose("output", bits, reference.output, tolerance(g.inChannels / g.groups * taps + 1));
    expectClose("gradInput", gradInput.values(), reference.gradInput, tolerance(g.outChannels / g.groups * taps));
    expectClose("gradWeight", gradWeight.values(), reference.gradWeight,
                tolerance(static_cast<int64_t>(g.outHeight) * g.outWidth * kSliceSamples));
    append(bits, gradInput.values());
    append(bits, gradWeight.values());
    return bits;
  });
}

// Once with whole numbers, where nothing is rounded, and once with fractions, where the order of the sums shows.
void check(const Conv2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const bool hasBias = seed % 3 != 0;
  for (const bool whole : {true, false}) {
    const auto numbers = [&](int64_t count) {
      return whole ? randomWholes(random, count) : randomReals(random, count);
    };
    const Data data = {numbers(inputSize(g)), numbers(weightSize(g)), numbers(hasBias ? g.outChannels : 0),
                       numbers(outputSize(g))};
    compareWithReference(g, data, whole);
  }
}

}  // namespace

TEST_CASE("conv2d: every number of channels with every number of filters") {
  for (const int32_t in : kSizes) {
    for (const int32_t out : kSizes) {
      check(geometryOf({in, out}, {3, 2}, {6, 3, 1, 1, 1, 1}));
      check(geometryOf({in, out}, {4, 2, 2, 1, 1, 0}, {5, 3, 2, 1, 1, 1}));
    }
  }
}

TEST_CASE("conv2d: every block of channels or filters with every width") {
  for (const int32_t size : kSizes) {
    for (const int32_t width : kWidths) {
      for (const int32_t kernel : {1, 3, 5}) {
        const int32_t pad = kernel / 2;
        check(geometryOf({2, size}, {2, 1}, {width, kernel, 1, 1, pad, pad}));
        check(geometryOf({size, 2}, {2, 1}, {width, kernel, 1, 1, pad, pad}));
      }
      check(geometryOf({size, 2}, {3, 2, 2}, {width, 2, 3, 1, 1, 1}));
    }
  }
}

TEST_CASE("conv2d: every width with every kernel, stride, padding and dilation") {
  for (const int32_t width : kWidths) {
    for (const int32_t kernel : kKernels) {
      for (int32_t stride = 1; stride <= 3; stride++) {
        for (int32_t pad = 0; pad <= kernel; pad++) {
          for (int32_t dilation = 1; dilation <= 2; dilation++) {
            const int32_t other = (pad + width) % (kernel + 1);
            check(geometryOf({2, 3}, {3, 2, 1 + (stride + pad) % 3, dilation, pad % 3, 1},
                             {width, kernel, stride, dilation, pad, other}));
          }
        }
      }
    }
  }
}

TEST_CASE("conv2d: every height with every kernel, stride, padding and dilation") {
  for (const int32_t height : kWidths) {
    for (const int32_t kernel : kKernels) {
      for (int32_t stride = 1; stride <= 3; stride++) {
        for (int32_t pad = 0; pad <= kernel; pad += 2) {
          for (int32_t dilation = 1; dilation <= 2; dilation++) {
            check(geometryOf({1, 2}, {height, kernel, stride, dilation, pad, kernel - pad}, {4, 2, 1, 1, 1, 0}));
          }
        }
      }
    }
  }
}

TEST_CASE("conv2d: wide kernels, whose taps are worked on in parts") {
  for (const int32_t kernel : {4, 6, 8, 9, 10, 11, 13}) {
    for (const int32_t filters : kSizes) {
      check(geometryOf({2, filters}, {2, 1}, {12, kernel, 1, 1, 2, 1}));
    }
  }
}

TEST_CASE("conv2d: many channels, whose weight gradients are vectors of channels") {
  for (const int32_t channels : {12, 13, 16, 24, 31, 33, 48, 64, 80}) {
    for (const int32_t filters : {5, 6, 7, 8, 9, 10, 11, 12, 13, 25}) {
      check(geometryOf({channels, filters}, {2, 5, 1, 1, 2, 2}, {3, 5, 1, 1, 2, 2}));
    }
  }
  for (const int32_t channels : {16, 33}) {
    for (const int32_t width : kWidths) {
      check(geometryOf({channels, 7}, {2, 4, 1, 1, 1, 2}, {width, 5, 1, 1, 2, 2}));
      check(geometryOf({channels, 25}, {3, 5, 2, 1, 2, 2}, {width, 5, 2, 1, 2, 1}));
      check(geometryOf({channels, 17}, {3, 3, 1, 2, 2, 2}, {width, 3, 1, 2, 1, 3}));
    }
    check(geometryOf({2 * channels, 14, 2}, {4, 5, 1, 1, 2, 2}, {4, 5, 1, 1, 2, 2}));
  }
}

TEST_CASE("conv2d: groups and depthwise") {
  for (const int32_t each : {1, 2, 3, 4, 5, 8, 9}) {
    for (const int32_t filters : {1, 2, 3, 5, 8, 9}) {
      check(geometryOf({2 * each, 2 * filters, 2}, {3, 2, 1, 1, 1, 0}, {7, 3, 1, 1, 1, 1}));
      check(geometryOf({2 * each, 2 * filters, 2}, {4, 3, 2}, {7, 3, 2, 1, 0, 1}));
    }
  }
  for (const int32_t channels : kSizes) {
    for (const int32_t multiplier : {1, 2, 3}) {
      check(geometryOf({channels, channels * multiplier, channels}, {3, 3, 1, 1, 1, 1}, {9, 3, 1, 1, 1, 1}));
      check(geometryOf({channels, channels * multiplier, channels}, {4, 2, 2}, {9, 3, 3, 2, 2, 2}));
    }
  }
}

TEST_CASE("conv2d: NaN and infinity of one sample stay in its lane") {
  const Conv2dGeometry g = geometryOf({3, 5}, {4, 3, 1, 1, 1, 1}, {6, 3, 1, 1, 1, 1});
  RandomNumbers random(1);
  Data data = {
      randomReals(random, inputSize(g)), randomReals(random, weightSize(g)), {}, randomReals(random, outputSize(g))};
  for (size_t i = 5; i < data.input.size(); i += kSliceSamples) data.input[i] = NAN;
  for (size_t i = 7; i < data.gradOutput.size(); i += kSliceSamples) data.gradOutput[i] = INFINITY;
  compareWithReference(g, data, false);
}

}  // namespace laminet::testing
