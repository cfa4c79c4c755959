// The focal losses, as formulas.h has the others.
#pragma once
#include "kernels/loss/formulas.h"

namespace laminet::testing {

// How much a power of a number counts whose relative error is `blur` units: more, the smaller the number is.
inline double blurOfPower(double gamma, double base, double blur = 1) {
  return 1 + gamma * (blur + fabs(::log(fmax(base, 1e-300))));
}

inline Formula focal(double gamma) {
  return {[=](const Row& y, const Row& t) {
            return sumOf(y, t, [=](double p, double q) -> Expected {
              const double term = q == 0 ? 0 : -q * ::pow(1 - p, gamma) * boundedLog(p);
              return {term, fabs(term) * blurOfPower(gamma, 1 - p)};
            });
          },
          [=](const Row& y, const Row& t) {
            return eachOf(y, t, [=](double p, double q) -> Expected {
              const double slope = p == 1 ? 0 : q * gamma * ::pow(1 - p, gamma - 1) * boundedLog(p);
              const double direct = q * ::pow(1 - p, gamma) / fmax(p, kLeastDivisor);
              return {slope - direct, (fabs(slope) + direct) * blurOfPower(gamma, 1 - p)};
            });
          }};
}

// Focal losses of outputs that each stand for yes or no: a q^gamma B.
inline Formula binaryFocal(double gamma, double positive, double negative) {
  struct Part {
    double q, weight, power, error, blur;
  };
  const auto partOf = [=](double p, double t) -> Part {
    const double q = p * (1 - t) + (1 - p) * t;
    const double hit = t == 0 ? 0 : t * boundedLog(p);
    const double miss = t == 1 ? 0 : (1 - t) * boundedLog(1 - p);
    return {q, t * positive + (1 - t) * negative, ::pow(q, gamma), -hit - miss, blurOfPower(gamma, q)};
  };
  return {[=](const Row& y, const Row& t) {
            return sumOf(y, t, [=](double p, double target) -> Expected {
              const Part part = partOf(p, target);
              const double share = part.weight * part.power;
              // 1 - p is rounded before its logarithm is taken.
              return {share * part.error, share * (part.error + 1 - target) * part.blur};
            });
          },
          [=](const Row& y, const Row& t) {
            return eachOf(y, t, [=](double p, double target) -> Expected {
              const Part part = partOf(p, target);
              const double direct = part.power * (p - target) / fmax(p * (1 - p), kLeastDivisor);
              const double steepness = part.q == 0 ? 0 : gamma * ::pow(part.q, gamma - 1) * (1 - 2 * target);
              const double magnitude = fabs(direct) + fabs(steepness) * (part.error + 1 - target);
              return {part.weight * (direct + steepness * part.error), part.weight * magnitude * part.blur};
            });
          }};
}

inline Formula sigmoidFocal(double gamma, double positive, double negative) {
  struct Part {
    double p, rest, q, share, error, most, blur;
  };
  const auto partOf = [=](double z, double t) -> Part {
    const double p = sigmoid(z);
    const double rest = sigmoid(-z);
    const double q = p * (1 - t) + rest * t;
    const double share = (t * positive + (1 - t) * negative) * ::pow(q, gamma);
    const double error = fmax(z, 0) - z * t + ::log1p(::exp(-fabs(z)));
    return {p, rest, q, share, error, fabs(z) + fabs(z * t) + 1, blurOfPower(gamma, q, 1 + fabs(z)) + fabs(z)};
  };
  return {[=](const Row& y, const Row& t) {
            return sumOf(y, t, [=](double z, double target) -> Expected {
              const Part part = partOf(z, target);
              return {part.share * part.error, part.share * part.most * part.blur};
            });
          },
          [=](const Row& y, const Row& t) {
            return eachOf(y, t, [=](double z, double target) -> Expected {
              const Part part = partOf(z, target);
              const double up = part.p * (1 - target);
              const double down = part.rest * target;
              const double steepness = part.q == 0 ? 0 : gamma * (1 - 2 * target) * part.p * part.rest / part.q;
              return {part.share * (up - down + steepness * part.error),
                      part.share * (up + down + fabs(steepness) * part.most) * part.blur};
            });
          }};
}

inline Formula softmaxFocal(double gamma) {
  struct Part {
    double p, rest, logP, c, blur;
  };
  const auto partsOf = [=](const Row& z, const Row& t) {
    const double all = logSum(z, kNone);
    std::vector<Part> parts;
    for (size_t k = 0; k < z.size(); k++) {
      const double rest = ::exp(logSum(z, k) - all);
      const double p = ::exp(z[k] - all);
      // Of a p near 1 the logarithm comes from what is left of it.
      const double logP = p > 0.5 ? ::log1p(-rest) : z[k] - all;
      const double ratio = rest == 0 ? -1 : logP / rest;
      const double blur = blurOfPower(gamma, rest, 1 + fmin(spread(z), 104));
      parts.push_back({p, rest, logP, t[k] * ::pow(rest, gamma) * (gamma * p * ratio - 1), blur});
    }
    return parts;
  };
  return {[=](const Row& z, const Row& t) {
            Expected sum;
            const std::vector<Part> parts = partsOf(z, t);
            for (size_t k = 0; k < z.size(); k++) {
              const double share = t[k] * ::pow(parts[k].rest, gamma);
              sum.value -= t[k] == 0 ? 0 : share * parts[k].logP;
              sum.magnitude += share * (fabs(parts[k].logP) + spread(z) + 1) * parts[k].blur;
            }
            return sum;
          },
          [=](const Row& z, const Row& t) {
            const std::vector<Part> parts = partsOf(z, t);
            double sum = 0;
            double magnitude = 0;
            for (const Part& part : parts) {
              sum += part.c;
              magnitude += fabs(part.c) * part.blur;
            }
            std::vector<Expected> result;
            for (const Part& part : parts) {
              const double blur = 1 + fmin(spread(z), 104);
              result.push_back({part.c * part.rest - part.p * (sum - part.c),
                                (fabs(part.c) * part.rest * part.blur + part.p * magnitude) * blur});
            }
            return result;
          }};
}

}  // namespace laminet::testing
