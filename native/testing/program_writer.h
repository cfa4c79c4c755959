// Writes programs as the plain numbers that plan/decode.cc reads. lib/backends/native/encode.ts does the same for
// users.
#pragma once
#include <stdint.h>

#include <iterator>
#include <vector>

#include "plan/program.h"

namespace laminet::testing {

class ProgramWriter {
 public:
  Purpose purpose = Purpose::train;
  int32_t batchSize = 4;
  bool bytes = false;
  int64_t sampleElements = 1;
  TargetKind targets = TargetKind::none;
  int32_t loss = -1;
  int32_t correct = -1;
  int32_t penalty = -1;
  int32_t stepsPerUpdate = 1;
  int32_t stateSlots = 0;
  int32_t stepFactors = 0;

  int32_t tensor(Role role, Kind kind, bool batched, int64_t elements, int32_t parameter = -1, int32_t slot = -1) {
    tensors_.push_back({role, kind, batched, elements, parameter, slot});
    return static_cast<int32_t>(tensors_.size()) - 1;
  }
  int32_t activation(int64_t elements) { return tensor(Role::activation, Kind::floats, true, elements); }
  int32_t scalar() { return tensor(Role::scalar, Kind::floats, false, 1); }

  // A parameter's number, and its tensor. Parameters lie on cache lines.
  struct ParameterTensor {
    int32_t number, tensor;
    int64_t size;
  };
  ParameterTensor parameter(int64_t size) {
    parameters_.push_back({parameterElements_, size});
    parameterElements_ += (size + 15) / 16 * 16;
    const auto number = static_cast<int32_t>(parameters_.size()) - 1;
    return {number, tensor(Role::parameter, Kind::floats, false, size, number), size};
  }
  int32_t gradientOf(const ParameterTensor& p) { return tensor(Role::gradient, Kind::floats, false, p.size, p.number); }
  int32_t stateOf(const ParameterTensor& p, int32_t slot) {
    return tensor(Role::state, Kind::floats, false, p.size, p.number, slot);
  }
  int32_t partialOf(const ParameterTensor& p) { return tensor(Role::partial, Kind::floats, false, p.size, p.number); }

  void add(Op op, const std::vector<int32_t>& inputs, const std::vector<int32_t>& outputs,
           const std::vector<double>& fields) {
    instructions_.push_back({op, inputs, outputs, fields});
  }
  int32_t result(int32_t tensor) {
    results_.push_back(tensor);
    return static_cast<int32_t>(results_.size()) - 1;
  }

  std::vector<double> numbers() const {
    std::vector<double> n = {0x4c414d49,
                             1,
                             static_cast<double>(purpose),
                             static_cast<double>(batchSize),
                             bytes ? 1.0 : 0.0,
                             static_cast<double>(sampleElements),
                             static_cast<double>(targets),
                             static_cast<double>(parameterElements_),
                             static_cast<double>(stepsPerUpdate),
                             static_cast<double>(stateSlots),
                             static_cast<double>(stepFactors),
                             static_cast<double>(parameters_.size())};
    const auto put = [&n](auto value) { n.push_back(static_cast<double>(value)); };
    for (const Parameter& p : parameters_) {
      put(p.offset);
      put(p.size);
    }
    put(tensors_.size());
    for (const Tensor& t : tensors_) {
      put(t.role);
      put(t.kind);
      put(t.batched);
      put(t.elements);
      put(t.parameter);
      put(t.slot);
    }
    put(instructions_.size());
    for (const Written& i : instructions_) {
      put(i.op);
      put(i.inputs.size());
      put(i.outputs.size());
      put(i.fields.size());
      for (const int32_t id : i.inputs) put(id);
      for (const int32_t id : i.outputs) put(id);
      for (const double field : i.fields) put(field);
    }
    put(results_.size());
    for (const int32_t id : results_) put(id);
    put(loss);
    put(correct);
    put(penalty);
    return n;
  }

 private:
  struct Written {
    Op op;
    std::vector<int32_t> inputs, outputs;
    std::vector<double> fields;
  };
  std::vector<Parameter> parameters_;
  int64_t parameterElements_ = 0;
  std::vector<Tensor> tensors_;
  std::vector<Written> instructions_;
  std::vector<int32_t> results_;
};

// A network with every kind of layer: images of 2x5x6 bytes, padded to 2x6x7, a convolution of 3 filters, max-pooling,
// a convolution of 4 filters with steps of 2, a dense layer of 5 classes; softmax cross-entropy, plain gradient
// descent. Its results are the logits.
constexpr int32_t kSmallSampleElements = 2 * 5 * 6;
constexpr int32_t kSmallClasses = 5;

inline std::vector<double> smallTrainingProgram(int32_t batchSize) {
  ProgramWriter w;
  w.batchSize = batchSize;
  w.bytes = true;
  w.sampleElements = kSmallSampleElements;
  w.targets = TargetKind::classes;
  const std::vector<double> first = {2, 6, 7, 3, 6, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const std::vector<double> second = {3, 3, 3, 4, 2, 2, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1};
  const std::vector<double> pool = {3, 6, 7, 3, 3, 2, 2, 2, 2, 0, 0, 0, 0};
  const std::vector<double> dense = {16, kSmallClasses};
  const std::vector<double> loss = {kSmallClasses, 1, 1};

  const auto w1 = w.parameter(3 * 2 * 9);
  const auto b1 = w.parameter(3);
  const auto w2 = w.parameter(4 * 3 * 9);
  const auto b2 = w.parameter(4);
  const auto w3 = w.parameter(16 * kSmallClasses);
  const auto b3 = w.parameter(kSmallClasses);
  const int32_t labels = w.tensor(Role::targets, Kind::label, true, 1);

  const int32_t x = w.activation(2 * 6 * 7);
  const int32_t c1 = w.activation(3 * 6 * 7);
  const int32_t t1 = w.activation(3 * 6 * 7);
  const int32_t p1 = w.activation(3 * 3 * 3);
  const int32_t winners = w.tensor(Role::activation, Kind::index, true, 3 * 3 * 3);
  const int32_t c2 = w.activation(16);
  const int32_t r2 = w.activation(16);
  const int32_t flat = w.activation(16);
  const int32_t logits = w.activation(kSmallClasses);
  const int32_t losses = w.activation(1);
  w.loss = w.scalar();
  w.correct = w.scalar();
  w.add(Op::gather, {}, {x}, {2, 5, 6, 1, 0, 0, 1, 1.0 / 255, 1});
  w.add(Op::conv2d, {x, w1.tensor, b1.tensor}, {c1}, first);
  w.add(Op::tanh, {c1}, {t1}, {3 * 6 * 7});
  w.add(Op::maxPool2d, {t1}, {p1, winners}, pool);
  w.add(Op::conv2d, {p1, w2.tensor, b2.tensor}, {c2}, second);
  w.add(Op::relu, {c2}, {r2}, {16});
  w.add(Op::reshape, {r2}, {flat}, {16});
  w.add(Op::dense, {flat, w3.tensor, b3.tensor}, {logits}, dense);
  w.add(Op::scatter, {logits}, {}, {kSmallClasses, static_cast<double>(w.result(logits))});
  w.add(Op::softmaxCrossEntropy, {logits, labels}, {losses}, loss);
  w.add(Op::meanLoss, {losses}, {w.loss}, {});
  w.add(Op::countCorrect, {logits, labels}, {w.correct}, {kSmallClasses, 1});

  const int32_t gLogits = w.activation(kSmallClasses);
  const int32_t gFlat = w.activation(16);
  const int32_t gR2 = w.activation(16);
  const int32_t gC2 = w.activation(16);
  const int32_t gP1 = w.activation(3 * 3 * 3);
  const int32_t gT1 = w.activation(3 * 6 * 7);
  const int32_t gC1 = w.activation(3 * 6 * 7);
  w.add(Op::softmaxCrossEntropyGrad, {logits, labels}, {gLogits}, loss);
  std::vector<std::pair<int32_t, int32_t>> updates;
  const auto gradientOf = [&](const ProgramWriter::ParameterTensor& p) {
    const int32_t gradient = w.gradientOf(p);
    updates.emplace_back(p.tensor, gradient);
    return gradient;
  };
  w.add(Op::denseGradWeight, {gLogits, flat}, {gradientOf(w3)}, dense);
  w.add(Op::biasGrad, {gLogits}, {gradientOf(b3)}, {kSmallClasses, 1});
  w.add(Op::denseGradInput, {gLogits, w3.tensor}, {gFlat}, dense);
  w.add(Op::reshape, {gFlat}, {gR2}, {16});
  w.add(Op::reluGrad, {gR2, r2}, {gC2}, {16});
  w.add(Op::conv2dGradWeight, {gC2, p1}, {gradientOf(w2)}, second);
  w.add(Op::biasGrad, {gC2}, {gradientOf(b2)}, {4, 4});
  w.add(Op::conv2dGradInput, {gC2, w2.tensor}, {gP1}, second);
  w.add(Op::maxPool2dGrad, {gP1, winners}, {gT1}, pool);
  w.add(Op::tanhGrad, {gT1, t1}, {gC1}, {3 * 6 * 7});
  w.add(Op::conv2dGradWeight, {gC1, x}, {gradientOf(w1)}, first);
  w.add(Op::biasGrad, {gC1}, {gradientOf(b1)}, {3, 42});
  const int64_t sizes[] = {w3.size, b3.size, w2.size, b2.size, w1.size, b1.size};
  for (size_t i = 0; i < updates.size(); i++) {
    w.add(Op::sgd, {updates[i].first, updates[i].second}, {}, {static_cast<double>(sizes[i]), 0, 0, 1});
  }
  return w.numbers();
}

// A network that is no chain, with every op that joins or parts: rows of 6 numbers, a dense layer that is used twice,
// the sum of both uses, its product with the row, both behind each other, 5 of them as logits; Adam.
inline std::vector<double> joinedTrainingProgram(int32_t batchSize) {
  ProgramWriter w;
  w.batchSize = batchSize;
  w.sampleElements = 6;
  w.targets = TargetKind::classes;
  const std::vector<double> dense = {6, 6};
  const std::vector<double> loss = {kSmallClasses, 1, 1};
  const auto weight = w.parameter(36);
  const auto bias = w.parameter(6);
  const int32_t labels = w.tensor(Role::targets, Kind::label, true, 1);
  const int32_t x = w.activation(6);
  const int32_t once = w.activation(6);
  const int32_t twice = w.activation(6);
  const int32_t sum = w.activation(6);
  const int32_t product = w.activation(6);
  const int32_t both = w.activation(12);
  const int32_t logits = w.activation(kSmallClasses);
  const int32_t losses = w.activation(1);
  w.loss = w.scalar();
  w.correct = w.scalar();
  w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
  w.add(Op::dense, {x, weight.tensor, bias.tensor}, {once}, dense);
  w.add(Op::dense, {once, weight.tensor, bias.tensor}, {twice}, dense);
  w.add(Op::add, {once, twice}, {sum}, {6});
  w.add(Op::multiply, {sum, x}, {product}, {6});
  w.add(Op::concat, {sum, product}, {both}, {6, 6});
  w.add(Op::slice, {both}, {logits}, {12, 4, kSmallClasses});
  w.add(Op::scatter, {logits}, {}, {kSmallClasses, static_cast<double>(w.result(logits))});
  w.add(Op::softmaxCrossEntropy, {logits, labels}, {losses}, loss);
  w.add(Op::meanLoss, {losses}, {w.loss}, {});
  w.add(Op::countCorrect, {logits, labels}, {w.correct}, {kSmallClasses, 1});

  const int32_t gLogits = w.activation(kSmallClasses);
  const int32_t gBoth = w.activation(12);
  const int32_t gSumFirst = w.activation(6);
  const int32_t gProduct = w.activation(6);
  const int32_t gSumSecond = w.activation(6);
  const int32_t gSum = w.activation(6);
  const int32_t gOnceFirst = w.activation(6);
  const int32_t gOnce = w.activation(6);
  const int32_t weightParts[] = {w.partialOf(weight), w.partialOf(weight)};
  const int32_t biasParts[] = {w.partialOf(bias), w.partialOf(bias)};
  const int32_t gWeight = w.gradientOf(weight);
  const int32_t gBias = w.gradientOf(bias);
  w.add(Op::softmaxCrossEntropyGrad, {logits, labels}, {gLogits}, loss);
  w.add(Op::sliceGrad, {gLogits}, {gBoth}, {12, 4, kSmallClasses});
  w.add(Op::slice, {gBoth}, {gSumFirst}, {12, 0, 6});
  w.add(Op::slice, {gBoth}, {gProduct}, {12, 6, 6});
  w.add(Op::multiply, {gProduct, x}, {gSumSecond}, {6});
  w.add(Op::add, {gSumFirst, gSumSecond}, {gSum}, {6});
  w.add(Op::denseGradWeight, {gSum, once}, {weightParts[0]}, dense);
  w.add(Op::biasGrad, {gSum}, {biasParts[0]}, {6, 1});
  w.add(Op::denseGradInput, {gSum, weight.tensor}, {gOnceFirst}, dense);
  w.add(Op::add, {gSum, gOnceFirst}, {gOnce}, {6});
  w.add(Op::denseGradWeight, {gOnce, x}, {weightParts[1]}, dense);
  w.add(Op::add, {weightParts[0], weightParts[1]}, {gWeight}, {36});
  w.add(Op::biasGrad, {gOnce}, {biasParts[1]}, {6, 1});
  w.add(Op::add, {biasParts[0], biasParts[1]}, {gBias}, {6});
  w.stateSlots = w.stepFactors = 2;
  w.add(Op::adam, {weight.tensor, gWeight, w.stateOf(weight, 0), w.stateOf(weight, 1)}, {},
        {36, 0, 0.01, 1, 0.9, 0.999, 1e-8, 0});
  w.add(Op::adam, {bias.tensor, gBias, w.stateOf(bias, 0), w.stateOf(bias, 1)}, {},
        {6, 0, 0.01, 1, 0.9, 0.999, 1e-8, 0});
  return w.numbers();
}

// Rows of 2 channels of 3 numbers, normalized by the statistics of the step, which running ones follow, and then by
// given ones; a dense layer of 5 classes. Where `rowOf` names them, the gradient of the first gamma is made of those
// statistics.
enum class RowOf { sums, given };

inline std::vector<double> normalizedTrainingProgram(int32_t batchSize, RowOf rowOf = RowOf::sums) {
  ProgramWriter w;
  w.batchSize = batchSize;
  w.sampleElements = 6;
  w.targets = TargetKind::classes;
  const std::vector<double> loss = {kSmallClasses, 1, 1};
  const std::vector<double> dense = {6, kSmallClasses};
  const std::vector<double> norm = {2, 3, 1e-5, 0};
  const std::vector<double> frozen = {2, 3, 1e-5, 1};
  const auto gamma = w.parameter(2);
  const auto beta = w.parameter(2);
  const auto mean = w.parameter(2);
  const auto variance = w.parameter(2);
  const auto weight = w.parameter(6 * kSmallClasses);
  const int32_t labels = w.tensor(Role::targets, Kind::label, true, 1);
  const auto statistics = [&] { return w.tensor(Role::statistics, Kind::floats, false, 4); };
  const int32_t x = w.activation(6);
  const int32_t own = statistics();
  const int32_t given = statistics();
  const int32_t first = w.activation(6);
  const int32_t second = w.activation(6);
  const int32_t logits = w.activation(kSmallClasses);
  const int32_t losses = w.activation(1);
  w.loss = w.scalar();
  w.correct = w.scalar();
  w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
  w.add(Op::batchStatistics, {x}, {own}, {2, 3});
  w.add(Op::batchNorm, {x, own, gamma.tensor, beta.tensor}, {first}, norm);
  w.add(Op::givenStatistics, {mean.tensor, variance.tensor}, {given}, {2});
  w.add(Op::batchNorm, {first, given, -1, -1}, {second}, frozen);
  w.add(Op::dense, {second, weight.tensor}, {logits}, dense);
  w.add(Op::scatter, {logits}, {}, {kSmallClasses, static_cast<double>(w.result(logits))});
  w.add(Op::softmaxCrossEntropy, {logits, labels}, {losses}, loss);
  w.add(Op::meanLoss, {losses}, {w.loss}, {});
  w.add(Op::countCorrect, {logits, labels}, {w.correct}, {kSmallClasses, 1});

  const int32_t gLogits = w.activation(kSmallClasses);
  const int32_t gSecond = w.activation(6);
  const int32_t gFirst = w.activation(6);
  const int32_t gX = w.activation(6);
  const int32_t sumsSecond = statistics();
  const int32_t sumsFirst = statistics();
  const int32_t gWeight = w.gradientOf(weight);
  const int32_t gGamma = w.gradientOf(gamma);
  const int32_t gBeta = w.gradientOf(beta);
  w.add(Op::softmaxCrossEntropyGrad, {logits, labels}, {gLogits}, loss);
  w.add(Op::denseGradWeight, {gLogits, second}, {gWeight}, dense);
  w.add(Op::denseGradInput, {gLogits, weight.tensor}, {gSecond}, dense);
  w.add(Op::batchNormSums, {gSecond, first, given}, {sumsSecond}, frozen);
  w.add(Op::batchNormGradInput, {gSecond, first, given, sumsSecond, -1}, {gFirst}, frozen);
  w.add(Op::batchNormSums, {gFirst, x, own}, {sumsFirst}, norm);
  w.add(Op::batchNormGradInput, {gFirst, x, own, sumsFirst, gamma.tensor}, {gX}, norm);
  w.add(Op::statisticsRow, {rowOf == RowOf::sums ? sumsFirst : given}, {gGamma}, {2, 1});
  w.add(Op::statisticsRow, {sumsFirst}, {gBeta}, {2, 0});
  w.add(Op::scatter, {gX}, {}, {6, static_cast<double>(w.result(gX))});
  w.add(Op::followStatistics, {mean.tensor, variance.tensor, own}, {}, {2, 3, 0.1});
  w.add(Op::sgd, {weight.tensor, gWeight}, {}, {6 * kSmallClasses, 0, 0, 1});
  w.add(Op::sgd, {gamma.tensor, gGamma}, {}, {2, 0, 0, 1});
  w.add(Op::sgd, {beta.tensor, gBeta}, {}, {2, 0, 0, 1});
  return w.numbers();
}

// Rows of 6 numbers, a dense layer of 5 classes whose weight is everything that a parameter can be at the end of a
// step: penalized, its gradient gathered over two steps and bounded, changed as a matrix, its rows bounded, averaged.
// The bias is changed by Adam. `rules` are those of the weight, in this order; its penalty is always there.
enum class Rule { gather, boundValues, addSquares, boundNorm, update, boundRows, average };

constexpr Rule kRules[] = {Rule::gather, Rule::boundValues, Rule::addSquares, Rule::boundNorm,
                           Rule::update, Rule::boundRows,   Rule::average};

inline std::vector<double> ruledTrainingProgramOf(int32_t batchSize, const std::vector<Rule>& rules) {
  ProgramWriter w;
  w.batchSize = batchSize;
  w.sampleElements = 6;
  w.targets = TargetKind::classes;
  w.stepsPerUpdate = 2;
  w.stateSlots = 3;
  w.stepFactors = 3;
  const std::vector<double> dense = {6, kSmallClasses};
  const std::vector<double> loss = {kSmallClasses, 1, 1};
  const auto weight = w.parameter(30);
  const auto bias = w.parameter(kSmallClasses);
  const int32_t labels = w.tensor(Role::targets, Kind::label, true, 1);
  const int32_t x = w.activation(6);
  const int32_t logits = w.activation(kSmallClasses);
  const int32_t losses = w.activation(1);
  w.loss = w.scalar();
  w.correct = w.scalar();
  w.penalty = w.scalar();
  w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
  w.add(Op::dense, {x, weight.tensor, bias.tensor}, {logits}, dense);
  w.add(Op::scatter, {logits}, {}, {kSmallClasses, static_cast<double>(w.result(logits))});
  w.add(Op::softmaxCrossEntropy, {logits, labels}, {losses}, loss);
  w.add(Op::meanLoss, {losses}, {w.loss}, {});
  w.add(Op::countCorrect, {logits, labels}, {w.correct}, {kSmallClasses, 1});
  w.add(Op::weightPenalty, {weight.tensor, -1}, {w.penalty}, {30, 0.1, 0.2});

  const int32_t gLogits = w.activation(kSmallClasses);
  const int32_t parts[] = {w.partialOf(weight), w.partialOf(weight)};
  const int32_t gWeight = w.gradientOf(weight);
  const int32_t gBias = w.gradientOf(bias);
  w.add(Op::weightPenaltyGrad, {weight.tensor}, {parts[0]}, {30, 0.1, 0.2});
  w.add(Op::softmaxCrossEntropyGrad, {logits, labels}, {gLogits}, loss);
  w.add(Op::denseGradWeight, {gLogits, x}, {parts[1]}, dense);
  w.add(Op::add, {parts[0], parts[1]}, {gWeight}, {30});
  w.add(Op::biasGrad, {gLogits}, {gBias}, {kSmallClasses, 1});
  const int32_t squaresOfBias = w.scalar();
  const int32_t squares = w.scalar();
  w.add(Op::squaredNorm, {gBias, -1}, {squaresOfBias}, {kSmallClasses});
  int32_t norm = squaresOfBias;
  for (const Rule rule : rules) {
    switch (rule) {
      case Rule::gather:
        w.add(Op::accumulate, {gWeight, w.tensor(Role::accumulated, Kind::floats, false, 30, weight.number)}, {}, {30});
        break;
      case Rule::boundValues: w.add(Op::clipValue, {gWeight}, {}, {30, 0.5}); break;
      case Rule::addSquares:
        w.add(Op::squaredNorm, {gWeight, squaresOfBias}, {squares}, {30});
        norm = squares;
        break;
      case Rule::boundNorm: w.add(Op::clipNorm, {gWeight, norm}, {}, {30, 0.01}); break;
      case Rule::update:
        w.add(Op::muon, {weight.tensor, gWeight, w.stateOf(weight, 0)}, {},
              {30, 0, 0.1, 1, 0.9, 1, 5, kSmallClasses, 6});
        break;
      case Rule::boundRows: w.add(Op::maxNorm, {weight.tensor}, {}, {kSmallClasses, 6, 0.3}); break;
      case Rule::average: w.add(Op::averageWeights, {weight.tensor, w.stateOf(weight, 2)}, {}, {30, 2}); break;
    }
  }
  w.add(Op::clipNorm, {gBias, norm}, {}, {kSmallClasses, 0.01});
  w.add(Op::adam, {bias.tensor, gBias, w.stateOf(bias, 0), w.stateOf(bias, 1)}, {},
        {kSmallClasses, 0, 0.01, 1, 0.9, 0.999, 1e-8, 0});
  return w.numbers();
}

inline std::vector<double> ruledTrainingProgram(int32_t batchSize) {
  return ruledTrainingProgramOf(batchSize, {std::begin(kRules), std::end(kRules)});
}

}  // namespace laminet::testing
