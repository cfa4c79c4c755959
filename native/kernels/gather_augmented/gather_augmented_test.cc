// Changed images against plain loops over their pixels, in double precision where the kernel computes so. Every result
// is a copy, or is computed by the same operations: all must be exact, on every instruction set. A zero may be
// negative.
#include "kernels/gather_augmented/gather_augmented.h"

#include <doctest/doctest.h>
#include <math.h>

#include <array>
#include <vector>

#include "kernels/table.h"
#include "testing/guarded_buffer.h"
#include "testing/instruction_sets.h"
#include "testing/parts.h"
#include "testing/random_numbers.h"
#include "testing/tolerance.h"

namespace laminet::testing {
namespace {

// More than a slice has lanes, so that samples are left out; the last one is always taken, to its last number.
constexpr int32_t kStoredSamples = 19;

using Block = std::array<uint32_t, 4>;

Block philoxBlock(uint64_t key, Block counter) {
  auto key0 = static_cast<uint32_t>(key);
  auto key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t first = uint64_t{0xd2511f53} * counter[0];
    const uint64_t second = uint64_t{0xcd9e8d57} * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(first)};
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  return counter;
}

double uniform(uint32_t word) { return ldexp(word, -32); }

int32_t mirrored(int32_t at, int32_t size) {
  while (size > 1 && (at < 0 || at >= size)) at = at < 0 ? -at : 2 * (size - 1) - at;
  return size > 1 ? at : 0;
}

// One sample's images, [channels][height][width], as the network gets them.
template <class T>
std::vector<float> changed(const GatherAugmentedGeometry& g, const AugmentDraw& draw, uint32_t n, uint32_t index,
                           const T* sample) {
  const GatherGeometry& s = g.gather;
  const int32_t height = s.padTop + s.sourceHeight + s.padBottom;
  const int32_t width = s.padLeft + s.sourceWidth + s.padRight;
  const int32_t pixels = s.sourceHeight * s.sourceWidth;
  const uint32_t place = draw.firstSample + n;
  const Block moved = philoxBlock(draw.seed, {0, place, draw.step, g.stream});
  const Block cut = philoxBlock(draw.seed, {1, place, draw.step, g.stream});
  const Block turn = philoxBlock(draw.seed, {2, place, draw.step, g.stream});
  const bool side = uniform(philoxBlock(draw.seed, {0, index, 0, g.stream + 256})[0]) < 0.5;
  const auto dy = static_cast<int32_t>(floor(uniform(moved[0]) * (2 * g.crop + 1))) - g.crop;
  const auto dx = static_cast<int32_t>(floor(uniform(moved[1]) * (2 * g.crop + 1))) - g.crop;
  const bool flipped = g.flip == 1 ? uniform(moved[2]) < 0.5 : g.flip == 2 && (draw.epoch % 2 ? !side : side);
  const auto cutTop = static_cast<int32_t>(floor(uniform(cut[0]) * height)) - g.cutout / 2;
  const auto cutLeft = static_cast<int32_t>(floor(uniform(cut[1]) * width)) - g.cutout / 2;
  const double brightness = g.brightness * (2 * uniform(cut[2]) - 1);
  const auto gain = static_cast<float>(1 + g.contrast * (2 * uniform(cut[3]) - 1));
  const double angle = g.rotation * (2 * uniform(turn[0]) - 1) * M_PI;
  const double size = 1 + g.scaling * (2 * uniform(turn[1]) - 1);
  const bool bent = g.rotation != 0 || g.scaling != 0;

  std::vector<float> output;
  for (int32_t c = 0; c < s.channels; c++) {
    double sum = 0;
    for (int32_t p = 0; p < pixels; p++) sum += static_cast<double>(sample[c * pixels + p]);
    const double mean = sum * static_cast<double>(s.scale) / pixels;
    const auto offset = static_cast<float>((g.contrast != 0 ? mean * (1 - static_cast<double>(gain)) : 0) + brightness);
    const auto pixel = [&](int32_t y, int32_t x) {
      if (g.reflect) {
        y = mirrored(y, height);
        x = mirrored(x, width);
      }
      y -= s.padTop;
      x -= s.padLeft;
      if (y < 0 || y >= s.sourceHeight || x < 0 || x >= s.sourceWidth) return 0.0f;
      const float value = static_cast<float>(sample[c * pixels + y * s.sourceWidth + x]) * s.scale;
      return g.contrast != 0 || g.brightness != 0 ? value * gain + offset : value;
    };
    for (int32_t y = 0; y < height; y++) {
      for (int32_t x = 0; x < width; x++) {
        const bool zero = y >= cutTop && y < cutTop + g.cutout && x >= cutLeft && x < cutLeft + g.cutout;
        const int32_t from = flipped ? width - 1 - x : x;
        if (zero) {
          output.push_back(0);
        } else if (!bent) {
          output.push_back(pixel(y + dy, from + dx));
        } else {
          const double v = y - (height - 1) / 2.0;
          const double u = from - (width - 1) / 2.0;
          const double placeY = (sin(angle) * u + cos(angle) * v) / size + (height - 1) / 2.0 + dy;
          const double placeX = (cos(angle) * u - sin(angle) * v) / size + (width - 1) / 2.0 + dx;
          const auto top = static_cast<int32_t>(floor(placeY));
          const auto left = static_cast<int32_t>(floor(placeX));
          const double down = placeY - top;
          const double right = placeX - left;
          output.push_back(static_cast<float>(
              (1 - down) * (1 - right) * pixel(top, left) + (1 - down) * right * pixel(top, left + 1) +
              down * (1 - right) * pixel(top + 1, left) + down * right * pixel(top + 1, left + 1)));
        }
      }
    }
  }
  return output;
}

std::vector<uint32_t> randomIndices(RandomNumbers& random, int32_t count) {
  std::vector<uint32_t> indices(static_cast<size_t>(count));
  for (uint32_t& index : indices) index = static_cast<uint32_t>(random.whole(0, kStoredSamples - 1));
  indices[static_cast<size_t>(random.whole(0, count - 1))] = kStoredSamples - 1;
  return indices;
}

// Interpolated pixels are compared with those of another formula, whose places differ by a few units of double
// precision: less than a rounding of the largest pixel, to which one that is nearly 0 may owe more than its own.
struct Comparison {
  Tolerance tolerance;
  double magnitude;
};

Comparison comparisonFor(const GatherAugmentedGeometry& g) {
  return g.rotation != 0 || g.scaling != 0 ? Comparison{elementwise(), 1} : Comparison{exactly(), 0};
}

template <class T>
void checkOn(const GatherAugmentedGeometry& g, const AugmentDraw& draw, const std::vector<T>& stored,
             const std::vector<uint32_t>& chosen) {
  const auto count = static_cast<int32_t>(chosen.size());
  const int64_t size = int64_t{g.gather.channels} * g.gather.sourceHeight * g.gather.sourceWidth;
  std::vector<std::vector<float>> images;
  for (uint32_t n = 0; n < chosen.size(); n++) {
    images.push_back(changed(g, draw, n, chosen[n], stored.data() + chosen[n] * size));
  }
  const auto padded = static_cast<int64_t>(images[0].size());
  std::vector<Expected> lanes(static_cast<size_t>(padded * kSliceSamples));
  std::vector<Expected> plane(static_cast<size_t>(padded));
  const auto [tolerance, magnitude] = comparisonFor(g);
  for (Expected& value : lanes) value.magnitude = magnitude;
  for (Expected& value : plane) value.magnitude = magnitude;
  for (int64_t p = 0; p < padded; p++) {
    for (size_t n = 0; n < images.size(); n++) {
      lanes[static_cast<size_t>(p) * kSliceSamples + n].add(static_cast<double>(images[n][static_cast<size_t>(p)]));
    }
    plane[static_cast<size_t>(p)].add(static_cast<double>(images[0][static_cast<size_t>(p)]));
  }
  const Input<uint32_t> indices(chosen);
  const Input<T> samples(stored);
  std::vector<float> before;
  onEverySet([&, tolerance = tolerance](const KernelTable& kernels, InstructionSet) {
    const GatherAugmentedKernels& k = *kernels.gatherAugmented;
    Output<float> output(padded * kSliceSamples);
    Output<float> one(padded);
    inParts([&](Part part) {
      if constexpr (sizeof(T) == 1) {
        k.bytes(g, part, draw, samples.data(), indices.data(), count, output.data());
        k.planarBytes(g, part, draw, samples.data(), indices.data(), one.data());
      } else {
        k.floats(g, part, draw, samples.data(), indices.data(), count, output.data());
        k.planarFloats(g, part, draw, samples.data(), indices.data(), one.data());
      }
    });
    expectClose("lanes", output.values(), lanes, tolerance);
    expectClose("plane", one.values(), plane, tolerance);
    std::vector<float> all = output.values();
    const std::vector<float> alone = one.values();
    append(all, alone);
    // Nothing is fused, so that SSE2 gives the same bits, too.
    if (!before.empty()) CHECK(sameBits(all, before));
    before = all;
    return all;
  });
}

void check(const GatherAugmentedGeometry& g, int32_t count) {
  static uint64_t seed = 0;
  RandomNumbers random(++seed);
  const GatherGeometry& s = g.gather;
  INFO(count, " samples of ", s.channels, "x", s.sourceHeight, "x", s.sourceWidth, ", bytes ", s.bytes, ", crop ",
       g.crop, ", reflect ", g.reflect, ", flip ", g.flip, ", cutout ", g.cutout, ", rotation ", g.rotation,
       ", scaling ", g.scaling, ", seed ", seed);
  const AugmentDraw draw = {seed * 0x9e3779b97f4a7c15u, static_cast<uint32_t>(seed * 1000003), 48,
                            static_cast<int64_t>(seed % 3)};
  const int64_t stored = int64_t{kStoredSamples} * s.channels * s.sourceHeight * s.sourceWidth;
  const std::vector<uint32_t> chosen = randomIndices(random, count);
  if (s.bytes) {
    std::vector<uint8_t> bytes(static_cast<size_t>(stored));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.whole(0, 255));
    checkOn(g, draw, bytes, chosen);
  } else {
    checkOn(g, draw, randomReals(random, stored), chosen);
  }
}

GatherAugmentedGeometry nothing(const GatherGeometry& gather) { return {gather, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0}; }

}  // namespace

TEST_CASE("gather augmented: nothing is done to an image by options that are 0") {
  for (const int32_t bytes : {0, 1}) {
    for (int32_t width = 1; width <= 33; width++) check(nothing({2, 3, width, 0, 1, 2, 0, 1.0f / 255, bytes}), 16);
  }
}

TEST_CASE("gather augmented: crops and flips of every width with every number of samples") {
  for (const int32_t bytes : {0, 1}) {
    for (int32_t width = 1; width <= 35; width++) {
      GatherAugmentedGeometry g = nothing({1, 4, width, 0, 0, 0, 0, 1.0f / 255, bytes});
      g.crop = width < 4 ? width - 1 : 3;
      g.flip = width % 3;
      g.reflect = width % 2;
      check(g, 1 + width % kSliceSamples);
    }
  }
}

TEST_CASE("gather augmented: channels, padding on each side, and a crop as large as the image") {
  for (const int32_t bytes : {0, 1}) {
    for (const int32_t channels : {1, 3}) {
      for (int32_t side = 0; side < 16; side++) {
        GatherAugmentedGeometry g =
            nothing({channels, 5, 17, side & 1, side & 2, (side & 4) / 4, (side & 8) / 4, -0.37f, bytes});
        g.crop = 4;
        g.flip = 1 + side % 2;
        g.reflect = side / 2 % 2;
        g.cutout = side;
        check(g, 1 + side);
      }
    }
  }
}

TEST_CASE("gather augmented: brightness and contrast") {
  for (const int32_t bytes : {0, 1}) {
    for (int32_t which = 1; which <= 3; which++) {
      GatherAugmentedGeometry g = nothing({3, 6, 19, 1, 0, 0, 2, 1.0f / 255, bytes});
      g.brightness = which & 1 ? 0.3 : 0;
      g.contrast = which & 2 ? 0.8 : 0;
      check(g, 16);
      g.crop = 3;
      g.flip = 1;
      g.cutout = 4;
      check(g, 7);
    }
  }
}

TEST_CASE("gather augmented: rotation and scaling") {
  for (const int32_t bytes : {0, 1}) {
    for (const int32_t reflect : {0, 1}) {
      for (const double rotation : {0.0, 0.1, 1.0}) {
        for (const double scaling : {0.0, 0.25, 0.9}) {
          GatherAugmentedGeometry g = nothing({2, 9, 18, 0, 1, 0, 0, 1.0f / 255, bytes});
          g.reflect = reflect;
          g.rotation = rotation;
          g.scaling = scaling;
          check(g, 16);
          g.crop = 2;
          g.flip = 1;
          g.brightness = 0.1;
          check(g, 5);
        }
      }
    }
  }
}

TEST_CASE("gather augmented: NaN and infinities are moved like other numbers") {
  std::vector<float> stored(size_t{kStoredSamples} * 40);
  for (size_t i = 0; i < stored.size(); i++) stored[i] = i % 7 == 0 ? NAN : i % 5 == 0 ? INFINITY : 1;
  GatherAugmentedGeometry g = nothing({1, 2, 20, 0, 0, 0, 0, 2, 0});
  g.crop = 1;
  g.flip = 1;
  const AugmentDraw draw = {5, 6, 0, 0};
  const Input<float> samples(stored);
  const Input<uint32_t> indices({0, 3, 18});
  std::vector<std::vector<float>> images;
  for (uint32_t n = 0; n < 3; n++) {
    images.push_back(changed(g, draw, n, indices.data()[n], stored.data() + indices.data()[n] * 40));
  }
  onEverySet([&](const KernelTable& kernels, InstructionSet) {
    Output<float> output(int64_t{40} * kSliceSamples);
    kernels.gatherAugmented->floats(g, {0, 1}, draw, samples.data(), indices.data(), 3, output.data());
    for (size_t p = 0; p < 40; p++) {
      for (size_t n = 0; n < 3; n++) {
        const float found = output.data()[p * kSliceSamples + n];
        const float expected = images[n][p];
        CHECK((isnan(expected) ? isnan(found) : found == expected));
      }
    }
    return std::vector<float>();
  });
}

}  // namespace laminet::testing
