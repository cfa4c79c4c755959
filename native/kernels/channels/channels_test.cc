// Numbers for every channel against plain arithmetic, which is exact here.
#include "kernels/channels/channels.h"

#include <doctest/doctest.h>
#include <math.h>
#include <string.h>

#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

using Numbers = std::vector<float>;

void fill(Output<float>& buffer, const Numbers& values) { memcpy(buffer.data(), values.data(), buffer.bytes()); }

// y = exact(a, b, the channel's number), in place over `a` and not. A kernel that has no b leaves it.
template <class Kernel>
void expectChannels(const Kernel& kernel, float (*exact)(float a, float b, float number)) {
  for (const int32_t lanes : {1, kSliceSamples}) {
    for (int32_t channels = 1; channels <= 7; channels++) {
      for (int32_t pixels = 1; pixels <= 35; pixels++) {
        INFO(channels, " channels, ", pixels, " pixels, ", lanes, " lanes");
        const ChannelGeometry g = {channels, pixels};
        const int64_t each = static_cast<int64_t>(pixels) * lanes;
        RandomNumbers random(static_cast<uint64_t>(channels * pixels));
        Numbers a = randomReals(random, channels * each);
        const Numbers b = randomReals(random, channels * each);
        const Numbers own = randomReals(random, channels);
        a[0] = 0;
        Numbers expected;
        for (int64_t i = 0; i < channels * each; i++) expected.push_back(exact(a[i], b[i], own[i / each]));
        const Input<float> first(a);
        const Input<float> second(b);
        const Input<float> numbers(own);
        onEverySet([&](const KernelTable& table, InstructionSet) {
          const ChannelKernels& kernels = *table.channels;
          Output<float> apart(channels * each);
          inParts([&](Part part) {
            kernel(kernels, g, lanes, part, first.data(), second.data(), numbers.data(), apart.data());
          });
          CHECK(sameBits(apart.values(), expected));
          Output<float> over(channels * each);
          fill(over, a);
          inParts([&](Part part) {
            kernel(kernels, g, lanes, part, over.data(), second.data(), numbers.data(), over.data());
          });
          CHECK(sameBits(over.values(), expected));
          return apart.values();
        });
      }
    }
  }
}

}  // namespace

TEST_CASE("addBias: any number of channels and pixels, of 16 samples and of one, in place and not") {
  expectChannels([](const ChannelKernels& kernels, const ChannelGeometry& g, int32_t lanes, Part part, const float* x,
                    const float*, const float* bias, float* y) { kernels.addBias(g, lanes, part, x, bias, y); },
                 [](float x, float, float bias) { return x + bias; });
}

TEST_CASE("prelu and its gradient: any number of channels and pixels, of 16 samples and of one, in place and not") {
  expectChannels([](const ChannelKernels& kernels, const ChannelGeometry& g, int32_t lanes, Part part, const float* x,
                    const float*, const float* slope, float* y) { kernels.prelu(g, lanes, part, x, slope, y); },
                 [](float x, float, float slope) { return x > 0 ? x : slope * x; });
  expectChannels([](const ChannelKernels& kernels, const ChannelGeometry& g, int32_t lanes, Part part,
                    const float* gradOutput, const float* x, const float* slope,
                    float* gradInput) { kernels.preluGradInput(g, lanes, part, gradOutput, x, slope, gradInput); },
                 [](float gradOutput, float x, float slope) { return x > 0 ? gradOutput : slope * gradOutput; });
}

TEST_CASE("sums: a chain over pixels in each lane, then the tree over lanes") {
  for (int32_t channels = 1; channels <= 9; channels++) {
    for (int32_t pixels = 1; pixels <= 40; pixels++) {
      INFO(channels, " channels, ", pixels, " pixels");
      const ChannelGeometry g = {channels, pixels};
      RandomNumbers random(static_cast<uint64_t>(channels * 64 + pixels));
      const Numbers values = randomReals(random, static_cast<int64_t>(channels) * pixels * kSliceSamples);
      Numbers expected;
      for (int32_t c = 0; c < channels; c++) {
        float lanes[kSliceSamples] = {};
        for (int32_t p = 0; p < pixels; p++) {
          for (int n = 0; n < kSliceSamples; n++) lanes[n] += values[(c * pixels + p) * kSliceSamples + n];
        }
        for (int apart = kSliceSamples / 2; apart >= 1; apart /= 2) {
          for (int n = 0; n < apart; n++) lanes[n] += lanes[n + apart];
        }
        expected.push_back(lanes[0]);
      }
      const Input<float> x(values);
      onEverySet([&](const KernelTable& kernels, InstructionSet) {
        Output<float> sums(channels);
        inParts([&](Part part) { kernels.channels->sums(g, part, x.data(), sums.data()); });
        CHECK(sameBits(sums.values(), expected));
        return sums.values();
      });
    }
  }
}

}  // namespace laminet::testing
