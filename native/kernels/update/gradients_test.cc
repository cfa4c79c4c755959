// Bounds, penalties, sums and averages: for every tail, and with the same bits on every instruction set.
#include <doctest/doctest.h>
#include <math.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

std::vector<int64_t> counts() {
  std::vector<int64_t> all;
  for (int64_t count = 0; count <= 50; count++) all.push_back(count);
  for (const int64_t count : {511, 1024, 1037}) all.push_back(count);
  return all;
}

void fill(Output<float>& buffer, const std::vector<float>& values) {
  if (!values.empty()) memcpy(buffer.data(), values.data(), buffer.bytes());
}

// Calls change(kernels, values) on a copy of `start` on every set, and compares what it leaves.
template <class Change>
void checkChange(const char* what, const std::vector<float>& start, const std::vector<Expected>& expected,
                 const Tolerance& tolerance, Change change) {
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> values(static_cast<int64_t>(start.size()));
    fill(values, start);
    change(*kernels.update, values.data());
    expectClose(what, values.values(), expected, tolerance);
    return values.values();
  });
}

std::vector<Expected> exactValues(const std::vector<double>& values) {
  std::vector<Expected> expected(values.size());
  for (size_t i = 0; i < values.size(); i++) expected[i].add(values[i]);
  return expected;
}

}  // namespace

TEST_CASE("clamp, scale, gather, addPenalty and average: every number, and no other") {
  for (const int64_t count : counts()) {
    INFO(count, " numbers");
    RandomNumbers random(static_cast<uint64_t>(count) + 1);
    const std::vector<float> start = randomReals(random, count);
    const std::vector<float> other = randomReals(random, count);
    const Input<float> from(other);
    const auto expect = [&](auto of) {
      std::vector<Expected> expected(start.size());
      for (size_t i = 0; i < start.size(); i++) of(expected[i], start[i], other[i]);
      return expected;
    };
    checkChange("clamp", start, expect([](Expected& e, double x, double) { e.add(fmin(fmax(x, -0.5), 0.5)); }),
                exactly(), [&](const UpdateKernels& kernels, float* values) { kernels.clamp(count, 0.5f, values); });
    checkChange("scale", start, expect([](Expected& e, double x, double) { e.add(0.3f * x); }), elementwise(),
                [&](const UpdateKernels& kernels, float* values) { kernels.scale(count, 0.3f, values); });
    checkChange(
        "gather, beginning", start, expect([](Expected& e, double, double y) { e.add(0.3f * y); }), elementwise(),
        [&](const UpdateKernels& kernels, float* values) { kernels.gather(count, 0.3f, true, from.data(), values); });
    checkChange("gather", start, expect([](Expected& e, double x, double y) {
                  e.add(x);
                  e.add(0.3f * y);
                }),
                elementwise(), [&](const UpdateKernels& kernels, float* values) {
                  kernels.gather(count, 0.3f, false, from.data(), values);
                });
    for (const double l1 : {0.0, 0.7}) {
      for (const double l2 : {0.0, 0.2}) {
        checkChange("addPenalty", start, expect([&](Expected& e, double x, double y) {
                      e.add(x);
                      e.add(l1 * (y > 0 ? 1 : y < 0 ? -1 : 0));
                      e.add(l2 * y);
                    }),
                    elementwise(), [&](const UpdateKernels& kernels, float* values) {
                      kernels.addPenalty(count, l1, l2, from.data(), values);
                    });
      }
    }
    checkChange("average", start, expect([](Expected& e, double x, double y) {
                  e.add(0.9 * x);
                  e.add(0.1 * y);
                }),
                elementwise(),
                [&](const UpdateKernels& kernels, float* values) { kernels.average(count, 0.9, from.data(), values); });
    checkChange("average, beginning", start, expect([](Expected& e, double, double y) { e.add(y); }), exactly(),
                [&](const UpdateKernels& kernels, float* values) { kernels.average(count, 0, from.data(), values); });
  }
}

TEST_CASE("clamp and addPenalty: NaN stays, the sign of 0 is 0") {
  for (int64_t count = 1; count <= 20; count++) {
    std::vector<float> values(static_cast<size_t>(count), 4.0f);
    values.back() = NAN;
    std::vector<double> bounded(values.size(), 1.0);
    bounded.back() = static_cast<double>(NAN);
    checkChange("clamp", values, exactValues(bounded), exactly(),
                [&](const UpdateKernels& kernels, float* v) { kernels.clamp(count, 1.0f, v); });
    std::vector<float> weights(static_cast<size_t>(count), -0.0f);
    weights.back() = 2.0f;
    std::vector<double> penalized(values.size(), 4.0);
    penalized.back() = 4.5;
    const Input<float> from(weights);
    checkChange("addPenalty", std::vector<float>(static_cast<size_t>(count), 4.0f), exactValues(penalized), exactly(),
                [&](const UpdateKernels& kernels, float* v) { kernels.addPenalty(count, 0.5, 0, from.data(), v); });
  }
}

TEST_CASE("squares and sizes: sums in double precision, with the same bits on every set, SSE2 too") {
  for (const int64_t count : counts()) {
    INFO(count, " numbers");
    RandomNumbers random(static_cast<uint64_t>(count) + 1);
    const std::vector<float> values = randomReals(random, count, -1e10f, 1e10f);
    // Lane by lane, and the lanes by a tree.
    double squares[16] = {};
    double sizes[16] = {};
    for (size_t i = 0; i < values.size(); i++) {
      squares[i % 16] += static_cast<double>(values[i]) * values[i];
      sizes[i % 16] += fabs(static_cast<double>(values[i]));
    }
    for (int apart = 8; apart > 0; apart /= 2) {
      for (int lane = 0; lane < apart; lane++) {
        squares[lane] += squares[lane + apart];
        sizes[lane] += sizes[lane + apart];
      }
    }
    const Input<float> from(values);
    for (const InstructionSet set : availableSets()) {
      const UpdateKernels& kernels = *kernelsFor(set).update;
      CHECK(kernels.squares(count, from.data()) == squares[0]);
      CHECK(kernels.sizes(count, from.data()) == sizes[0]);
    }
  }
}

TEST_CASE("boundRow: rows that are too long, and no others") {
  for (const int64_t columns : {1, 3, 16, 25, 150}) {
    INFO(columns, " columns");
    RandomNumbers random(static_cast<uint64_t>(columns));
    std::vector<float> start = randomReals(random, 4 * columns);
    // The second row is short, the third one of zeros.
    for (int64_t c = 0; c < columns; c++) {
      start[columns + c] *= 1e-3f;
      start[2 * columns + c] = 0;
    }
    std::vector<Expected> expected(start.size());
    for (int64_t row = 0; row < 4; row++) {
      double squares = 0;
      for (int64_t c = 0; c < columns; c++)
        squares += static_cast<double>(start[row * columns + c]) * start[row * columns + c];
      const double norm = sqrt(squares);
      for (int64_t c = 0; c < columns; c++) {
        const double value = start[row * columns + c];
        expected[row * columns + c].add(norm > 0.1 ? value * 0.1 / norm : value);
      }
    }
    checkChange("boundRow", start, expected, elementwise(), [&](const UpdateKernels& kernels, float* values) {
      for (int64_t row = 0; row < 4; row++) kernels.boundRow(columns, 0.1, values + row * columns);
    });
    checkChange(
        "boundRow, far", start,
        [&] {
          std::vector<Expected> same(start.size());
          for (size_t i = 0; i < start.size(); i++) same[i].add(start[i]);
          return same;
        }(),
        exactly(),
        [&](const UpdateKernels& kernels, float* values) {
          for (int64_t row = 0; row < 4; row++) kernels.boundRow(columns, 100, values + row * columns);
        });
  }
}

}  // namespace laminet::testing
