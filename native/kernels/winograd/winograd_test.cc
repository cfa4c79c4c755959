// Winograd's convolution against plain loops in double precision, in every geometry that it can be asked for.
#include "kernels/winograd/winograd.h"

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

// One axis of the image.
struct Axis {
  int32_t size, before = 1, after = 1;
  int32_t outputs() const { return size + before + after - 2; }
};

Conv2dGeometry geometryOf(int32_t channels, int32_t filters, Axis rows, Axis columns) {
  return {channels, rows.size, columns.size, filters,    rows.outputs(), columns.outputs(), 3, 3,
          1,        1,         rows.before,  rows.after, columns.before, columns.after,     1, 1,
          1};
}

std::string describe(const Conv2dGeometry& g) {
  const auto pair = [](int32_t a, int32_t b) { return std::to_string(a) + "x" + std::to_string(b); };
  return std::to_string(g.inChannels) + " -> " + std::to_string(g.outChannels) + " channels, inputs " +
         pair(g.inHeight, g.inWidth) + ", padding " + pair(g.padTop, g.padBottom) + " " + pair(g.padLeft, g.padRight);
}

int64_t inputSize(const Conv2dGeometry& g) { return int64_t{g.inChannels} * g.inHeight * g.inWidth * kSliceSamples; }
int64_t outputSize(const Conv2dGeometry& g) {
  return int64_t{g.outChannels} * g.outHeight * g.outWidth * kSliceSamples;
}
int64_t weightSize(const Conv2dGeometry& g) { return int64_t{g.outChannels} * g.inChannels * 9; }

struct Data {
  std::vector<float> input, weight, bias, gradOutput;
};

struct Reference {
  std::vector<Expected> output, gradInput, gradWeight;
};

// Elements that are computed together share their roundings: each gets the largest magnitude of its tile of a map.
void shareMagnitudes(std::vector<Expected>& map, int64_t channels, int64_t height, int64_t width) {
  for (int64_t c = 0; c < channels * kSliceSamples; c++) {
    const int64_t first = c / kSliceSamples * height * width * kSliceSamples + c % kSliceSamples;
    std::vector<double> largest(static_cast<size_t>((height / 4 + 1) * (width / 4 + 1)));
    for (const bool gathers : {true, false}) {
      for (int64_t i = 0; i < height * width; i++) {
        double& magnitude = map[first + i * kSliceSamples].magnitude;
        double& tile = largest[i / width / 4 * (width / 4 + 1) + i % width / 4];
        if (gathers) {
          tile = fmax(tile, magnitude);
        } else {
          magnitude = tile;
        }
      }
    }
  }
}

// And each tap the largest of its kernel.
void shareMagnitudes(std::vector<Expected>& kernels) {
  for (size_t i = 0; i < kernels.size(); i += 9) {
    double largest = 0;
    for (size_t tap = 0; tap < 9; tap++) largest = fmax(largest, kernels[i + tap].magnitude);
    for (size_t tap = 0; tap < 9; tap++) kernels[i + tap].magnitude = largest;
  }
}

Reference referenceOf(const Conv2dGeometry& g, const Data& data) {
  Reference reference;
  reference.output.resize(outputSize(g));
  reference.gradInput.resize(inputSize(g));
  reference.gradWeight.resize(weightSize(g));
  for (int64_t at = 0; at < outputSize(g); at++) {
    const int64_t n = at % kSliceSamples;
    const int64_t x = at / kSliceSamples % g.outWidth;
    const int64_t y = at / kSliceSamples / g.outWidth % g.outHeight;
    const int64_t k = at / kSliceSamples / g.outWidth / g.outHeight;
    if (!data.bias.empty()) reference.output[at].add(data.bias[k]);
    for (int64_t c = 0; c < g.inChannels; c++) {
      for (int64_t tap = 0; tap < 9; tap++) {
        const int64_t row = y + tap / 3 - g.padTop;
        const int64_t column = x + tap % 3 - g.padLeft;
        if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
        const int64_t in = ((c * g.inHeight + row) * g.inWidth + column) * kSliceSamples + n;
        const int64_t weight = (k * g.inChannels + c) * 9 + tap;
        const double gradient = data.gradOutput[at];
        reference.output[at].add(static_cast<double>(data.input[in]) * data.weight[weight]);
        reference.gradInput[in].add(gradient * data.weight[weight]);
        reference.gradWeight[weight].add(gradient * data.input[in]);
      }
    }
  }
  shareMagnitudes(reference.output, g.outChannels, g.outHeight, g.outWidth);
  shareMagnitudes(reference.gradInput, g.inChannels, g.inHeight, g.inWidth);
  shareMagnitudes(reference.gradWeight);
  return reference;
}

// Whole numbers come out of the transforms with errors far below one half: what is rounded to whole numbers is exact,
// so that not one term can be missing or doubled unseen.
void compare(const char* what, std::vector<float> actual, const std::vector<Expected>& expected, bool whole,
             int64_t length) {
  if (whole) {
    for (float& value : actual) value = nearbyintf(value);
  }
  expectClose(what, actual, expected, whole ? exactly() : winograd(length));
}

void compareWithReference(const Conv2dGeometry& g, const Data& data, bool whole) {
  const Reference reference = referenceOf(g, data);
  const Input<float> input(data.input);
  const Input<float> weight(data.weight);
  const Input<float> bias(data.bias);
  const Input<float> gradOutput(data.gradOutput);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const WinogradKernels& winograd = *kernels.winograd;
    Output<float> forwardWeights(winograd.packedSize(g));
    Output<float> backwardWeights(winograd.packedSize(g));
    const int32_t middle = g.outChannels / 2;
    winograd.packForward(g, weight.data(), 0, middle, forwardWeights.data());
    winograd.packForward(g, weight.data(), middle, g.outChannels, forwardWeights.data());
    winograd.packBackward(g, weight.data(), 0, middle, backwardWeights.data());
    winograd.packBackward(g, weight.data(), middle, g.outChannels, backwardWeights.data());
    Output<float> scratch(winograd.mapScratchSize(g));
    Output<float> weightScratch(winograd.weightScratchSize(g));
    Output<float> output(outputSize(g));
    Output<float> gradInput(inputSize(g));
    Output<float> gradWeight(weightSize(g));
    inParts([&](Part part) {
      winograd.forward(g, part, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : bias.data(), {},
                       scratch.data(), output.data(), nullptr);
    });
    inParts([&](Part part) {
      winograd.gradInput(g, part, gradOutput.data(), nullptr, backwardWeights.data(), scratch.data(), gradInput.data());
    });
    inParts([&](Part part) {
      winograd.gradWeight(g, part, gradOutput.data(), nullptr, input.data(), weightScratch.data(), gradWeight.data());
    });
    std::vector<float> bits = output.values();
    compare("output", bits, reference.output, whole, int64_t{g.inChannels} * 9 + 1);
    compare("gradInput", gradInput.values(), reference.gradInput, whole, int64_t{g.outChannels} * 9);
    compare("gradWeight", gradWeight.values(), reference.gradWeight, whole,
            int64_t{g.outHeight} * g.outWidth * kSliceSamples);
    append(bits, gradInput.values());
    append(bits, gradWeight.values());
    return bits;
  });
}

Data dataFor(const Conv2dGeometry& g, bool whole, bool hasBias, uint64_t seed) {
  RandomNumbers random(seed);
  const auto numbers = [&](int64_t count) { return whole ? randomWholes(random, count) : randomReals(random, count); };
  return {numbers(inputSize(g)), numbers(weightSize(g)), numbers(hasBias ? g.outChannels : 0), numbers(outputSize(g))};
}

// Once with whole numbers, once with fractions, where the order of the sums shows.
void check(const Conv2dGeometry& g) {
  if (g.outHeight < 1 || g.outWidth < 1) return;
  const std::string description = describe(g);
  INFO(description);
  static uint64_t seed = 0;
  seed++;
  for (const bool whole : {true, false}) compareWithReference(g, dataFor(g, whole, seed % 3 != 0, seed), whole);
}

}  // namespace

TEST_CASE("winograd: every height and width, down to images smaller than a kernel") {
  for (int32_t height = 1; height <= 14; height++) {
    for (int32_t width = 1; width <= 14; width++) check(geometryOf(2, 3, {height}, {width}));
  }
  check(geometryOf(2, 2, {3}, {40}));
  check(geometryOf(2, 2, {40}, {5}));
}

TEST_CASE("winograd: every padding, uneven, none, and wider than the kernel") {
  for (int32_t before = 0; before <= 4; before++) {
    for (int32_t after = 0; after <= 4; after++) {
      check(geometryOf(3, 2, {5, before, after}, {6, after, before}));
      check(geometryOf(1, 2, {8, before, 1}, {3, 2, after}));
    }
  }
}

TEST_CASE("winograd: every number of channels with every number of filters") {
  for (const int32_t channels : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 80}) {
    for (const int32_t filters : {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 25}) {
      check(geometryOf(channels, filters, {5}, {6}));
    }
  }
}

TEST_CASE("winograd: every number of tiles at a time, and more filters than are summed at a time") {
  for (int32_t tiles = 1; tiles <= 13; tiles++) check(geometryOf(9, 10, {4 * tiles}, {3}));
  for (const int32_t size : {4, 8}) {
    check(geometryOf(17, 100, {size}, {size}));
    check(geometryOf(100, 17, {size}, {size}));
  }
  check(geometryOf(130, 7, {12}, {9}));
}

TEST_CASE("winograd: with max-pooling and an activation, the bits of one after the other") {
  for (const Axis rows : {Axis{2}, Axis{4}, Axis{6}, Axis{12}, Axis{9, 0, 1}}) {
    for (const Axis columns : {Axis{2}, Axis{8}, Axis{10}, Axis{7, 1, 2}}) {
      const Conv2dGeometry g = geometryOf(5, 11, rows, columns);
      const std::string description = describe(g);
      INFO(description);
      const Data data = dataFor(g, false, true, 7);
      const int64_t pooledSize = outputSize(g) / 4;
      MaxPool2dGeometry pooling{
          g.outChannels, g.outHeight, g.outWidth, g.outHeight / 2, g.outWidth / 2, 2, 2, 2, 2, 0, 0, 0, 0};
      const Input<float> input(data.input);
      const Input<float> gradPooled(std::vector<float>(data.gradOutput.begin(), data.gradOutput.begin() + pooledSize));
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        const WinogradKernels& winograd = *kernels.winograd;
        Output<float> forwardWeights(winograd.packedSize(g));
        Output<float> backwardWeights(winograd.packedSize(g));
        winograd.packForward(g, data.weight.data(), 0, g.outChannels, forwardWeights.data());
        winograd.packBackward(g, data.weight.data(), 0, g.outChannels, backwardWeights.data());
        Output<float> scratch(winograd.mapScratchSize(g));
        Output<float> weightScratch(winograd.weightScratchSize(g));

        Output<float> large(outputSize(g));
        Output<float> apart(pooledSize);
        Output<uint8_t> apartWinners(pooledSize);
        winograd.forward(g, {0, 1}, input.data(), forwardWeights.data(), data.bias.data(), {}, scratch.data(),
                         large.data(), nullptr);
        kernels.maxPool2d->forward(pooling, {0, 1}, large.data(), apart.data(), apartWinners.data());
        const Activation tanh = {kernels.elementwise->tanh.value, {}};
        tanh.value(tanh.constants, pooledSize, apart.data(), apart.data());
        Output<float> pooled(pooledSize);
        Output<uint8_t> winners(pooledSize);
        inParts([&](Part part) {
          winograd.forward(g, part, input.data(), forwardWeights.data(), data.bias.data(), tanh, scratch.data(),
                           pooled.data(), winners.data());
        });
        CHECK(sameBits(pooled.values(), apart.values()));
        CHECK(winners.values() == apartWinners.values());

        kernels.maxPool2d->gradInput(pooling, {0, 1}, gradPooled.data(), winners.data(), large.data());
        Output<float> apartInput(inputSize(g));
        Output<float> apartWeight(weightSize(g));
        Output<float> gradInput(inputSize(g));
        Output<float> gradWeight(weightSize(g));
        winograd.gradInput(g, {0, 1}, large.data(), nullptr, backwardWeights.data(), scratch.data(), apartInput.data());
        winograd.gradWeight(g, {0, 1}, large.data(), nullptr, input.data(), weightScratch.data(), apartWeight.data());
        inParts([&](Part part) {
          winograd.gradInput(g, part, gradPooled.data(), winners.data(), backwardWeights.data(), scratch.data(),
                             gradInput.data());
        });
        inParts([&](Part part) {
          winograd.gradWeight(g, part, gradPooled.data(), winners.data(), input.data(), weightScratch.data(),
                              gradWeight.data());
        });
        CHECK(sameBits(gradInput.values(), apartInput.values()));
        CHECK(sameBits(gradWeight.values(), apartWeight.values()));
        std::vector<float> bits = pooled.values();
        append(bits, gradInput.values());
        append(bits, gradWeight.values());
        return bits;
      });
    }
  }
}

TEST_CASE("winograd: suits 3x3 kernels with steps of 1, of many channels, on images that fill tiles") {
  onEverySet([](const KernelTable& kernels, InstructionSet) {
    const auto suits = kernels.winograd->suits;
    const Conv2dGeometry g = geometryOf(16, 16, {8}, {8});
    CHECK(suits(g));
    CHECK(suits(geometryOf(512, 512, {4}, {4})));
    CHECK(!suits(geometryOf(15, 16, {8}, {8})));
    CHECK(!suits(geometryOf(16, 15, {8}, {8})));
    CHECK(!suits(geometryOf(16, 16, {2}, {2})));
    CHECK(!suits(geometryOf(16, 16, {5}, {5})));
    const auto without = [&](int32_t Conv2dGeometry::*field) {
      Conv2dGeometry other = g;
      other.*field = 2;
      return !suits(other);
    };
    CHECK(without(&Conv2dGeometry::kernelHeight));
    CHECK(without(&Conv2dGeometry::kernelWidth));
    CHECK(without(&Conv2dGeometry::strideHeight));
    CHECK(without(&Conv2dGeometry::strideWidth));
    CHECK(without(&Conv2dGeometry::dilationHeight));
    CHECK(without(&Conv2dGeometry::dilationWidth));
    CHECK(without(&Conv2dGeometry::groups));
    return std::vector<float>();
  });
}

TEST_CASE("winograd: a NaN or an infinity stays within its sample and its tiles") {
  const Conv2dGeometry g = geometryOf(3, 5, {12}, {12});
  for (const float odd : {NAN, INFINITY}) {
    Data data = dataFor(g, false, true, 1);
    // Sample 5, channel 1, row 6, column 2: only the patch of the tile of rows 4 to 7 and columns 0 to 3 holds it.
    const int64_t at = ((int64_t{1} * 12 + 6) * 12 + 2) * kSliceSamples + 5;
    data.input[at] = odd;
    const Input<float> input(data.input);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const WinogradKernels& winograd = *kernels.winograd;
      Output<float> packed(winograd.packedSize(g));
      winograd.packForward(g, data.weight.data(), 0, g.outChannels, packed.data());
      Output<float> scratch(winograd.mapScratchSize(g));
      Output<float> output(outputSize(g));
      winograd.forward(g, {0, 1}, input.data(), packed.data(), nullptr, {}, scratch.data(), output.data(), nullptr);
      std::vector<float> values = output.values();
      for (int64_t i = 0; i < static_cast<int64_t>(values.size()); i++) {
        const int64_t x = i / kSliceSamples % 12;
        const int64_t y = i / kSliceSamples / 12 % 12;
        const bool reached = i % kSliceSamples == 5 && y / 4 == 1 && x / 4 == 0;
        CHECK((values[i] - values[i] == 0) == !reached);
      }
      return values;
    });
  }
}

}  // namespace laminet::testing
