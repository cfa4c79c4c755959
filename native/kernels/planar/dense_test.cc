// Fully connected layers of one sample against plain loops in double precision, and their chains against those of the
// kernels for slices.
#include <doctest/doctest.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

constexpr int32_t kPartCounts[] = {1, 2, 3, 5, 8};

struct Data {
  std::vector<float> input, weight, bias, gradOutput;
};

struct Results {
  std::vector<float> output, gradInput, gradWeight;
};

Results compute(const PlanarDenseKernels& dense, const DenseGeometry& g, int32_t parts, const Data& data) {
  const Input<float> input(data.input);
  const Input<float> weight(data.weight);
  const Input<float> bias(data.bias);
  const Input<float> gradOutput(data.gradOutput);
  Output<float> packed(dense.packedSize(g));
  // Rows are packed by whichever threads have changed them: in two parts here.
  const int32_t middle = (g.outputs + 15) / 16 / 2 * 16;
  dense.packForward(g, weight.data(), 0, middle, packed.data());
  dense.packForward(g, weight.data(), middle, g.outputs, packed.data());
  Output<float> output(g.outputs);
  Output<float> gradInput(g.inputs);
  Output<float> gradWeight(int64_t{g.outputs} * g.inputs);
  for (int32_t index = parts - 1; index >= 0; index--) {
    const Part part = {index, parts};
    dense.forward(g, part, input.data(), packed.data(), data.bias.empty() ? nullptr : bias.data(), output.data());
    dense.gradInput(g, part, gradOutput.data(), weight.data(), gradInput.data());
    const Share rows = shareOf(part, g.outputs);
    dense.gradWeightRows(g, static_cast<int32_t>(rows.begin), static_cast<int32_t>(rows.end), 1, input.data(),
                         gradOutput.data(), gradWeight.data());
  }
  return {output.values(), gradInput.values(), gradWeight.values()};
}

// What the kernels for slices make of the sample, in lane 3.
Results computeInLane(const DenseKernels& dense, const DenseGeometry& g, const Data& data) {
  constexpr int kLane = 3;
  const auto toLane = [](const std::vector<float>& values) {
    std::vector<float> slice(values.size() * kSliceSamples);
    for (size_t i = 0; i < values.size(); i++) slice[i * kSliceSamples + kLane] = values[i];
    return slice;
  };
  std::vector<float> forwardWeights(static_cast<size_t>(dense.packedSize(g.outputs, g.inputs)));
  std::vector<float> backwardWeights(static_cast<size_t>(dense.packedSize(g.inputs, g.outputs)));
  dense.packForward(g, data.weight.data(), 0, g.outputs, forwardWeights.data());
  dense.packBackward(g, data.weight.data(), 0, g.outputs, backwardWeights.data());
  const std::vector<float> input = toLane(data.input);
  const std::vector<float> gradOutput = toLane(data.gradOutput);
  std::vector<float> output(gradOutput.size());
  std::vector<float> gradInput(input.size());
  std::vector<float> keptInputs(static_cast<size_t>(dense.keptInputs(g, 1)));
  std::vector<float> keptGradients(static_cast<size_t>(dense.keptGradients(g, 1)));
  Results results;
  results.gradWeight.resize(data.weight.size());
  dense.forward(g, {0, 1}, {1, 0}, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : data.bias.data(),
                output.data());
  dense.gradInput(g, {0, 1}, {1, 0}, gradOutput.data(), backwardWeights.data(), gradInput.data());
  dense.keepInputs(g, 0, 1, input.data(), keptInputs.data());
  dense.keepGradients(g, 0, 1, gradOutput.data(), keptGradients.data());
  dense.gradWeightRows(g, 0, g.outputs, 1, 1, keptInputs.data(), keptGradients.data(), results.gradWeight.data());
  for (size_t i = kLane; i < output.size(); i += kSliceSamples) results.output.push_back(output[i]);
  for (size_t i = kLane; i < gradInput.size(); i += kSliceSamples) results.gradInput.push_back(gradInput[i]);
  return results;
}

void expectEqual(const char* what, const std::vector<float>& actual, const std::vector<float>& expected) {
  std::vector<Expected> wanted;
  for (const float value : expected) wanted.push_back({value, 0});
  expectClose(what, actual, wanted, exactly());
}

void compare(const DenseGeometry& g, const Data& data, bool whole) {
  std::vector<Expected> output(data.gradOutput.size());
  std::vector<Expected> gradInput(data.input.size());
  std::vector<Expected> gradWeight(data.weight.size());
  for (int64_t k = 0; k < g.outputs; k++) {
    if (!data.bias.empty()) output[k].add(data.bias[k]);
    for (int64_t m = 0; m < g.inputs; m++) {
      const double w = data.weight[k * g.inputs + m];
      output[k].add(w * data.input[m]);
      gradInput[m].add(w * data.gradOutput[k]);
      gradWeight[k * g.inputs + m].add(double{data.gradOutput[k]} * data.input[m]);
    }
  }
  const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
  static size_t turn = 0;
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const Results one = compute(kernels.planar->dense, g, 1, data);
    expectClose("output", one.output, output, tolerance(g.inputs + 1));
    expectClose("gradInput", one.gradInput, gradInput, tolerance(g.outputs));
    expectClose("gradWeight", one.gradWeight, gradWeight, tolerance(1));
    const Results lane = computeInLane(*kernels.dense, g, data);
    expectEqual("output beside the slice's", one.output, lane.output);
    expectEqual("gradInput beside the slice's", one.gradInput, lane.gradInput);
    expectEqual("gradWeight beside the slice's", one.gradWeight, lane.gradWeight);
    const int32_t parts = kPartCounts[1 + turn++ % 4];
    const Results several = compute(kernels.planar->dense, g, parts, data);
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

Data randomData(RandomNumbers& random, const DenseGeometry& g, bool hasBias, bool whole) {
  const auto numbers = [&](int64_t count) { return whole ? randomWholes(random, count) : randomReals(random, count); };
  return {numbers(g.inputs), numbers(int64_t{g.inputs} * g.outputs), numbers(hasBias ? g.outputs : 0),
          numbers(g.outputs)};
}

void check(int32_t inputs, int32_t outputs) {
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  INFO(inputs, " inputs, ", outputs, " outputs, seed ", seed);
  const DenseGeometry g = {inputs, outputs};
  for (const bool whole : {true, false}) compare(g, randomData(random, g, seed % 3 != 0, whole), whole);
}

}  // namespace

TEST_CASE("planar dense: every small number of inputs with every small number of outputs") {
  for (int32_t inputs = 1; inputs <= 34; inputs++) {
    for (int32_t outputs = 1; outputs <= 34; outputs++) check(inputs, outputs);
  }
}

TEST_CASE("planar dense: large layers") {
  for (const int32_t large : {84, 120, 400, 511}) {
    for (const int32_t other : {1, 7, 10, 16, 17, 47, 64, 84, 100, 120, 130, 191, 193, 220, 300}) {
      check(large, other);
      check(other, large);
    }
  }
}

TEST_CASE("planar dense: NaN and infinity come out where they belong, and nowhere else") {
  const DenseGeometry g = {19, 21};
  RandomNumbers random(1);
  Data data = randomData(random, g, false, false);
  data.weight[5 * 19 + 18] = NAN;
  data.weight[20 * 19 + 3] = INFINITY;
  compare(g, data, false);
}

TEST_CASE("single samples: a fully connected layer's weights over several samples") {
  for (const int32_t inputs : {1, 7, 16, 33, 130}) {
    for (int32_t samples = 1; samples <= 8; samples++) {
      const DenseGeometry g = {inputs, 5};
      RandomNumbers random(static_cast<uint64_t>(inputs * 10 + samples));
      const Input<float> x(randomWholes(random, int64_t{samples} * g.inputs));
      const Input<float> gradOutputs(randomWholes(random, int64_t{samples} * g.outputs));
      std::vector<float> expected;
      for (int32_t k = 0; k < g.outputs; k++) {
        for (int32_t m = 0; m < g.inputs; m++) {
          float sum = 0;
          for (int32_t n = 0; n < samples; n++) {
            sum += gradOutputs.data()[n * g.outputs + k] * x.data()[n * g.inputs + m];
          }
          expected.push_back(sum);
        }
      }
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> gradWeight(int64_t{g.outputs} * g.inputs);
        kernels.planar->dense.gradWeightRows(g, 0, 2, samples, x.data(), gradOutputs.data(), gradWeight.data());
        kernels.planar->dense.gradWeightRows(g, 2, g.outputs, samples, x.data(), gradOutputs.data(), gradWeight.data());
        expectEqual("gradWeight", gradWeight.values(), expected);
        return gradWeight.values();
      });
    }
  }
}

}  // namespace laminet::testing
