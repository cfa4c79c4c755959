// Fully connected layers forward and backward against plain loops in double precision.
#include "kernels/dense/dense.h"

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

struct Data {
  std::vector<float> input, weight, bias, gradOutput;
};

struct Reference {
  std::vector<Expected> output, gradInput, gradWeight;
};

Reference referenceOf(const DenseGeometry& g, const Data& data) {
  Reference reference;
  reference.output.resize(data.gradOutput.size());
  reference.gradInput.resize(data.input.size());
  reference.gradWeight.resize(data.weight.size());
  for (int64_t k = 0; k < g.outputs; k++) {
    for (int64_t n = 0; n < kSliceSamples; n++) {
      Expected& output = reference.output[k * kSliceSamples + n];
      if (!data.bias.empty()) output.add(data.bias[k]);
      for (int64_t m = 0; m < g.inputs; m++) {
        const double w = data.weight[k * g.inputs + m];
        const double value = data.input[m * kSliceSamples + n];
        const double gradient = data.gradOutput[k * kSliceSamples + n];
        output.add(w * value);
        reference.gradInput[m * kSliceSamples + n].add(w * gradient);
        reference.gradWeight[k * g.inputs + m].add(gradient * value);
      }
    }
  }
  return reference;
}

void compareWithReference(const DenseGeometry& g, const Data& data, bool whole) {
  const Reference reference = referenceOf(g, data);
  const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
  const Input<float> input(data.input);
  const Input<float> weight(data.weight);
  const Input<float> bias(data.bias);
  const Input<float> gradOutput(data.gradOutput);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const DenseKernels& dense = *kernels.dense;
    // Packed weights start as zeros: the last block's unused rows stay so.
    const auto zeroed = [](Output<float>& packed) { memset(packed.data(), 0, packed.bytes()); };
    Output<float> forwardWeights(dense.packedSize(g.outputs, g.inputs));
    Output<float> backwardWeights(dense.packedSize(g.inputs, g.outputs));
    zeroed(forwardWeights);
    zeroed(backwardWeights);
    const int32_t middle = g.outputs / 2;
    dense.packForward(g, weight.data(), 0, middle, forwardWeights.data());
    dense.packForward(g, weight.data(), middle, g.outputs, forwardWeights.data());
    dense.packBackward(g, weight.data(), 0, middle, backwardWeights.data());
    dense.packBackward(g, weight.data(), middle, g.outputs, backwardWeights.data());
    Output<float> output(static_cast<int64_t>(g.outputs) * kSliceSamples);
    Output<float> gradInput(static_cast<int64_t>(g.inputs) * kSliceSamples);
    Output<float> gradWeight(static_cast<int64_t>(g.outputs) * g.inputs);
    Output<float> keptInputs(dense.keptInputs(g, 1));
    Output<float> keptGradients(dense.keptGradients(g, 1));
    inParts([&](Part part) {
      dense.forward(g, part, {1, 0}, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : bias.data(),
                    output.data());
    });
    inParts([&](Part part) {
      dense.gradInput(g, part, {1, 0}, gradOutput.data(), backwardWeights.data(), gradInput.data());
    });
    // Rows are done by whichever threads take them: in two parts here.
    const int32_t block = middle / 8 * 8;
    dense.keepInputs(g, 0, 1, input.data(), keptInputs.data());
    dense.keepGradients(g, 0, 1, gradOutput.data(), keptGradients.data());
    dense.gradWeightRows(g, 0, block, 1, 1, keptInputs.data(), keptGradients.data(), gradWeight.data());
    dense.gradWeightRows(g, block, g.outputs, 1, 1, keptInputs.data(), keptGradients.data(), gradWeight.data());
    std::vector<float> bits = output.values();
    expectClose("output", bits, reference.output, tolerance(g.inputs + 1));
    expectClose("gradInput", gradInput.values(), reference.gradInput, tolerance(g.outputs));
    expectClose("gradWeight", gradWeight.values(), reference.gradWeight, tolerance(kSliceSamples));
    append(bits, gradInput.values());
    append(bits, gradWeight.values());
    return bits;
  });
}

void check(int32_t inputs, int32_t outputs) {
  INFO(inputs, " inputs, ", outputs, " outputs");
  const DenseGeometry g = {inputs, outputs};
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  for (const bool whole : {true, false}) {
    const auto numbers = [&](int64_t count) {
      return whole ? randomWholes(random, count) : randomReals(random, count);
    };
    const Data data = {numbers(static_cast<int64_t>(inputs) * kSliceSamples),
                       numbers(static_cast<int64_t>(inputs) * outputs), numbers(seed % 3 != 0 ? outputs : 0),
                       numbers(static_cast<int64_t>(outputs) * kSliceSamples)};
    compareWithReference(g, data, whole);
  }
}

}  // namespace

TEST_CASE("dense: every small number of inputs with every small number of outputs") {
  for (int32_t inputs = 1; inputs <= 20; inputs++) {
    for (int32_t outputs = 1; outputs <= 20; outputs++) check(inputs, outputs);
  }
}

TEST_CASE("dense: large layers") {
  for (const int32_t large : {100, 120, 400}) {
    for (const int32_t other : {1, 2, 5, 7, 10, 17, 84, 120}) {
      check(large, other);
      check(other, large);
    }
  }
}

TEST_CASE("dense: weight gradients over several slices, a range of rows at a time") {
  const auto check = [](int32_t inputs, int32_t outputs, int32_t slices, int32_t room) {
    INFO(inputs, " inputs, ", outputs, " outputs, ", slices, " slices, room for ", room);
    const DenseGeometry g = {inputs, outputs};
    RandomNumbers random(static_cast<uint64_t>((inputs * 16 + outputs) * 8 + slices));
    const std::vector<float> inputData = randomReals(random, int64_t{slices} * inputs * kSliceSamples);
    const std::vector<float> gradientData = randomReals(random, int64_t{slices} * outputs * kSliceSamples);
    std::vector<Expected> expected(static_cast<size_t>(inputs * outputs));
    for (int64_t slice = 0; slice < slices; slice++) {
      for (int64_t i = 0; i < int64_t{inputs} * outputs * kSliceSamples; i++) {
        const int64_t n = i % kSliceSamples;
        const int64_t m = i / kSliceSamples % inputs;
        const int64_t k = i / kSliceSamples / inputs;
        const double gradient = gradientData[(slice * outputs + k) * kSliceSamples + n];
        expected[k * inputs + m].add(gradient * inputData[(slice * inputs + m) * kSliceSamples + n]);
      }
    }
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const DenseKernels& dense = *kernels.dense;
      Output<float> keptInputs(dense.keptInputs(g, room));
      Output<float> keptGradients(dense.keptGradients(g, room));
      for (int64_t slice = 0; slice < slices; slice++) {
        const auto partOf = [&](const std::vector<float>& all, int64_t rows) {
          const auto begin = all.begin() + slice * rows * kSliceSamples;
          return std::vector<float>(begin, begin + rows * kSliceSamples);
        };
        const Input<float> input(partOf(inputData, inputs));
        const Input<float> gradOutput(partOf(gradientData, outputs));
        dense.keepInputs(g, slice, room, input.data(), keptInputs.data());
        dense.keepGradients(g, slice, room, gradOutput.data(), keptGradients.data());
      }
      Output<float> gradWeight(static_cast<int64_t>(outputs) * inputs);
      for (int32_t row = 0; row < outputs; row += 16) {
        const int32_t end = row + 16 < outputs ? row + 16 : outputs;
        dense.gradWeightRows(g, row, end, slices, room, keptInputs.data(), keptGradients.data(), gradWeight.data());
      }
      expectClose("gradWeight", gradWeight.values(), expected, reduction(slices * kSliceSamples));
      return gradWeight.values();
    });
  };
  for (const int32_t inputs : {1, 3, 15, 16, 17, 31, 33, 79, 80, 81, 97}) {
    for (int32_t outputs = 1; outputs <= 9; outputs++) {
      for (int32_t slices = 1; slices <= 5; slices++) check(inputs, outputs, slices, slices + outputs % 2);
    }
  }
  // More samples than terms of a step, and more panels than a group.
  check(217, 25, 34, 34);
}

TEST_CASE("dense: several slices at once give the bits of one after another") {
  const auto check = [](int32_t inputs, int32_t outputs, int32_t slices) {
    INFO(inputs, " inputs, ", outputs, " outputs, ", slices, " slices");
    const DenseGeometry g = {inputs, outputs};
    // Inputs and outputs of a slice lie in one block of memory, with something else behind them.
    const int64_t inputFloats = int64_t{inputs} * kSliceSamples;
    const int64_t outputFloats = int64_t{outputs} * kSliceSamples;
    const int64_t stride = inputFloats + outputFloats + 16;
    RandomNumbers random(static_cast<uint64_t>(inputs + 3 * outputs + slices));
    const Input<float> weight(randomReals(random, int64_t{inputs} * outputs));
    const Input<float> bias(randomReals(random, outputs));
    const std::vector<float> start = randomReals(random, slices * stride);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const DenseKernels& dense = *kernels.dense;
      Output<float> packed(dense.packedSize(outputs, inputs));
      Output<float> packedBackward(dense.packedSize(inputs, outputs));
      memset(packed.data(), 0, packed.bytes());
      memset(packedBackward.data(), 0, packedBackward.bytes());
      dense.packForward(g, weight.data(), 0, outputs, packed.data());
      dense.packBackward(g, weight.data(), 0, outputs, packedBackward.data());
      Output<float> together(slices * stride);
      Output<float> alone(slices * stride);
      for (Output<float>* memory : {&together, &alone}) memcpy(memory->data(), start.data(), memory->bytes());
      // Forward from the inputs to the outputs, and from there back over the inputs.
      float* at = together.data();
      inParts([&](Part part) {
        dense.forward(g, part, {slices, stride}, at, packed.data(), bias.data(), at + inputFloats);
      });
      inParts([&](Part part) {
        dense.gradInput(g, part, {slices, stride}, at + inputFloats, packedBackward.data(), at);
      });
      for (int64_t slice = 0; slice < slices; slice++) {
        float* own = alone.data() + slice * stride;
        dense.forward(g, {0, 1}, {1, 0}, own, packed.data(), bias.data(), own + inputFloats);
        dense.gradInput(g, {0, 1}, {1, 0}, own + inputFloats, packedBackward.data(), own);
      }
      CHECK(memcmp(together.data(), alone.data(), together.bytes()) == 0);
      return together.values();
    });
  };
  for (int32_t slices = 1; slices <= 26; slices++) check(19, 21, slices);
  for (const int32_t features : {1, 8, 9, 24, 33, 40, 270}) {
    check(features, 37, 5);
    check(37, features, 5);
    check(features, 1025, 4);
    check(1025, features, 13);
  }
}

TEST_CASE("dense: NaN and infinity of one sample stay in its lane") {
  const DenseGeometry g = {11, 13};
  RandomNumbers random(1);
  Data data = {randomReals(random, 11 * kSliceSamples),
               randomReals(random, 11 * 13),
               {},
               randomReals(random, 13 * kSliceSamples)};
  for (size_t i = 5; i < data.input.size(); i += kSliceSamples) data.input[i] = NAN;
  for (size_t i = 7; i < data.gradOutput.size(); i += kSliceSamples) data.gradOutput[i] = INFINITY;
  compareWithReference(g, data, false);
}

}  // namespace laminet::testing
