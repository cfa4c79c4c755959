// Buffers that fit a program, filled with random numbers: what a caller would hand to a run.
#pragma once
#include <stdint.h>

#include <memory>
#include <vector>

#include "plan/lower.h"
#include "testing/random_numbers.h"

namespace laminet::testing {

struct RunMemory {
  std::vector<float> parameters, gradients, floatSamples, values;
  std::vector<uint8_t> byteSamples;
  std::vector<int32_t> labels;
  std::vector<uint32_t> order;
  std::vector<float> state, weights;
  std::vector<double> learningRates, factors, losses, correct, penalties;
  std::vector<int32_t> control = {0, 0};
  std::vector<std::vector<float>> results;
  RunBuffers buffers;
};

// For a run over `orderLength` samples out of `samples`. Class numbers lie below `classes`.
inline std::unique_ptr<RunMemory> makeRunMemory(const Program& program, int64_t samples, int64_t orderLength,
                                                int64_t classes, uint64_t seed) {
  auto memory = std::make_unique<RunMemory>();
  RunMemory& m = *memory;
  RandomNumbers random(seed);
  m.parameters = randomReals(random, program.parameterElements, -0.3f, 0.3f);
  m.gradients.resize(m.parameters.size());
  RunBuffers& b = m.buffers;
  if (program.bytes) {
    m.byteSamples.resize(static_cast<size_t>(samples * program.sampleElements));
    for (uint8_t& byte : m.byteSamples) byte = static_cast<uint8_t>(random.whole(0, 255));
    b.samples = m.byteSamples.data();
  } else {
    m.floatSamples = randomReals(random, samples * program.sampleElements);
    b.samples = m.floatSamples.data();
  }
  for (int64_t i = 0; i < samples; i++) m.labels.push_back(static_cast<int32_t>(random.whole(0, classes - 1)));
  m.values = randomReals(random, samples * program.targetElements);
  for (int64_t i = 0; i < orderLength; i++) m.order.push_back(static_cast<uint32_t>(random.whole(0, samples - 1)));
  const auto steps = static_cast<size_t>((orderLength + program.batchSize - 1) / program.batchSize);
  const size_t updates =
      (steps + static_cast<size_t>(program.stepsPerUpdate) - 1) / static_cast<size_t>(program.stepsPerUpdate);
  m.learningRates.assign(updates, 0.05);
  m.state.assign(static_cast<size_t>(program.stateSlots * program.parameterElements), 0);
  m.factors.assign(updates * static_cast<size_t>(program.stepFactors), 0.05);
  m.weights = randomReals(random, orderLength, 0, 0.1f);
  m.losses.assign(steps, -1);
  m.correct.assign(steps, -1);
  m.penalties.assign(steps, -1);
  for (const int32_t id : program.results) {
    m.results.emplace_back(static_cast<size_t>(orderLength * program.tensors[id].elements));
  }
  b.parameters = m.parameters.data();
  b.gradients = m.gradients.data();
  b.labels = m.labels.data();
  b.values = m.values.data();
  b.weights = m.weights.data();
  b.order = m.order.data();
  b.orderLength = orderLength;
  b.learningRates = m.learningRates.data();
  b.state = m.state.data();
  b.factors = m.factors.data();
  b.losses = m.losses.data();
  b.correct = m.correct.data();
  if (program.penalty >= 0) b.penalties = m.penalties.data();
  b.control = m.control.data();
  for (std::vector<float>& result : m.results) b.results.push_back(result.data());
  return memory;
}

}  // namespace laminet::testing
