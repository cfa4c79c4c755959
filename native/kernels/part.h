// A share of a kernel's work, for threads that do one slice together. What an element gets never depends on how the
// work is shared: shares are ranges of outputs, each computed as it would be alone.
#pragma once
#include <stdint.h>

namespace laminet {

struct Part {
  int32_t index;
  int32_t count;
};

struct Share {
  int64_t begin, end;
};

// This part's share of `items` neighbouring things. Shares differ by one thing at most; some are empty where there are
// fewer things than parts.
inline Share shareOf(Part part, int64_t items) {
  return {items * part.index / part.count, items * (part.index + 1) / part.count};
}

}  // namespace laminet
