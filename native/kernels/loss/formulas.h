// The losses of lib/ops/loss.ts and their gradients in double precision, with the magnitudes that rounding errors scale
// with.
#pragma once
#include <math.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "testing/tolerance.h"

namespace laminet::testing {

using Row = std::vector<double>;

// What a loss is for one sample: its value, and its derivative by each prediction.
struct Formula {
  std::function<Expected(const Row& y, const Row& t)> loss;
  std::function<std::vector<Expected>(const Row& y, const Row& t)> gradient;
};

constexpr double kLeastLog = -100;
constexpr double kLeastDivisor = 1e-12f;

// The sum of term(y[k], t[k]).
template <class Term>
inline Expected sumOf(const Row& y, const Row& t, Term term) {
  Expected sum;
  for (size_t k = 0; k < y.size(); k++) {
    const Expected part = term(y[k], t[k]);
    sum.value += part.value;
    sum.magnitude += part.magnitude;
  }
  return sum;
}

template <class Term>
inline std::vector<Expected> eachOf(const Row& y, const Row& t, Term term) {
  std::vector<Expected> result;
  for (size_t k = 0; k < y.size(); k++) result.push_back(term(y[k], t[k]));
  return result;
}

inline Expected squaredError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {(a - b) * (a - b) / 2, (a - b) * (a - b) / 2}; });
}
inline std::vector<Expected> squaredErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double a, double b) -> Expected { return {a - b, fabs(a - b)}; });
}

inline double boundedLog(double p) { return fmax(::log(p), kLeastLog); }

inline Expected crossEntropy(const Row& y, const Row& t) {
  return sumOf(y, t, [](double p, double q) -> Expected {
    const double term = q == 0 ? 0 : -q * boundedLog(p);
    return {term, fabs(term)};
  });
}
inline std::vector<Expected> crossEntropyGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double p, double q) -> Expected {
    const double term = -q / fmax(p, kLeastDivisor);
    return {term, fabs(term)};
  });
}

inline Expected logisticError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double p, double q) -> Expected {
    const double hit = q == 0 ? 0 : q * boundedLog(p);
    const double miss = q == 1 ? 0 : (1 - q) * boundedLog(1 - p);
    // 1 - p is rounded before its logarithm is taken.
    return {-hit - miss, fabs(hit) + fabs(miss) + fabs(1 - q)};
  });
}
inline std::vector<Expected> logisticErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double p, double q) -> Expected {
    const double term = (p - q) / fmax(p * (1 - p), kLeastDivisor);
    return {term, fabs(term)};
  });
}

inline double sigmoid(double z) { return z >= 0 ? 1 / (1 + ::exp(-z)) : ::exp(z) / (1 + ::exp(z)); }

inline Expected sigmoidLogisticError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double z, double q) -> Expected {
    return {fmax(z, 0) - z * q + ::log1p(::exp(-fabs(z))), fabs(z) + fabs(z * q) + 1};
  });
}
inline std::vector<Expected> sigmoidLogisticErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double z, double q) -> Expected { return {sigmoid(z) - q, sigmoid(z) * (1 + fabs(z)) + q}; });
}

inline Expected projection(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {a * b, fabs(a * b)}; });
}
inline std::vector<Expected> projectionGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double, double b) -> Expected { return {b, fabs(b)}; });
}

// log of the sum of exp(z[j]) over all j but `without`; -infinity over none.
inline double logSum(const Row& z, size_t without) {
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
inline double spread(const Row& z) {
  return *std::max_element(z.begin(), z.end()) - *std::min_element(z.begin(), z.end());
}

inline Expected softmaxCrossEntropy(const Row& z, const Row& t) {
  const double all = logSum(z, kNone);
  const double most = *std::max_element(z.begin(), z.end());
  return sumOf(z, t, [&](double a, double q) -> Expected {
    return {q * (all - a), q * (most - a + (all - most) + 1)};
  });
}
inline std::vector<Expected> softmaxCrossEntropyGrad(const Row& z, const Row& t) {
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
inline Expected softmaxLogisticError(const Row& z, const Row& t) {
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
inline std::vector<Expected> softmaxLogisticErrorGrad(const Row& z, const Row& t) {
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

inline Expected absoluteError(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {fabs(a - b), fabs(a - b)}; });
}
inline std::vector<Expected> absoluteErrorGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double a, double b) -> Expected { return {a > b ? 1.0 : a < b ? -1.0 : 0.0, 0}; });
}

inline Formula huber(double delta) {
  return {
      [=](const Row& y, const Row& t) {
        return sumOf(y, t, [=](double a, double b) -> Expected {
          const double error = fabs(a - b);
          return {error <= delta ? error * error / 2 : delta * (error - delta / 2), (error + delta) * (error + delta)};
        });
      },
      [=](const Row& y, const Row& t) {
        return eachOf(y, t, [=](double a, double b) -> Expected {
          return {fmin(fmax(a - b, -delta), delta), fabs(a - b)};
        });
      }};
}

inline Expected negativeLogLikelihood(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {-a * b, fabs(a * b)}; });
}
inline std::vector<Expected> negativeLogLikelihoodGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double, double b) -> Expected { return {-b, fabs(b)}; });
}

inline double sideOf(double t) { return t > 0 ? 1 : -1; }

inline Expected hinge(const Row& y, const Row& t) {
  return sumOf(y, t, [](double a, double b) -> Expected { return {fmax(0, 1 - sideOf(b) * a), 1 + fabs(a)}; });
}
inline std::vector<Expected> hingeGrad(const Row& y, const Row& t) {
  return eachOf(y, t, [](double a, double b) -> Expected { return {1 - sideOf(b) * a >= 0 ? -sideOf(b) : 0, 0}; });
}

struct Rival {
  size_t place = 0;
  double margin = 1;
  double magnitude = 1;
};

inline Rival rivalOf(const Row& y, const Row& t) {
  Rival rival;
  const auto strength = [&](size_t k) { return (1 - t[k]) * y[k]; };
  for (size_t k = 0; k < y.size(); k++) {
    if (strength(k) > strength(rival.place)) rival.place = k;
    rival.margin -= t[k] * y[k];
    rival.magnitude += fabs(y[k]);
  }
  rival.margin += strength(rival.place);
  return rival;
}

inline Expected categoricalHinge(const Row& y, const Row& t) {
  const Rival rival = rivalOf(y, t);
  return {fmax(0, rival.margin), rival.magnitude};
}
inline std::vector<Expected> categoricalHingeGrad(const Row& y, const Row& t) {
  const Rival rival = rivalOf(y, t);
  std::vector<Expected> result;
  for (size_t k = 0; k < y.size(); k++) {
    const double pull = (k == rival.place ? 1 - t[k] : 0) - t[k];
    result.push_back({rival.margin >= 0 ? pull : 0, 1});
  }
  return result;
}

}  // namespace laminet::testing
