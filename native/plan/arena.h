// Places tensors in one block of memory so that those which are never needed at the same time share it.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace laminet {

class Arena {
 public:
  // A piece of `bytes` that is needed from step `first` to step `last`, both included. Returns its number.
  int32_t add(int64_t bytes, int32_t first, int32_t last);
  // Makes a piece last longer.
  void extend(int32_t piece, int32_t last);
  // The last step in which a piece is needed.
  int32_t lastUse(int32_t piece) const { return pieces_[piece].last; }
  // Gives every piece its offset: the largest first, each at the lowest place that is free while it is needed.
  void place();
  int64_t offset(int32_t piece) const { return pieces_[piece].offset; }
  int64_t bytes() const { return bytes_; }

 private:
  struct Piece {
    int64_t bytes;
    int32_t first, last;
    int64_t offset;
  };
  std::vector<Piece> pieces_;
  int64_t bytes_ = 0;
};

// A block of memory that starts on a cache line, zeroed. Empty where there is not enough.
class AlignedBlock {
 public:
  AlignedBlock() = default;
  ~AlignedBlock();
  AlignedBlock(const AlignedBlock&) = delete;
  AlignedBlock& operator=(const AlignedBlock&) = delete;
  bool allocate(int64_t bytes);
  char* data() const { return data_; }
  float* floats() const { return reinterpret_cast<float*>(data_); }

 private:
  char* data_ = nullptr;
};

}  // namespace laminet
