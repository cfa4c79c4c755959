// The sums over slots and the parameters' change. The order of every addition is promised, so results must be exact.
#include "kernels/update/update.h"

#include <doctest/doctest.h>
#include <math.h>

#include <memory>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

// Every tail of every vector, and both sides of the chunks in which slots are summed.
std::vector<int64_t> counts() {
  std::vector<int64_t> all;
  for (int64_t count = 0; count <= 40; count++) all.push_back(count);
  for (const int64_t count : {511, 512, 513, 1024, 1040, 1100}) all.push_back(count);
  return all;
}

// The sum of slots [begin, begin + span) by the tree: neighbours first, a slot without a neighbour as it is.
float treeSum(const std::vector<float>& slots, int64_t stride, int64_t element, size_t begin, size_t span,
              size_t count) {
  if (span == 1) return slots[begin * stride + element];
  const float left = treeSum(slots, stride, element, begin, span / 2, count);
  if (begin + span / 2 >= count) return left;
  return left + treeSum(slots, stride, element, begin + span / 2, span / 2, count);
}

constexpr UpdateGeometry kPlain{};

UpdateArguments sgdOf(int64_t count, double rate, const float* gradients, float* weights) {
  return {count, gradients, weights, {}, &kPlain, rate, nullptr};
}

// Each optimizer in double precision, as lib/backends/reference/update.ts has it.
double toMean(double* state, double share, double value) {
  *state = share * *state + (1 - share) * value;
  return *state;
}

using Reference = double (*)(const double* constants, const double* factors, double rate, double g, double* s);

struct OptimizerCase {
  const char* name;
  void (*UpdateKernels::*kernel)(const UpdateArguments&);
  int slots;
  double constants[kMostConstants];
  double factors[3];
  // What the weight loses.
  Reference loses;
};

const OptimizerCase kOptimizers[] = {
    {"sgd",
     &UpdateKernels::sgd,
     0,
     {},
     {},
     [](const double*, const double*, double rate, double g, double*) { return rate * g; }},
    {"momentum",
     &UpdateKernels::momentum,
     1,
     {0.9, 0},
     {},
     [](const double* c, const double*, double rate, double g, double* s) { return rate * (s[0] = c[0] * s[0] + g); }},
    {"nesterov",
     &UpdateKernels::momentum,
     1,
     {0.9, 1},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       s[0] = c[0] * s[0] + g;
       return rate * (g + c[0] * s[0]);
     }},
    {"adagrad",
     &UpdateKernels::adagrad,
     1,
     {1e-3},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       s[0] += g * g;
       return rate * g / (sqrt(s[0]) + c[0]);
     }},
    {"adadelta",
     &UpdateKernels::adadelta,
     2,
     {0.9, 1e-6},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       const double square = toMean(&s[0], c[0], g * g);
       const double step = sqrt(s[1] + c[1]) / sqrt(square + c[1]) * g;
       toMean(&s[1], c[0], step * step);
       return rate * step;
     }},
    {"adam",
     &UpdateKernels::adam,
     2,
     {0.9, 0.99, 1e-3, 0},
     {0.02, 0.3},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[0], c[0], g);
       toMean(&s[1], c[1], g * g);
       return rate * f[0] * s[0] / (sqrt(s[1]) + c[2] * f[1]);
     }},
    {"amsgrad",
     &UpdateKernels::adam,
     3,
     {0.9, 0.99, 1e-3, 1},
     {0.02, 0.3},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[0], c[0], g);
       toMean(&s[1], c[1], g * g);
       s[2] = fmax(s[2], s[1]);
       return rate * f[0] * s[0] / (sqrt(s[2]) + c[2] * f[1]);
     }},
    {"adamax",
     &UpdateKernels::adamax,
     2,
     {0.9, 0.99, 1e-3},
     {0.02},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[0], c[0], g);
       s[1] = fmax(c[1] * s[1], fabs(g) + c[2]);
       return rate * f[0] * s[0] / s[1];
     }},
    {"nadam",
     &UpdateKernels::nadam,
     2,
     {0.9, 0.99, 1e-3},
     {0.02, 0.03, 0.3},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[0], c[0], g);
       toMean(&s[1], c[1], g * g);
       return rate * (f[0] * g + f[1] * s[0]) / (sqrt(s[1]) + c[2] * f[2]);
     }},
    {"radam, dividing",
     &UpdateKernels::radam,
     2,
     {0.9, 0.99, 1e-3},
     {0.02, 1},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[0], c[0], g);
       toMean(&s[1], c[1], g * g);
       return rate * f[0] * s[0] / (sqrt(s[1]) + c[2]);
     }},
    {"radam, not dividing",
     &UpdateKernels::radam,
     2,
     {0.9, 0.99, 1e-3},
     {0.02, 0},
     [](const double* c, const double* f, double rate, double g, double* s) {
       toMean(&s[1], c[1], g * g);
       return rate * f[0] * toMean(&s[0], c[0], g);
     }},
    {"rmsprop",
     &UpdateKernels::rmsprop,
     1,
     {0.9, 1e-3, 0, 0},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       return rate * g / (sqrt(toMean(&s[0], c[0], g * g)) + c[1]);
     }},
    {"rmsprop with momentum",
     &UpdateKernels::rmsprop,
     2,
     {0.9, 1e-3, 0.5, 0},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       s[1] = c[2] * s[1] + g / (sqrt(toMean(&s[0], c[0], g * g)) + c[1]);
       return rate * s[1];
     }},
    {"rmsprop, centered, with momentum",
     &UpdateKernels::rmsprop,
     3,
     {0.9, 1e-3, 0.5, 1},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       const double square = toMean(&s[0], c[0], g * g);
       const double mean = toMean(&s[1], c[0], g);
       s[2] = c[2] * s[2] + g / (sqrt(square - mean * mean) + c[1]);
       return rate * s[2];
     }},
    {"lion",
     &UpdateKernels::lion,
     1,
     {0.9, 0.99},
     {},
     [](const double* c, const double*, double rate, double g, double* s) {
       const double direction = c[0] * s[0] + (1 - c[0]) * g;
       toMean(&s[0], c[1], g);
       return direction > 0 ? rate : direction < 0 ? -rate : 0;
     }},
};

void fill(Output<float>& buffer, const std::vector<float>& values) {
  if (!values.empty()) memcpy(buffer.data(), values.data(), buffer.bytes());
}

}  // namespace

TEST_CASE("sumSlots: the tree over every number of slots, for every tail") {
  for (const int64_t count : counts()) {
    for (int32_t slots = 1; slots <= 17; slots++) {
      for (const int64_t gap : {0, 3}) {
        INFO(slots, " slots of ", count, ", ", gap, " apart");
        const int64_t stride = count + gap;
        RandomNumbers random(static_cast<uint64_t>(count * 64 + slots));
        const std::vector<float> before = randomReals(random, stride * slots);
        std::vector<float> expected;
        for (int64_t i = 0; i < count; i++) {
          expected.push_back(treeSum(before, stride, i, 0, 32, static_cast<size_t>(slots)));
        }
        onEverySet([&](const KernelTable& kernels, InstructionSet) {
          Output<float> all(stride * slots);
          fill(all, before);
          kernels.update->sumSlots(all.data(), stride, slots, count);
          const std::vector<float> after = all.values();
          std::vector<float> sums(after.begin(), after.begin() + count);
          CHECK(sameBits(sums, expected));
          // What lies between the slots belongs to other parameters.
          bool same = true;
          for (int64_t i = 0; i < stride * slots; i++) same = same && (i % stride < count || after[i] == before[i]);
          CHECK(same);
          return sums;
        });
      }
    }
  }
}

TEST_CASE("add and sgd: every tail is rounded as whole vectors are") {
  for (const int64_t count : counts()) {
    INFO(count, " numbers");
    RandomNumbers random(static_cast<uint64_t>(count) + 1);
    const std::vector<float> start = randomReals(random, count);
    const std::vector<float> change = randomReals(random, count);
    const Input<float> from(change);
    onEverySet([&](const KernelTable& kernels, InstructionSet set) {
      std::vector<float> sums;
      std::vector<float> updated;
      constexpr float kRate = 0.037f;
      for (int64_t i = 0; i < count; i++) {
        sums.push_back(start[i] + change[i]);
        const float product = kRate * change[i];
        updated.push_back(isFused(set) ? fmaf(-kRate, change[i], start[i]) : start[i] - product);
      }
      Output<float> to(count);
      fill(to, start);
      kernels.update->add(count, from.data(), to.data());
      CHECK(sameBits(to.values(), sums));
      Output<float> weights(count);
      fill(weights, start);
      kernels.update->sgd(sgdOf(count, kRate, from.data(), weights.data()));
      CHECK(sameBits(weights.values(), updated));
      return weights.values();
    });
  }
}

TEST_CASE("sgd: NaN and infinity go where they belong and nowhere else") {
  for (int64_t count = 1; count <= 40; count++) {
    for (int64_t place = 0; place < count; place++) {
      std::vector<float> gradients(static_cast<size_t>(count), 0.5f);
      gradients[place] = place % 2 == 0 ? NAN : -INFINITY;
      const Input<float> from(gradients);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> weights(count);
        fill(weights, std::vector<float>(static_cast<size_t>(count), 1.0f));
        kernels.update->sgd(sgdOf(count, 0.5, from.data(), weights.data()));
        for (int64_t i = 0; i < count; i++) {
          const float value = weights.data()[i];
          const bool right = i != place ? value == 0.75f : place % 2 == 0 ? isnan(value) : value == INFINITY;
          if (!right) FAIL_CHECK(count << " numbers, " << i << ": " << value);
        }
        return std::vector<float>();
      });
    }
  }
}

TEST_CASE("optimizers: weights and state, for every tail, with and without decay") {
  constexpr double kRate = 0.05;
  for (const OptimizerCase& optimizer : kOptimizers) {
    for (const bool decays : {false, true}) {
      UpdateGeometry geometry{};
      geometry.l2 = decays ? 0.1 : 0;
      geometry.weightDecay = decays ? 0.3 : 0;
      memcpy(geometry.constants, optimizer.constants, sizeof geometry.constants);
      for (const int64_t count : counts()) {
        INFO(optimizer.name, ", ", count, " numbers, decays: ", decays);
        RandomNumbers random(static_cast<uint64_t>(count) + 1);
        const std::vector<float> start = randomReals(random, count);
        const std::vector<float> change = randomReals(random, count);
        // Means of squares lie above the squares of means.
        std::vector<float> states[kMostState];
        states[0] = randomReals(random, count, 0.5f, 1.5f);
        states[1] = randomReals(random, count, 0.1f, 0.5f);
        states[2] = randomReals(random, count, 0.1f, 0.5f);
        std::vector<Expected> weights(start.size());
        std::vector<Expected> kept[kMostState];
        for (auto& state : kept) state.resize(start.size());
        for (size_t i = 0; i < start.size(); i++) {
          double state[kMostState] = {states[0][i], states[1][i], states[2][i]};
          const double g = change[i] + geometry.l2 * start[i];
          const double loss = optimizer.loses(optimizer.constants, optimizer.factors, kRate, g, state);
          weights[i].add((1 - kRate * geometry.weightDecay) * start[i]);
          weights[i].add(-loss);
          // The constants' own rounding, too.
          weights[i].magnitude += 1;
          for (int slot = 0; slot < optimizer.slots; slot++) {
            kept[slot][i].add(state[slot]);
            kept[slot][i].magnitude += 1;
          }
        }
        const Input<float> from(change);
        onEverySet([&](const KernelTable& kernels, InstructionSet) {
          Output<float> to(count);
          fill(to, start);
          std::vector<std::unique_ptr<Output<float>>> state;
          UpdateArguments arguments{count, from.data(), to.data(), {}, &geometry, kRate, optimizer.factors};
          for (int slot = 0; slot < optimizer.slots; slot++) {
            state.push_back(std::make_unique<Output<float>>(count));
            fill(*state.back(), states[slot]);
            arguments.state[slot] = state.back()->data();
          }
          (kernels.update->*optimizer.kernel)(arguments);
          std::vector<float> all = to.values();
          expectClose("weights", all, weights, elementwise());
          for (int slot = 0; slot < optimizer.slots; slot++) {
            expectClose("state", state[slot]->values(), kept[slot], elementwise());
            append(all, state[slot]->values());
          }
          return all;
        });
      }
    }
  }
}

TEST_CASE("optimizers: a gradient that is NaN stays with its weight, and none stays in hiding") {
  constexpr int64_t kCount = 37;
  for (const OptimizerCase& optimizer : kOptimizers) {
    UpdateGeometry geometry{};
    memcpy(geometry.constants, optimizer.constants, sizeof geometry.constants);
    std::vector<float> gradients(kCount, 0.5f);
    gradients[5] = gradients[36] = NAN;
    const Input<float> from(gradients);
    onEverySet([&](const KernelTable& kernels, InstructionSet) {
      Output<float> weights(kCount);
      fill(weights, std::vector<float>(kCount, 1.0f));
      std::vector<float> state(kMostState * kCount, 0.25f);
      const UpdateArguments arguments{
          kCount,    from.data(), weights.data(),   {&state[0], &state[kCount], &state[2 * kCount]},
          &geometry, 0.05,        optimizer.factors};
      (kernels.update->*optimizer.kernel)(arguments);
      for (int64_t i = 0; i < kCount; i++) {
        const bool isNumber = !isnan(weights.data()[i]);
        if (isNumber == (i == 5 || i == 36)) FAIL_CHECK(optimizer.name << " at " << i << ": " << weights.data()[i]);
      }
      return std::vector<float>();
    });
  }
}

}  // namespace laminet::testing
