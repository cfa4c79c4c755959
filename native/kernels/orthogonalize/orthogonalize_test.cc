// Each step of the iteration against plain loops in double precision, in whole and in parts.
#include "kernels/orthogonalize/orthogonalize.h"

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

struct Size {
  int64_t rows, columns;
};

// Every tail of tiles and vectors, and both sides of the depth at which sums are cut.
std::vector<Size> sizes() {
  std::vector<Size> all;
  for (int64_t rows = 1; rows <= 19; rows++) {
    for (const int64_t columns : {1, 2, 15, 16, 17, 33, 47, 48, 49, 100}) all.push_back({rows, columns});
  }
  for (const Size size : {Size{37, 511}, Size{37, 512}, Size{5, 513}, Size{9, 1100}, Size{70, 150}}) {
    all.push_back(size);
  }
  return all;
}

void fill(Output<float>& buffer, const std::vector<float>& values) {
  memcpy(buffer.data(), values.data(), buffer.bytes());
}

// Rows [0, rows) as one range, as three, and one by one.
std::vector<std::vector<int64_t>> waysToCut(int64_t rows) {
  std::vector<std::vector<int64_t>> ways = {{0, rows}, {0, rows / 3, rows - rows / 4, rows}, {0}};
  for (int64_t row = 1; row <= rows; row++) ways.back().push_back(row);
  return ways;
}

// Calls change(kernels, result, begin, end) for all rows; however they are cut, the bits are the same.
template <class Change>
void checkRows(const char* what, int64_t rows, int64_t floats, const std::vector<Expected>& expected,
               const Tolerance& tolerance, Change change) {
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    std::vector<float> first;
    for (const std::vector<int64_t>& cuts : waysToCut(rows)) {
      Output<float> result(floats);
      for (size_t part = 1; part < cuts.size(); part++) {
        change(*kernels.orthogonalize, result.data(), cuts[part - 1], cuts[part]);
      }
      const std::vector<float> values = result.values();
      if (first.empty()) {
        expectClose(what, values, expected, tolerance);
        first = values;
      }
      CHECK(sameBits(values, first));
    }
    return first;
  });
}

}  // namespace

TEST_CASE("orthogonalize: x times its own transpose, whole numbers exactly") {
  for (const Size size : sizes()) {
    INFO(size.rows, " x ", size.columns);
    RandomNumbers random(static_cast<uint64_t>(size.rows * 1000 + size.columns));
    const std::vector<float> x = randomWholes(random, size.rows * size.columns);
    std::vector<float> start = randomWholes(random, size.rows * size.rows);
    for (int64_t i = 0; i < size.rows; i++) {
      for (int64_t j = 0; j < i; j++) start[i * size.rows + j] = start[j * size.rows + i];
    }
    std::vector<Expected> product(start.size());
    std::vector<Expected> sum(start.size());
    for (int64_t i = 0; i < size.rows; i++) {
      for (int64_t j = 0; j < size.rows; j++) {
        double dot = 0;
        for (int64_t k = 0; k < size.columns; k++) dot += x[i * size.columns + k] * x[j * size.columns + k];
        product[i * size.rows + j].add(dot);
        sum[i * size.rows + j].add(-3 * static_cast<double>(start[i * size.rows + j]) + 2 * dot);
      }
    }
    const Input<float> from(x);
    const Input<float> before(start);
    const int64_t floats = size.rows * size.rows;
    checkRows("product", size.rows, floats, product, exactly(),
              [&](const OrthogonalizeKernels& kernels, float* result, int64_t begin, int64_t end) {
                kernels.timesTransposed(size.rows, size.columns, begin, end, from.data(), 0, nullptr, 1, result);
              });
    checkRows("with a start", size.rows, floats, sum, exactly(),
              [&](const OrthogonalizeKernels& kernels, float* result, int64_t begin, int64_t end) {
                kernels.timesTransposed(size.rows, size.columns, begin, end, from.data(), -3, before.data(), 2, result);
              });
  }
}

TEST_CASE("orthogonalize: the product of a symmetric matrix and x, with s times x") {
  for (const Size size : sizes()) {
    INFO(size.rows, " x ", size.columns);
    RandomNumbers random(static_cast<uint64_t>(size.rows * 1000 + size.columns));
    const std::vector<float> x = randomReals(random, size.rows * size.columns);
    const std::vector<float> left = randomReals(random, size.rows * size.rows);
    std::vector<Expected> expected(x.size());
    for (int64_t i = 0; i < size.rows; i++) {
      for (int64_t j = 0; j < size.columns; j++) {
        Expected& e = expected[i * size.columns + j];
        e.add(3.4445 * x[i * size.columns + j]);
        for (int64_t k = 0; k < size.rows; k++) {
          e.add(static_cast<double>(left[i * size.rows + k]) * x[k * size.columns + j]);
        }
      }
    }
    const Input<float> from(x);
    const Input<float> symmetric(left);
    checkRows("product", size.rows, size.rows * size.columns, expected, reduction(size.rows + 1),
              [&](const OrthogonalizeKernels& kernels, float* result, int64_t begin, int64_t end) {
                kernels.addProduct(size.rows, size.columns, begin, end, 3.4445, symmetric.data(), from.data(), result);
              });
  }
}

TEST_CASE("orthogonalize: rows divided, as they lie and turned round") {
  for (const Size size : sizes()) {
    INFO(size.rows, " x ", size.columns);
    RandomNumbers random(7);
    const std::vector<float> x = randomReals(random, size.rows * size.columns);
    const Input<float> from(x);
    for (const bool turned : {false, true}) {
      std::vector<Expected> expected(x.size());
      for (int64_t i = 0; i < size.rows; i++) {
        for (int64_t j = 0; j < size.columns; j++) {
          expected[i * size.columns + j].add(x[turned ? j * size.rows + i : i * size.columns + j] / 0.3);
        }
      }
      checkRows("divide", size.rows, size.rows * size.columns, expected, elementwise(),
                [&](const OrthogonalizeKernels& kernels, float* result, int64_t begin, int64_t end) {
                  kernels.divide(size.rows, size.columns, begin, end, turned, 0.3, from.data(), result);
                });
    }
  }
}

TEST_CASE("orthogonalize: momentum and the change of weights, for every tail") {
  for (int64_t count = 1; count <= 40; count++) {
    INFO(count, " numbers");
    RandomNumbers random(static_cast<uint64_t>(count));
    const std::vector<float> gradients = randomReals(random, count);
    const std::vector<float> before = randomReals(random, count);
    const Input<float> from(gradients);
    for (const bool nesterov : {false, true}) {
      std::vector<Expected> means(gradients.size());
      std::vector<Expected> directions(gradients.size());
      std::vector<Expected> weights(gradients.size());
      for (size_t i = 0; i < gradients.size(); i++) {
        means[i].add(0.9 * before[i]);
        means[i].add(0.1 * gradients[i]);
        directions[i].add(nesterov ? 0.9 * means[i].value : means[i].value);
        if (nesterov) directions[i].add(0.1 * gradients[i]);
        directions[i].magnitude += 1;
        weights[i].add(0.99 * before[i]);
        weights[i].add(-0.5 * gradients[i]);
      }
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> mean(count);
        Output<float> direction(count);
        Output<float> changed(count);
        fill(mean, before);
        fill(changed, before);
        kernels.orthogonalize->momentum(count, 0.9, nesterov, from.data(), mean.data(), direction.data());
        kernels.orthogonalize->apply(count, 0.99, 0.5, from.data(), changed.data());
        expectClose("mean", mean.values(), means, elementwise());
        expectClose("direction", direction.values(), directions, elementwise());
        expectClose("weights", changed.values(), weights, elementwise());
        std::vector<float> all = mean.values();
        append(all, direction.values());
        append(all, changed.values());
        return all;
      });
    }
  }
}

}  // namespace laminet::testing
