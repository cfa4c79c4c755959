// Partially connected convolution against one loop over every product in double precision.
#include "kernels/partial_conv2d/partial_conv2d.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

// One axis of the window.
struct Axis {
  int32_t size, kernel, stride = 1, dilation = 1, before = 0, after = 0;
  int32_t outputs() const { return (size + before + after - (kernel - 1) * dilation - 1) / stride + 1; }
};

// By filter: the channels that it sees.
using Table = std::vector<std::vector<int32_t>>;

struct Lists {
  std::vector<int32_t> firstKernels, channels, firstUses, kernels, filters;
};

Lists listsOf(const Table& table, int32_t inChannels) {
  Lists lists;
  for (const auto& seen : table) {
    lists.firstKernels.push_back(static_cast<int32_t>(lists.channels.size()));
    lists.channels.insert(lists.channels.end(), seen.begin(), seen.end());
  }
  lists.firstKernels.push_back(static_cast<int32_t>(lists.channels.size()));
  for (int32_t c = 0; c < inChannels; c++) {
    lists.firstUses.push_back(static_cast<int32_t>(lists.kernels.size()));
    for (size_t k = 0; k < table.size(); k++) {
      for (int32_t n = lists.firstKernels[k]; n < lists.firstKernels[k + 1]; n++) {
        if (lists.channels[static_cast<size_t>(n)] != c) continue;
        lists.kernels.push_back(n);
        lists.filters.push_back(static_cast<int32_t>(k));
      }
    }
  }
  lists.firstUses.push_back(static_cast<int32_t>(lists.kernels.size()));
  return lists;
}

// Each channel with a chance of a half, and one of them in any case.
Table randomTable(RandomNumbers& random, int32_t inChannels, int32_t filters) {
  Table table(static_cast<size_t>(filters));
  for (auto& seen : table) {
    const auto sure = static_cast<int32_t>(random.whole(0, inChannels - 1));
    for (int32_t c = 0; c < inChannels; c++) {
      if (c == sure || random.whole(0, 1) == 1) seen.push_back(c);
    }
  }
  return table;
}

void check(int32_t inChannels, const Table& table, Axis rows, Axis columns, bool whole) {
  const auto filters = static_cast<int32_t>(table.size());
  const Conv2dGeometry g = {inChannels,
                            rows.size,
                            columns.size,
                            filters,
                            rows.outputs(),
                            columns.outputs(),
                            rows.kernel,
                            columns.kernel,
                            rows.stride,
                            columns.stride,
                            rows.before,
                            rows.after,
                            columns.before,
                            columns.after,
                            rows.dilation,
                            columns.dilation,
                            1};
  INFO(inChannels, " -> ", filters, " channels, image ", g.inHeight, "x", g.inWidth, ", kernel ", g.kernelHeight, "x",
       g.kernelWidth, ", strides ", g.strideHeight, "x", g.strideWidth, ", dilation ", g.dilationHeight, "x",
       g.dilationWidth, ", padding ", g.padTop, " ", g.padBottom, " ", g.padLeft, " ", g.padRight);
  const Lists lists = listsOf(table, inChannels);
  const Connections connections = {lists.firstKernels.data(), lists.channels.data(), lists.firstUses.data(),
                                   lists.kernels.data(), lists.filters.data()};
  RandomNumbers random(static_cast<uint64_t>(inChannels * 10007 + filters * 101 + g.inHeight * 11 + g.inWidth));
  const int64_t inPlane = int64_t{g.inHeight} * g.inWidth * kSliceSamples;
  const int64_t outPlane = int64_t{g.outHeight} * g.outWidth * kSliceSamples;
  const int64_t taps = int64_t{g.kernelHeight} * g.kernelWidth;
  const auto kernels = static_cast<int64_t>(lists.channels.size());
  const auto draw = [&](int64_t count) { return whole ? randomWholes(random, count) : randomReals(random, count); };
  const std::vector<float> x = draw(inChannels * inPlane), gy = draw(filters * outPlane);
  const std::vector<float> w = draw(kernels * taps), b = draw(filters);

  std::vector<Expected> y(gy.size()), gx(x.size()), gw(w.size());
  for (size_t i = 0; i < y.size(); i++) y[i].add(b[i / static_cast<size_t>(outPlane)]);
  for (int32_t k = 0; k < filters; k++) {
    for (int32_t n = lists.firstKernels[static_cast<size_t>(k)]; n < lists.firstKernels[static_cast<size_t>(k) + 1];
         n++) {
      const int64_t c = lists.channels[static_cast<size_t>(n)];
      for (int64_t tap = 0; tap < taps; tap++) {
        const auto r = static_cast<int32_t>(tap / g.kernelWidth), s = static_cast<int32_t>(tap % g.kernelWidth);
        for (int32_t i = 0; i < g.outHeight; i++) {
          const int32_t row = i * g.strideHeight - g.padTop + r * g.dilationHeight;
          if (row < 0 || row >= g.inHeight) continue;
          for (int32_t j = 0; j < g.outWidth; j++) {
            const int32_t column = j * g.strideWidth - g.padLeft + s * g.dilationWidth;
            if (column < 0 || column >= g.inWidth) continue;
            for (int32_t lane = 0; lane < kSliceSamples; lane++) {
              const auto in = static_cast<size_t>(c * inPlane + (row * g.inWidth + column) * kSliceSamples + lane);
              const auto out = static_cast<size_t>(k * outPlane + (i * g.outWidth + j) * kSliceSamples + lane);
              const auto weight = static_cast<size_t>(n * taps + tap);
              y[out].add(double{x[in]} * w[weight]);
              gx[in].add(double{gy[out]} * w[weight]);
              gw[weight].add(double{gy[out]} * x[in]);
            }
          }
        }
      }
    }
  }

  const Input<float> input(x), gradOutput(gy), weight(w), bias(b);
  onEverySet([&](const KernelTable& set, InstructionSet) {
    const PartialConv2dKernels& own = *set.partialConv2d;
    Output<float> output(filters * outPlane), gradInput(inChannels * inPlane), gradWeight(kernels * taps);
    inParts(
        [&](Part part) { own.forward(g, connections, part, input.data(), weight.data(), bias.data(), output.data()); });
    inParts(
        [&](Part part) { own.gradInput(g, connections, part, gradOutput.data(), weight.data(), gradInput.data()); });
    inParts([&](Part part) {
      Output<float> scratch(own.scratchSize(g));
      own.gradWeight(g, connections, part, gradOutput.data(), input.data(), scratch.data(), gradWeight.data());
    });
    const auto tolerance = [whole](int64_t length) { return whole ? exactly() : reduction(length); };
    expectClose("output", output.values(), y, tolerance(inChannels * taps + 1));
    expectClose("gradInput", gradInput.values(), gx, tolerance(filters * taps));
    expectClose("gradWeight", gradWeight.values(), gw, tolerance(outPlane));
    std::vector<float> bits = output.values();
    append(bits, gradInput.values());
    append(bits, gradWeight.values());
    return bits;
  });
}

const Table kC3 = {{0, 1, 2},    {1, 2, 3},    {2, 3, 4},    {3, 4, 5},         {0, 4, 5},    {0, 1, 5},
                   {0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}, {0, 3, 4, 5},      {0, 1, 4, 5}, {0, 1, 2, 5},
                   {0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}, {0, 1, 2, 3, 4, 5}};

}  // namespace

TEST_CASE("partially connected convolution: every product, exactly, on random geometry") {
  RandomNumbers random(12);
  for (int round = 0; round < 150; round++) {
    const auto axis = [&] {
      for (;;) {
        const Axis a = {static_cast<int32_t>(random.whole(1, 9)), static_cast<int32_t>(random.whole(1, 4)),
                        static_cast<int32_t>(random.whole(1, 3)), static_cast<int32_t>(random.whole(1, 3)),
                        static_cast<int32_t>(random.whole(0, 3)), static_cast<int32_t>(random.whole(0, 3))};
        if (a.size + a.before + a.after > (a.kernel - 1) * a.dilation) return a;
      }
    };
    const auto channels = static_cast<int32_t>(random.whole(1, 7));
    const Table table = randomTable(random, channels, static_cast<int32_t>(random.whole(1, 7)));
    const Axis rows = axis(), columns = axis();
    check(channels, table, rows, columns, true);
  }
}

TEST_CASE("partially connected convolution: every width") {
  for (int32_t width = 1; width <= 45; width++) {
    check(3, {{0, 2}, {1}}, {3, 2}, {width + 2, 3}, true);
    check(3, {{0, 2}, {1}}, {3, 2}, {width, 3, 2, 1, 1, 1}, true);
  }
}

TEST_CASE("partially connected convolution: channels that nothing sees have no gradient") {
  check(4, {{1}, {1, 2}}, {5, 3, 1, 1, 1, 1}, {4, 2}, true);
}

TEST_CASE("partially connected convolution: the third layer of LeNet-5") { check(6, kC3, {14, 5}, {14, 5}, false); }

}  // namespace laminet::testing
