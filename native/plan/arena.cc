#include "plan/arena.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <numeric>

namespace laminet {
namespace {

constexpr int64_t kLine = 64;

int64_t roundUp(int64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

}  // namespace

int32_t Arena::add(int64_t bytes, int32_t first, int32_t last) {
  pieces_.push_back({roundUp(bytes), first, last, 0});
  return static_cast<int32_t>(pieces_.size()) - 1;
}

void Arena::extend(int32_t piece, int32_t last) { pieces_[piece].last = std::max(pieces_[piece].last, last); }

void Arena::place() {
  std::vector<size_t> order(pieces_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return pieces_[a].bytes > pieces_[b].bytes; });
  std::vector<const Piece*> placed;
  for (const size_t index : order) {
    Piece& piece = pieces_[index];
    // Pieces that are needed at the same time, by offset: the first gap between them that is wide enough.
    std::vector<const Piece*> beside;
    for (const Piece* other : placed) {
      if (other->first <= piece.last && piece.first <= other->last) beside.push_back(other);
    }
    std::sort(beside.begin(), beside.end(), [](const Piece* a, const Piece* b) { return a->offset < b->offset; });
    int64_t offset = 0;
    for (const Piece* other : beside) {
      if (other->offset >= offset + piece.bytes) break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    piece.offset = offset;
    bytes_ = std::max(bytes_, offset + piece.bytes);
    placed.push_back(&piece);
  }
}

AlignedBlock::~AlignedBlock() { free(data_); }

bool AlignedBlock::allocate(int64_t bytes) {
  void* data = nullptr;
  const auto size = static_cast<size_t>(roundUp(std::max(bytes, kLine)));
  if (posix_memalign(&data, kLine, size) != 0) return false;
  memset(data, 0, size);
  free(data_);
  data_ = static_cast<char*>(data);
  return true;
}

}  // namespace laminet
