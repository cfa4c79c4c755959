#include "plan/arena.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "testing/random_numbers.h"

namespace laminet::testing {
namespace {

struct Piece {
  int64_t bytes;
  int32_t first, last;
};

constexpr int64_t kLine = 64;

// No two pieces that are needed at the same time may share a byte; all lie on cache lines inside the block.
void check(const std::vector<Piece>& pieces, const std::vector<int32_t>& numbers, const Arena& arena) {
  int64_t most = 0;
  for (size_t a = 0; a < pieces.size(); a++) {
    const int64_t begin = arena.offset(numbers[a]);
    CHECK(begin % kLine == 0);
    CHECK(begin >= 0);
    CHECK(begin + pieces[a].bytes <= arena.bytes());
    most += (pieces[a].bytes + kLine - 1) / kLine * kLine;
    for (size_t b = 0; b < a; b++) {
      const bool together = pieces[a].first <= pieces[b].last && pieces[b].first <= pieces[a].last;
      const int64_t other = arena.offset(numbers[b]);
      const bool overlap = begin < other + pieces[b].bytes && other < begin + pieces[a].bytes;
      if (together && overlap) FAIL_CHECK("pieces " << a << " and " << b << " overlap");
    }
  }
  CHECK(arena.bytes() <= most);
}

}  // namespace

TEST_CASE("arena: pieces that are alive at the same time never overlap") {
  for (uint64_t seed = 1; seed <= 500; seed++) {
    INFO("seed ", seed);
    RandomNumbers random(seed);
    Arena arena;
    std::vector<Piece> pieces;
    std::vector<int32_t> numbers;
    const auto steps = static_cast<int32_t>(random.whole(1, 40));
    const int64_t count = random.whole(1, 60);
    for (int64_t i = 0; i < count; i++) {
      const auto first = static_cast<int32_t>(random.whole(0, steps));
      const auto last = static_cast<int32_t>(random.whole(first, std::min(steps, first + 6)));
      const int64_t bytes = random.whole(0, 3) == 0 ? random.whole(1, 100000) : random.whole(1, 300);
      pieces.push_back({bytes, first, last});
      numbers.push_back(arena.add(bytes, first, last));
    }
    for (size_t i = 0; i < pieces.size(); i++) {
      if (random.whole(0, 4) != 0) continue;
      const auto last = static_cast<int32_t>(random.whole(0, steps));
      arena.extend(numbers[i], last);
      pieces[i].last = std::max(pieces[i].last, last);
      CHECK(arena.lastUse(numbers[i]) == pieces[i].last);
    }
    arena.place();
    check(pieces, numbers, arena);
  }
}

TEST_CASE("arena: pieces that are never alive together share one place") {
  Arena arena;
  std::vector<int32_t> numbers;
  for (int32_t step = 0; step < 20; step++) numbers.push_back(arena.add(1000, step, step));
  arena.place();
  for (const int32_t number : numbers) CHECK(arena.offset(number) == 0);
  CHECK(arena.bytes() == 1024);
}

TEST_CASE("arena: pieces that are all alive together lie one after another") {
  Arena arena;
  for (int32_t i = 0; i < 20; i++) arena.add(1000, 0, 5);
  arena.place();
  CHECK(arena.bytes() == 20 * 1024);
}

TEST_CASE("aligned block: zeroed, on a cache line, and again after another allocation") {
  AlignedBlock block;
  for (const int64_t bytes : {0, 1, 63, 64, 65, 4096, 100000}) {
    REQUIRE(block.allocate(bytes));
    CHECK(reinterpret_cast<uintptr_t>(block.data()) % kLine == 0);
    CHECK(std::all_of(block.data(), block.data() + bytes, [](char byte) { return byte == 0; }));
    std::fill(block.data(), block.data() + bytes, 'x');
  }
}

}  // namespace laminet::testing
