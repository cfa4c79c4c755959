// Random numbers of tests: SplitMix64 (Steele, Lea, Flood 2014), the same everywhere for the same seed.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace laminet::testing {

class RandomNumbers {
 public:
  explicit RandomNumbers(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u) {}

  uint64_t bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // A whole number from `least` to `most`, both included.
  int64_t whole(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(bits() % static_cast<uint64_t>(most - least + 1));
  }

  // A float from `least` up to `most`.
  float real(float least, float most) { return least + (most - least) * (static_cast<float>(bits() >> 40) * 0x1p-24f); }

 private:
  uint64_t state_;
};

inline std::vector<float> randomReals(RandomNumbers& random, int64_t count, float least = -1, float most = 1) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = random.real(least, most);
  return values;
}

// Whole numbers from -3 to 3: sums of fewer than a million of their products are exact in single precision, whatever
// the order, so that not one term can be missing or doubled unseen.
inline std::vector<float> randomWholes(RandomNumbers& random, int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.whole(-3, 3));
  return values;
}

}  // namespace laminet::testing
