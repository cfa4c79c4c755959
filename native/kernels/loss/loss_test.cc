// Every loss and its gradient against the formulas in double precision.
#include "kernels/loss/loss.h"

#include <doctest/doctest.h>
#include <math.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/loss/focal_formulas.h"
#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

enum class Predictions { anything, probabilities, logits };

struct Case {
  const char* name;
  LossPair LossKernels::*pair;
  Formula formula;
  Predictions predictions;
  std::vector<float> constants = {};
};

const Case kCases[] = {
    {"squaredError", &LossKernels::squaredError, {squaredError, squaredErrorGrad}, Predictions::anything},
    {"absoluteError", &LossKernels::absoluteError, {absoluteError, absoluteErrorGrad}, Predictions::anything},
    {"huber", &LossKernels::huber, huber(0.75), Predictions::anything, {0.75f}},
    {"crossEntropy", &LossKernels::crossEntropy, {crossEntropy, crossEntropyGrad}, Predictions::probabilities},
    {"softmaxCrossEntropy",
     &LossKernels::softmaxCrossEntropy,
     {softmaxCrossEntropy, softmaxCrossEntropyGrad},
     Predictions::logits},
    {"negativeLogLikelihood",
     &LossKernels::negativeLogLikelihood,
     {negativeLogLikelihood, negativeLogLikelihoodGrad},
     Predictions::anything},
    {"logisticError", &LossKernels::logisticError, {logisticError, logisticErrorGrad}, Predictions::probabilities},
    {"sigmoidLogisticError",
     &LossKernels::sigmoidLogisticError,
     {sigmoidLogisticError, sigmoidLogisticErrorGrad},
     Predictions::logits},
    {"softmaxLogisticError",
     &LossKernels::softmaxLogisticError,
     {softmaxLogisticError, softmaxLogisticErrorGrad},
     Predictions::logits},
    {"focal", &LossKernels::focal, focal(2), Predictions::probabilities, {2}},
    {"focal of gamma 0.5", &LossKernels::focal, focal(0.5), Predictions::probabilities, {0.5f}},
    {"focal of gamma 0", &LossKernels::focal, focal(0), Predictions::probabilities, {0}},
    {"softmaxFocal", &LossKernels::softmaxFocal, softmaxFocal(2), Predictions::logits, {2}},
    {"softmaxFocal of gamma 0.5", &LossKernels::softmaxFocal, softmaxFocal(0.5), Predictions::logits, {0.5f}},
    {"softmaxFocal of gamma 0", &LossKernels::softmaxFocal, softmaxFocal(0), Predictions::logits, {0}},
    {"binaryFocal",
     &LossKernels::binaryFocal,
     binaryFocal(2, 0.25, 0.75),
     Predictions::probabilities,
     {2, 0.25f, 0.75f}},
    {"binaryFocal of gamma 0.5",
     &LossKernels::binaryFocal,
     binaryFocal(0.5, 1, 1),
     Predictions::probabilities,
     {0.5f, 1, 1}},
    {"binaryFocal of gamma 0", &LossKernels::binaryFocal, binaryFocal(0, 1, 1), Predictions::probabilities, {0, 1, 1}},
    {"sigmoidFocal", &LossKernels::sigmoidFocal, sigmoidFocal(2, 0.25, 0.75), Predictions::logits, {2, 0.25f, 0.75f}},
    {"sigmoidFocal of gamma 0.5",
     &LossKernels::sigmoidFocal,
     sigmoidFocal(0.5, 1, 1),
     Predictions::logits,
     {0.5f, 1, 1}},
    {"sigmoidFocal of gamma 0", &LossKernels::sigmoidFocal, sigmoidFocal(0, 1, 1), Predictions::logits, {0, 1, 1}},
    {"hinge", &LossKernels::hinge, {hinge, hingeGrad}, Predictions::anything},
    {"categoricalHinge",
     &LossKernels::categoricalHinge,
     {categoricalHinge, categoricalHingeGrad},
     Predictions::anything},
    {"projection", &LossKernels::projection, {projection, projectionGrad}, Predictions::anything},
};

// A case's geometry: with the loss's constants.
LossGeometry geometryOf(const Case& loss, int32_t classes, int32_t labels, float divisor) {
  LossGeometry g = {classes, labels, divisor, {}, 0};
  std::copy(loss.constants.begin(), loss.constants.end(), g.constants);
  return g;
}

float drawPrediction(RandomNumbers& random, Predictions kind, bool extreme) {
  switch (kind) {
    case Predictions::anything: return random.real(-3, 3);
    case Predictions::probabilities:
      if (!extreme) return random.real(0.01f, 0.99f);
      switch (random.whole(0, 4)) {
        case 0: return 0.0f;
        case 1: return 1.0f;
        case 2: return 1e-40f;
        case 3: return 1e-20f;
        default: return random.real(0, 1);
      }
    case Predictions::logits: break;
  }
  if (!extreme) return random.real(-4, 4);
  switch (random.whole(0, 4)) {
    case 0: return 1e4f;
    case 1: return -1e4f;
    case 2: return 0.0f;
    default: return random.real(-90, 90);
  }
}

// A slice whose last lanes have no sample: NaN in their predictions must not show in any gradient.
struct Data {
  std::vector<float> predictions, targets, scale;
};

Data draw(const Case& loss, const LossGeometry& g, bool extreme, uint64_t seed) {
  RandomNumbers random(seed);
  const int64_t used = random.whole(1, kSliceSamples);
  Data data;
  for (int64_t i = 0; i < int64_t{g.classes} * kSliceSamples; i++) {
    const float value = drawPrediction(random, loss.predictions, extreme);
    data.predictions.push_back(i % kSliceSamples < used ? value : NAN);
  }
  for (int64_t i = 0; i < (g.labels ? 1 : g.classes) * int64_t{kSliceSamples}; i++) {
    // Shares of 0 and 1 are cases of their own in most losses.
    const int64_t drawn = random.whole(0, 3);
    const float value = drawn == 0 ? 0.0f : drawn == 1 ? 1.0f : random.real(0, 1);
    data.targets.push_back(g.labels ? static_cast<float>(random.whole(0, g.classes - 1)) : value);
  }
  for (int64_t n = 0; n < kSliceSamples; n++) data.scale.push_back(n < used ? random.real(0.01f, 1) : 0.0f);
  return data;
}

Row columnOf(const std::vector<float>& rows, size_t lane) {
  Row column;
  for (size_t at = lane; at < rows.size(); at += kSliceSamples) column.push_back(rows[at]);
  return column;
}

Row targetsOf(const LossGeometry& g, const std::vector<float>& targets, size_t lane) {
  if (!g.labels) return columnOf(targets, lane);
  Row oneHot(static_cast<size_t>(g.classes), 0);
  oneHot[static_cast<size_t>(targets[lane])] = 1;
  return oneHot;
}

void check(const Case& loss, const LossGeometry& g, bool extreme, uint64_t seed) {
  INFO(std::string(loss.name), " over ", g.classes, " classes, labels ", g.labels, ", divisor ", g.divisor, ", seed ",
       seed);
  const Data data = draw(loss, g, extreme, seed);
  std::vector<Expected> losses(kSliceSamples);
  std::vector<Expected> gradient(data.predictions.size());
  for (size_t n = 0; n < kSliceSamples; n++) {
    const bool used = data.scale[n] != 0;
    const Row y = columnOf(data.predictions, n);
    const Row t = targetsOf(g, data.targets, n);
    if (!used) continue;
    losses[n] = loss.formula.loss(y, t);
    losses[n].value /= g.divisor;
    losses[n].magnitude /= g.divisor;
    const std::vector<Expected> column = loss.formula.gradient(y, t);
    for (size_t k = 0; k < y.size(); k++) {
      gradient[k * kSliceSamples + n] = {column[k].value * data.scale[n], column[k].magnitude * data.scale[n]};
    }
  }
  const Input<float> predictions(data.predictions);
  const Input<float> targets(data.targets);
  const Input<float> scale(data.scale);
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    const LossPair& pair = kernels.loss->*loss.pair;
    Output<float> lossOutput(kSliceSamples);
    Output<float> gradientOutput(static_cast<int64_t>(data.predictions.size()));
    pair.loss(g, predictions.data(), targets.data(), lossOutput.data());
    pair.gradient(g, predictions.data(), targets.data(), scale.data(), gradientOutput.data());
    std::vector<float> bits = lossOutput.values();
    std::vector<float> ofSamples = bits;
    for (size_t n = 0; n < kSliceSamples; n++) {
      if (data.scale[n] == 0) ofSamples[n] = 0;
    }
    expectClose("loss", ofSamples, losses, lossTerms(g.classes));
    expectClose("gradient", gradientOutput.values(), gradient, lossTerms(g.classes));
    append(bits, gradientOutput.values());
    return bits;
  });
}

}  // namespace

TEST_CASE("losses: every number of classes, targets as labels and as values") {
  for (const Case& loss : kCases) {
    for (const int32_t classes : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 100}) {
      // Of a single class, nothing is left for the others: the logarithm of their share is infinite.
      if (classes == 1 && loss.pair == &LossKernels::softmaxLogisticError) continue;
      for (const int32_t labels : {0, 1}) {
        for (const float divisor : {1.0f, static_cast<float>(classes)}) {
          for (uint64_t seed = 1; seed <= 4; seed++)
            check(loss, geometryOf(loss, classes, labels, divisor), false, seed);
        }
      }
    }
  }
}

TEST_CASE("losses: logits of 10,000 and -10,000, probabilities of 0 and 1") {
  for (const Case& loss : kCases) {
    for (const int32_t classes : {2, 3, 10, 17}) {
      for (const int32_t labels : {0, 1}) {
        for (uint64_t seed = 1; seed <= 25; seed++) check(loss, geometryOf(loss, classes, labels, 1), true, seed);
      }
    }
  }
}

TEST_CASE("losses: NaN in a sample makes its loss NaN, and no other's") {
  for (const Case& loss : kCases) {
    INFO(std::string(loss.name));
    const LossGeometry g = geometryOf(loss, 5, 0, 1);
    for (size_t lane = 0; lane < kSliceSamples; lane++) {
      Data data = draw(loss, g, false, 5);
      for (size_t i = 0; i < data.predictions.size(); i++) {
        if (isnan(data.predictions[i])) data.predictions[i] = 0.5f;
      }
      data.predictions[2 * kSliceSamples + lane] = NAN;
      const Input<float> predictions(data.predictions);
      const Input<float> targets(data.targets);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> losses(kSliceSamples);
        (kernels.loss->*loss.pair).loss(g, predictions.data(), targets.data(), losses.data());
        for (size_t n = 0; n < kSliceSamples; n++) {
          if (isnan(losses.data()[n]) != (n == lane))
            FAIL_CHECK("NaN in lane " << lane << ": " << losses.data()[n] << " in " << n);
        }
        return losses.values();
      });
    }
  }
}

TEST_CASE("negativeEntropy: shares of 0 and 1 add nothing, class numbers neither") {
  for (int32_t classes = 1; classes <= 40; classes++) {
    for (const int32_t labels : {0, 1}) {
      INFO(classes, " classes, labels ", labels);
      const LossGeometry g = {classes, labels, 2, {}, 0};
      const Data data = draw(kCases[0], g, false, static_cast<uint64_t>(classes));
      std::vector<Expected> expected;
      for (size_t n = 0; n < kSliceSamples; n++) {
        Expected sum;
        for (const double t : targetsOf(g, data.targets, n)) sum.add(t == 0 ? 0 : t * ::log(t) / 2);
        expected.push_back(sum);
      }
      const Input<float> targets(data.targets);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> entropies(kSliceSamples);
        kernels.loss->negativeEntropy(g, targets.data(), entropies.data());
        expectClose("entropy", entropies.values(), expected, lossTerms(classes));
        return entropies.values();
      });
    }
  }
}

TEST_CASE("classTargets: smoothed, and weighted by class") {
  for (int32_t classes = 1; classes <= 20; classes++) {
    for (const int32_t labels : {0, 1}) {
      for (const bool weighted : {false, true}) {
        INFO(classes, " classes, labels ", labels, ", weighted ", weighted);
        const Data data = draw(kCases[0], {classes, labels, 1, {}, 0}, false, static_cast<uint64_t>(classes));
        Row weights;
        for (int32_t k = 0; k < classes; k++) weights.push_back(0.5 * k);
        const ClassTargetsGeometry g = {classes, labels, 0.75f, 0.125f, weighted ? weights.data() : nullptr};
        std::vector<Expected> expected(static_cast<size_t>(classes) * kSliceSamples);
        for (size_t n = 0; n < kSliceSamples; n++) {
          const Row t = targetsOf({classes, labels, 1, {}, 0}, data.targets, n);
          for (size_t k = 0; k < t.size(); k++) {
            expected[k * kSliceSamples + n].add((weighted ? weights[k] : 1) * (0.75 * t[k] + 0.125));
          }
        }
        const Input<float> targets(data.targets);
        onEverySet([&](const KernelTable& kernels, InstructionSet) {
          Output<float> rows(int64_t{classes} * kSliceSamples);
          kernels.loss->classTargets(g, targets.data(), rows.data());
          expectClose("rows", rows.values(), expected, elementwise());
          return rows.values();
        });
      }
    }
  }
}

TEST_CASE("correct: the first of equal predictions counts, and of one whether it is above 0.5") {
  for (int32_t classes = 1; classes <= 20; classes++) {
    for (const int32_t labels : {0, 1}) {
      for (uint64_t seed = 1; seed <= 5; seed++) {
        INFO(classes, " classes, labels ", labels, ", seed ", seed);
        RandomNumbers random(seed * 100 + static_cast<uint64_t>(classes));
        const std::vector<float> predicted = randomWholes(random, int64_t{classes} * kSliceSamples);
        std::vector<float> wanted = randomWholes(random, int64_t{classes} * kSliceSamples);
        const auto first = [labels](const Row& row) {
          if (row.size() == 1 && !labels) return std::ptrdiff_t{row[0] > 0.5};
          return std::max_element(row.begin(), row.end()) - row.begin();
        };
        std::vector<float> labelRow;
        std::vector<float> expected;
        for (size_t n = 0; n < kSliceSamples; n++) {
          labelRow.push_back(static_cast<float>(random.whole(0, classes - 1)));
          const auto target = labels ? static_cast<int64_t>(labelRow[n]) : first(columnOf(wanted, n));
          expected.push_back(first(columnOf(predicted, n)) == target ? 1.0f : 0.0f);
        }
        const Input<float> predictions(predicted);
        const Input<float> targets(labels ? labelRow : wanted);
        onEverySet([&](const KernelTable& kernels, InstructionSet) {
          Output<float> correct(kSliceSamples);
          kernels.loss->correct({classes, labels, 1, {}, 0}, predictions.data(), targets.data(), correct.data());
          CHECK(sameBits(correct.values(), expected));
          return correct.values();
        });
      }
    }
  }
}

TEST_CASE("sumLanes: lanes 8 apart, then 4, 2 and 1") {
  for (uint64_t seed = 1; seed <= 1000; seed++) {
    RandomNumbers random(seed);
    const std::vector<float> values = randomReals(random, kSliceSamples);
    std::vector<float> lanes = values;
    for (size_t apart = 8; apart >= 1; apart /= 2) {
      for (size_t n = 0; n < apart; n++) lanes[n] += lanes[n + apart];
    }
    const Input<float> input(values);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      const std::vector<float> sum = {kernels.loss->sumLanes(input.data())};
      CHECK(sum[0] == lanes[0]);
      return sum;
    });
  }
}

}  // namespace laminet::testing
