// Every loss and its gradient against the formulas of lib/ops/loss.ts in double precision.
#include "kernels/loss/loss.h"

#include <doctest/doctest.h>
#include <math.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

using Row = std::vector<double>;

// What a loss is for one sample: its value, and its derivative by each prediction.
struct Formula {
  Expected (*loss)(const Row& y, const Row& t);
  std::vector<Expected> (*gradient)(const Row& y, const Row& t);
};

enum class Predictions { anything, probabilities, logits };

struct Case {
  const char* name;
  LossPair LossKernels::*pair;
  Formula formula;
  Predictions predictions;
};

constexpr double kLeastLog = -100;
constexpr double kLeastDivisor = 1e-12f;

// The sum of term(y[k], t[k]).
template <class Term>
Expected sumOf(const Row& y, const Row& t, Term term) {
  Expected sum;
  for (size_t k = 0; k < y.size(); k++) {
    const Expected part = term(y[k], t[k]);
    sum.value += part.value;
    sum.magnitude += part.magnitude;
  }
  return sum;
}

template <class Term>
std::vector<Expected> eachOf(const Row& y, const Row& t, Term term) {
  std::vector<Expected> result;
  for (size_t k = 0; k < y.size(); k++) result.push_back(term(y[k], t[k]));
  return result;
}

Expected squaredError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {(a - b) * (a - b) / 2, (a - b) * (a - b) / 2}; });
}
std::vector<Expected> squaredErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double a, double b) -> Expected { return {a - b, fabs(a - b)}; });
}

double boundedLog(double p) { return fmax(::log(p), kLeastLog); }

Expected crossEntropy(const Row& y, const Row& t) {
  return sumOf(y, t, [](double p, double q) -> Expected {
    const double term = q == 0 ? 0 : -q * boundedLog(p);
    return {term, fabs(term)};
  });
}
std::vector<Expected> crossEntropyGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double p, double q) -> Expected {
    const double term = -q / fmax(p, kLeastDivisor);
    return {term, fabs(term)};
  });
}

Expected logisticError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double p, double q) -> Expected {
    const double hit = q == 0 ? 0 : q * boundedLog(p);
    const double miss = q == 1 ? 0 : (1 - q) * boundedLog(1 - p);
    // 1 - p is rounded before its logarithm is taken.
    return {-hit - miss, fabs(hit) + fabs(miss) + fabs(1 - q)};
  });
}
std::vector<Expected> logisticErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double p, double q) -> Expected {
    const double term = (p - q) / fmax(p * (1 - p), kLeastDivisor);
    return {term, fabs(term)};
  });
}

double sigmoid(double z) { return z >= 0 ? 1 / (1 + ::exp(-z)) : ::exp(z) / (1 + ::exp(z)); }

Expected sigmoidLogisticError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double z, double q) -> Expected {
    return {fmax(z, 0) - z * q + ::log1p(::exp(-fabs(z))), fabs(z) + fabs(z * q) + 1};
  });
}
std::vector<Expected> sigmoidLogisticErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double z, double q) -> Expected { return {sigmoid(z) - q, sigmoid(z) * (1 + fabs(z)) + q}; });
}

Expected projection(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {a * b, fabs(a * b)}; });
}
std::vector<Expected> projectionGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double, double b) -> Expected { return {b, fabs(b)}; });
}

// log of the sum of exp(z[j]) over all j but `without`; -infinity over none.
double logSum(const Row& z, size_t without) {
  double most = -INFINITY;
  for (size_t j = 0; j < z.size(); j++) {
    if (j != without) most = fmax(most, z[j]);
  }
  if (most == -INFINITY) return most;
  double sum = 0;
  for (size_t j = 0; j < z.size(); j++) {
    if (j != without) sum += ::exp(z[j] - most);
  }
  return most + ::log(sum);
}

constexpr size_t kNone = ~size_t{0};

// How much the rounding of differences of logits counts: their largest size.
double spread(const Row& z) { return *std::max_element(z.begin(), z.end()) - *std::min_element(z.begin(), z.end()); }

Expected softmaxCrossEntropy(const Row& z, const Row& t) {
  const double all = logSum(z, kNone);
  const double most = *std::max_element(z.begin(), z.end());
  return sumOf(z, t, [&](double a, double q) -> Expected {
    return {q * (all - a), q * (most - a + (all - most) + 1)};
  });
}
std::vector<Expected> softmaxCrossEntropyGrad(const Row& z, const Row& t) {
  const double all = logSum(z, kNone);
  const double most = *std::max_element(z.begin(), z.end());
  double total = 0;
  for (const double q : t) total += q;
  return eachOf(z, t, [&](double a, double q) -> Expected {
    const double p = ::exp(a - all);
    return {p * total - q, p * total * (1 + most - a) + q};
  });
}

// -t log p - (1 - t) log(1 - p), both logarithms from sums over logits, never from p.
Expected softmaxLogisticError(const Row& z, const Row& t) {
  const double all = logSum(z, kNone);
  Expected sum;
  for (size_t k = 0; k < z.size(); k++) {
    const double logP = z[k] - all;
    const double logRest = logSum(z, k) - all;
    const double hit = t[k] == 0 ? 0 : t[k] * logP;
    const double miss = t[k] == 1 ? 0 : (1 - t[k]) * logRest;
    sum.value -= hit + miss;
    sum.magnitude += fabs(hit) + fabs(miss) + 2;
  }
  return sum;
}

// d log p[k] / dz[i] = [i = k] - p[i]; d log(1 - p[k]) / dz[i] = [i != k] r[i] - p[i], with r the softmax over all but
// k.
std::vector<Expected> softmaxLogisticErrorGrad(const Row& z, const Row& t) {
  const double all = logSum(z, kNone);
  std::vector<Expected> result(z.size());
  for (size_t k = 0; k < z.size(); k++) {
    const double rest = logSum(z, k);
    for (size_t i = 0; i < z.size(); i++) {
      const double p = ::exp(z[i] - all);
      if (i == k) {
        // 1 - p from the other classes, else nothing would be left of a p near 1.
        result[i].value -= t[k] * ::exp(rest - all);
        result[i].value += (1 - t[k]) * p;
      } else {
        const double other = ::exp(z[i] - rest);
        result[i].value += t[k] * p;
        result[i].value -= (1 - t[k]) * (other - p);
        result[i].magnitude += (1 - t[k]) * other;
      }
      result[i].magnitude += t[k] + p;
    }
  }
  // Differences of logits within the reach of exp are rounded to units of up to 64.
  const double blur = 1 + fmin(spread(z), 104);
  for (Expected& element : result) element.magnitude *= blur;
  return result;
}

const Case kCases[] = {
    {"squaredError", &LossKernels::squaredError, {squaredError, squaredErrorGrad}, Predictions::anything},
    {"crossEntropy", &LossKernels::crossEntropy, {crossEntropy, crossEntropyGrad}, Predictions::probabilities},
    {"softmaxCrossEntropy",
     &LossKernels::softmaxCrossEntropy,
     {softmaxCrossEntropy, softmaxCrossEntropyGrad},
     Predictions::logits},
    {"logisticError", &LossKernels::logisticError, {logisticError, logisticErrorGrad}, Predictions::probabilities},
    {"sigmoidLogisticError",
     &LossKernels::sigmoidLogisticError,
     {sigmoidLogisticError, sigmoidLogisticErrorGrad},
     Predictions::logits},
    {"softmaxLogisticError",
     &LossKernels::softmaxLogisticError,
     {softmaxLogisticError, softmaxLogisticErrorGrad},
     Predictions::logits},
    {"projection", &LossKernels::projection, {projection, projectionGrad}, Predictions::anything},
};

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
          for (uint64_t seed = 1; seed <= 4; seed++) check(loss, {classes, labels, divisor}, false, seed);
        }
      }
    }
  }
}

TEST_CASE("losses: logits of 10,000 and -10,000, probabilities of 0 and 1") {
  for (const Case& loss : kCases) {
    for (const int32_t classes : {2, 3, 10, 17}) {
      for (const int32_t labels : {0, 1}) {
        for (uint64_t seed = 1; seed <= 25; seed++) check(loss, {classes, labels, 1}, true, seed);
      }
    }
  }
}

TEST_CASE("losses: NaN in a sample makes its loss NaN, and no other's") {
  for (const Case& loss : kCases) {
    INFO(std::string(loss.name));
    const LossGeometry g = {5, 0, 1};
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
          kernels.loss->correct({classes, labels, 1}, predictions.data(), targets.data(), correct.data());
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
