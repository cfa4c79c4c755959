// What is done to each sample of a slice: random words and what they are taken for.
#pragma once
#include "kernels/gather_augmented/gather_augmented.h"
#include "random/philox.h"

namespace laminet {
namespace LAMINET_ISA {

struct SampleDraw {
  int32_t shiftY, shiftX;  // from a pixel of the output to where it comes from
  bool flipped;
  int32_t cutTop, cutLeft;
  float gain;
  double brightness;
  double cosine, sine;  // of the angle, over the size
};

// Functions of their own: where they are inlined, the numbers of a loop around them do not fit the registers.
#define LAMINET_APART inline __attribute__((noinline))

constexpr uint32_t kDrawBlocks = 3;
constexpr uint32_t kAlternating = 256;
constexpr double kWordRange = 4294967296.0;

// The cosine of pi times x, for x from -2 to 2: operation for operation that of lib/tensor/elementary.ts, whose bits it
// gives. The standard library's has other bits in other versions.
LAMINET_APART double cosineOfPi(double x) {
  constexpr int kTerms = 9;
  constexpr double kPi = 3.141592653589793;
  const double turn = x < 0 ? x + 2 : x;
  const double half = turn > 1 ? 2 - turn : turn;
  const double quarter = half > 0.5 ? 1 - half : half;
  const bool sine = quarter > 0.25;
  const double angle = kPi * (sine ? 0.5 - quarter : quarter);
  const double square = angle * angle;
  double series = 0;
  for (int k = kTerms; k >= 1; k--) series = (-square / (2 * k * (sine ? 2 * k + 1 : 2 * k - 1))) * (1 + series);
  const double value = sine ? angle + angle * series : 1 + series;
  return half > 0.5 ? -value : value;
}

LAMINET_INLINE int32_t below(uint32_t word, int32_t bound) {
  return static_cast<int32_t>((static_cast<uint64_t>(word) * static_cast<uint64_t>(bound)) >> 32);
}

// From -1 up to 1.
LAMINET_INLINE double symmetric(uint32_t word) { return 2 * (static_cast<double>(word) / kWordRange) - 1; }

LAMINET_APART void philoxAt(uint64_t key, const uint32_t (*counter)[kLanes], int lane, uint32_t (*words)[kLanes]) {
  Words block[4] = {loadWords(counter[0] + lane), loadWords(counter[1] + lane), loadWords(counter[2] + lane),
                    loadWords(counter[3] + lane)};
  philox(key, block);
  for (int word = 0; word < 4; word++) storeWords(words[word] + lane, block[word]);
}

inline void drawWords(uint64_t key, const uint32_t (*counter)[kLanes], uint32_t (*words)[kLanes]) {
  for (int lane = 0; lane < kLanes; lane += kWidth) philoxAt(key, counter, lane, words);
}

// The random words of a slice, by what they are for, a lane a sample.
struct DrawnWords {
  alignas(64) uint32_t blocks[kDrawBlocks][4][kLanes];
  alignas(64) uint32_t first[4][kLanes];
};

LAMINET_APART void drawSample(const GatherAugmentedGeometry& g, const DrawnWords& words, int64_t epoch, int32_t n,
                              SampleDraw* sample) {
  constexpr uint32_t kHalf = 0x80000000;
  const int32_t height = g.gather.padTop + g.gather.sourceHeight + g.gather.padBottom;
  const int32_t width = g.gather.padLeft + g.gather.sourceWidth + g.gather.padRight;
  SampleDraw& d = *sample;
  const auto& [moved, cut, turned] = words.blocks;
  d.shiftY = below(moved[0][n], 2 * g.crop + 1) - g.crop;
  d.shiftX = below(moved[1][n], 2 * g.crop + 1) - g.crop;
  const bool firstSide = words.first[0][n] < kHalf;
  d.flipped = g.flip == 1 ? moved[2][n] < kHalf : g.flip == 2 && firstSide != (epoch % 2 == 1);
  d.cutTop = below(cut[0][n], height) - g.cutout / 2;
  d.cutLeft = below(cut[1][n], width) - g.cutout / 2;
  d.brightness = g.brightness * symmetric(cut[2][n]);
  d.gain = static_cast<float>(1 + g.contrast * symmetric(cut[3][n]));
  const double angle = g.rotation * symmetric(turned[0][n]);
  const double size = 1 + g.scaling * symmetric(turned[1][n]);
  d.cosine = cosineOfPi(angle) / size;
  d.sine = cosineOfPi(angle - 0.5) / size;
}

LAMINET_APART void drawSamples(const GatherAugmentedGeometry& g, const AugmentDraw& draw, const uint32_t* indices,
                               int32_t count, SampleDraw* samples) {
  alignas(64) uint32_t counter[4][kLanes];
  DrawnWords words;
  for (int n = 0; n < kLanes; n++) {
    counter[1][n] = draw.firstSample + static_cast<uint32_t>(n);
    counter[2][n] = draw.step;
    counter[3][n] = g.stream;
  }
  for (uint32_t block = 0; block < kDrawBlocks; block++) {
    for (uint32_t& word : counter[0]) word = block;
    drawWords(draw.seed, counter, words.blocks[block]);
  }
  for (int n = 0; n < kLanes; n++) {
    counter[0][n] = 0;
    counter[1][n] = n < count ? indices[n] : 0;
    counter[2][n] = 0;
    counter[3][n] = g.stream + kAlternating;
  }
  drawWords(draw.seed, counter, words.first);
  for (int32_t n = 0; n < count; n++) drawSample(g, words, draw.epoch, n, samples + n);
}

#undef LAMINET_APART

}  // namespace LAMINET_ISA
}  // namespace laminet
