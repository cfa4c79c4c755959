// Convolution of one sample: against one loop over every product in double precision, and its chains against those of
// the kernels for slices.
#include <doctest/doctest.h>

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

int64_t inputSize(const Conv2dGeometry& g) { return int64_t{g.inChannels} * g.inHeight * g.inWidth; }
int64_t outputSize(const Conv2dGeometry& g) { return int64_t{g.outChannels} * g.outHeight * g.outWidth; }
int64_t weightSize(const Conv2dGeometry& g) {
  return int64_t{g.outChannels} * (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth;
}

struct Data {
  std::vector<float> input, weight, bias, gradOutput;
};

struct Reference {
  std::vector<Expected> output, gradInput, gradWeight;
};

Reference referenceOf(const Conv2dGeometry& g, const Data& data) {
  Reference reference;
  reference.output.resize(data.gradOutput.size());
  reference.gradInput.resize(data.input.size());
  reference.gradWeight.resize(data.weight.size());
  const int32_t channels = g.inChannels / g.groups;
  const int32_t filters = g.outChannels / g.groups;
  const int32_t plane = g.outHeight * g.outWidth;
  if (!data.bias.empty()) {
    for (int64_t i = 0; i < outputSize(g); i++) reference.output[i].add(data.bias[i / plane]);
  }
  for (int64_t at = 0; at < weightSize(g); at++) {
    const auto s = static_cast<int32_t>(at % g.kernelWidth);
    const auto r = static_cast<int32_t>(at / g.kernelWidth % g.kernelHeight);
    const int64_t c = at / g.kernelWidth / g.kernelHeight % channels;
    const int64_t k = at / g.kernelWidth / g.kernelHeight / channels;
    for (int32_t p = 0; p < plane; p++) {
      const int32_t row = p / g.outWidth * g.strideHeight - g.padTop + r * g.dilationHeight;
      const int32_t column = p % g.outWidth * g.strideWidth - g.padLeft + s * g.dilationWidth;
      if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
      const int64_t in = ((k / filters * channels + c) * g.inHeight + row) * g.inWidth + column;
      const int64_t out = k * plane + p;
      const double value = data.input[in];
      const double gradient = data.gradOutput[out];
      const double w = data.weight[at];
      reference.output[out].add(value * w);
      reference.gradInput[in].add(gradient * w);
      reference.gradWeight[at].add(gradient * value);
    }
  }
  return reference;
}

// In one lane of a slice, and back.
constexpr int kLane = 5;
std::vector<float> toLane(const std::vector<float>& values) {
  std::vector<float> slice(values.size() * kSliceSamples);
  for (size_t i = 0; i < values.size(); i++) slice[i * kSliceSamples + kLane] = values[i];
  return slice;
}
std::vector<Expected> fromLane(const std::vector<float>& slice) {
  std::vector<Expected> values(slice.size() / kSliceSamples);
  for (size_t i = 0; i < values.size(); i++) values[i].value = slice[i * kSliceSamples + kLane];
  return values;
}

struct Results {
  std::vector<float> output, gradInput, gradWeight;
};

Results compute(const PlanarConv2dKernels& conv2d, const Conv2dGeometry& g, int32_t parts, const Data& data) {
  const Input<float> input(data.input);
  const Input<float> weight(data.weight);
  const Input<float> bias(data.bias);
  const Input<float> gradOutput(data.gradOutput);
  Output<float> output(outputSize(g));
  Output<float> gradInput(inputSize(g));
  Output<float> gradWeight(weightSize(g));
  // The last part first: each must lay out for itself what it needs.
  for (int32_t index = parts - 1; index >= 0; index--) {
    const Part part = {index, parts};
    {
      Output<float> scratch(conv2d.scratchSize(g));
      conv2d.forward(g, part, input.data(), weight.data(), data.bias.empty() ? nullptr : bias.data(), scratch.data(),
                     output.data());
    }
    {
      Output<float> scratch(conv2d.scratchSize(g));
      conv2d.gradInput(g, part, gradOutput.data(), weight.data(), scratch.data(), gradInput.data());
    }
    Output<float> scratch(conv2d.scratchSize(g));
    conv2d.gradWeight(g, part, gradOutput.data(), input.data(), scratch.data(), gradWeight.data());
  }
  return {output.values(), gradInput.values(), gradWeight.values()};
}

// What the kernels for slices make of the sample.
Results computeInLane(const Conv2dKernels& conv2d, const Conv2dGeometry& g, const Data& data) {
  const Input<float> weight(data.weight);
  Output<float> forwardWeights(weightSize(g));
  Output<float> backwardWeights(weightSize(g));
  conv2d.packForward(g, weight.data(), 0, g.outChannels, forwardWeights.data());
  conv2d.packBackward(g, weight.data(), 0, g.outChannels, backwardWeights.data());
  const Input<float> input(toLane(data.input));
  const Input<float> gradOutput(toLane(data.gradOutput));
  Output<float> output(outputSize(g) * kSliceSamples);
  Output<float> gradInput(inputSize(g) * kSliceSamples);
  conv2d.forward(g, {0, 1}, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : data.bias.data(),
                 output.data());
  conv2d.gradInput(g, {0, 1}, gradOutput.data(), backwardWeights.data(), gradInput.data());
  return {output.values(), gradInput.values(), {}};
}

void compare(const Conv2dGeometry& g, const Data& data, bool whole) {
  const Reference reference = referenceOf(g, data);
  const int64_t taps = int64_t{g.kernelHeight} * g.kernelWidth;
  const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
  static size_t turn = 0;
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const Results one = compute(kernels.planar->conv2d, g, 1, data);
    expectClose("output", one.output, reference.output, tolerance(g.inChannels / g.groups * taps + 1));
    expectClose("gradInput", one.gradInput, reference.gradInput, tolerance(g.outChannels / g.groups * taps));
    expectClose("gradWeight", one.gradWeight, reference.gradWeight, tolerance(int64_t{g.outHeight} * g.outWidth));
    const Results lane = computeInLane(*kernels.conv2d, g, data);
    expectClose("output beside the slice's", one.output, fromLane(lane.output), exactly());
    expectClose("gradInput beside the slice's", one.gradInput, fromLane(lane.gradInput), exactly());
    const int32_t parts = kPartCounts[1 + turn++ % 4];
    const Results several = compute(kernels.planar->conv2d, g, parts, data);
    INFO(parts, " parts");
    CHECK(sameBits(several.output, one.output));
    CHECK(sameBits(several.gradInput, one.gradInput));
    CHECK(sameBits(several.gradWeight, one.gradWeight));
    std::vector<float> bits = one.output;
    append(bits, one.gradInput);
    append(bits, one.gradWeight);
    return bits;
  });
}

Data randomData(RandomNumbers& random, const Conv2dGeometry& g, bool hasBias, bool whole) {
  const auto numbers = [&](int64_t count) { return whole ? randomWholes(random, count) : randomReals(random, count); };
  return {numbers(inputSize(g)), numbers(weightSize(g)), numbers(hasBias ? g.outChannels : 0), numbers(outputSize(g))};
}

// Once with whole numbers, where nothing is rounded, and once with fractions, where the order of the sums shows.
void check(const Conv2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const std::string description = describe(g);
  INFO(description, ", seed ", seed);
  for (const bool whole : {true, false}) compare(g, randomData(random, g, seed % 3 != 0, whole), whole);
}

}  // namespace

TEST_CASE("planar conv2d: every width with every kernel, stride, padding and dilation") {
  for (const int32_t width : {1, 2, 7, 8, 15, 16, 17, 31, 33}) {
    for (const int32_t kernel : {1, 2, 3, 5, 7}) {
      for (int32_t stride = 1; stride <= 3; stride++) {
        for (int32_t pad = 0; pad <= kernel; pad += 1 + kernel / 4) {
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

TEST_CASE("planar conv2d: every height with every kernel, stride, padding and dilation") {
  for (const int32_t height : {1, 2, 4, 7, 9, 16, 29}) {
    for (const int32_t kernel : {1, 2, 3, 4, 7}) {
      for (int32_t stride = 1; stride <= 4; stride++) {
        for (int32_t pad = 0; pad <= kernel; pad += 2) {
          for (int32_t dilation = 1; dilation <= 3; dilation++) {
            check(geometryOf({1, 2}, {height, kernel, stride, dilation, pad, kernel - pad}, {5, 2, 1, 1, 1, 0}));
          }
        }
      }
    }
  }
}

TEST_CASE("planar conv2d: every number of channels with every number of filters") {
  for (const int32_t in : {1, 2, 3, 5, 6, 9, 13, 17}) {
    for (const int32_t out : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17}) {
      check(geometryOf({in, out}, {3, 2}, {6, 3, 1, 1, 1, 1}));
      check(geometryOf({in, out}, {6, 3, 1, 1, 1, 1}, {11, 3, 1, 1, 1, 1}));
    }
  }
  check(geometryOf({64, 13}, {4, 3, 1, 1, 1, 1}, {4, 3, 1, 1, 1, 1}));
  check(geometryOf({13, 64}, {5, 3, 2, 1, 1, 1}, {7, 3, 2, 1, 1, 1}));
  check(geometryOf({64, 64}, {1, 1}, {1, 1}));
  for (const int32_t out : {28, 45, 61, 100, 130}) {
    check(geometryOf({3, out}, {2, 1}, {5, 1}));
    check(geometryOf({40, out}, {3, 3, 1, 1, 1, 1}, {3, 3, 1, 1, 1, 1}));
    check(geometryOf({14, 2 * out, 2}, {5, 3, 2, 1, 1, 1}, {9, 3, 2, 1, 1, 1}));
  }
}

TEST_CASE("planar conv2d: every number of vectors in a block") {
  for (int32_t filters = 1; filters <= 8; filters++) {
    for (int32_t width = 1; width <= 150; width += 7) check(geometryOf({2, filters}, {1, 1}, {width, 2, 1, 1, 1, 0}));
  }
}

TEST_CASE("planar conv2d: outputs of one pixel, and kernels larger than the image") {
  for (const int32_t size : {1, 2, 5, 7}) {
    check(geometryOf({3, 5}, {size, size}, {size, size}));
    check(geometryOf({2, 3}, {size, size + 2, 1, 1, 1, 1}, {size, size + 4, 3, 1, 3, 1}));
    check(geometryOf({2, 3}, {size, size + 2, 2, 1, 2, 2}, {size, size + 4, 1, 1, 4, 4}));
    check(geometryOf({1, 1}, {size, 9, 1, 1, 8, 8}, {size, 11, 2, 1, 10, 10}));
  }
}

TEST_CASE("planar conv2d: groups and depthwise") {
  for (const int32_t each : {1, 2, 3, 5, 9}) {
    for (const int32_t filters : {1, 2, 3, 9}) {
      check(geometryOf({2 * each, 2 * filters, 2}, {3, 2, 1, 1, 1, 0}, {7, 3, 1, 1, 1, 1}));
      check(geometryOf({3 * each, 3 * filters, 3}, {4, 3, 2}, {7, 3, 2, 1, 0, 1}));
    }
  }
  for (const int32_t channels : {1, 2, 5, 16, 17}) {
    for (const int32_t multiplier : {1, 2, 3}) {
      check(geometryOf({channels, channels * multiplier, channels}, {3, 3, 1, 1, 1, 1}, {9, 3, 1, 1, 1, 1}));
      check(geometryOf({channels, channels * multiplier, channels}, {4, 2, 2}, {9, 3, 3, 2, 2, 2}));
    }
  }
}

TEST_CASE("planar conv2d: images that are laid out in several bands") {
  check(geometryOf({48, 9}, {29, 3, 1, 1, 1, 1}, {33, 3, 1, 1, 1, 1}));
  check(geometryOf({64, 10, 2}, {41, 3, 2, 1, 1, 1}, {45, 5, 1, 1, 2, 2}));
}

TEST_CASE("planar conv2d: random geometries") {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    RandomNumbers random(seed);
    const auto upTo = [&](int64_t most) { return static_cast<int32_t>(random.whole(1, most)); };
    const auto axis = [&](int64_t size) {
      Axis a{upTo(size), upTo(7), upTo(4), upTo(3)};
      a.before = upTo(a.kernel) - 1;
      a.after = upTo(a.kernel) - 1;
      return a;
    };
    const int32_t groups = random.whole(0, 2) == 0 ? upTo(3) : 1;
    const Axis rows = axis(20);
    check(geometryOf({groups * upTo(9), groups * upTo(20), groups}, rows, axis(40)));
  }
}

TEST_CASE("planar conv2d: NaN and infinity come out where they belong, and nowhere else") {
  const Conv2dGeometry g = geometryOf({3, 5}, {4, 3, 1, 1, 1, 1}, {6, 3, 1, 1, 1, 1});
  for (const float value : {NAN, INFINITY}) {
    for (int32_t at = 0; at < inputSize(g); at += 7) {
      INFO(value, " at ", at);
      RandomNumbers random(static_cast<uint64_t>(at));
      Data data = randomData(random, g, true, false);
      data.input[static_cast<size_t>(at)] = value;
      // A gradient at the edge would meet padding, which gradWeight multiplies.
      const int32_t y = at / g.outWidth % g.outHeight;
      const int32_t x = at % g.outWidth;
      const bool isInner = y > 0 && y < g.outHeight - 1 && x > 0 && x < g.outWidth - 1;
      if (isInner) data.gradOutput[static_cast<size_t>(at)] = value;
      compare(g, data, false);
    }
  }
}

}  // namespace laminet::testing
