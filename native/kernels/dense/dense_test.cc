// Fully connected layers forward and backward against plain loops in double precision.
#include "kernels/dense/dense.h"

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
    Output<float> kept(dense.keptInputs(g));
    dense.forward(g, input.data(), forwardWeights.data(), data.bias.empty() ? nullptr : bias.data(), output.data());
    dense.gradInput(g, gradOutput.data(), backwardWeights.data(), gradInput.data());
    // Rows are done by whichever threads take them: in two parts here.
    dense.keepInputs(g, input.data(), kept.data());
    dense.gradWeightRows(g, 0, middle, 1, kept.data(), gradOutput.data(), gradWeight.data());
    dense.gradWeightRows(g, middle, g.outputs, 1, kept.data(), gradOutput.data(), gradWeight.data());
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
