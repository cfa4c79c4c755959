// Where a kernel's taps fall inside an image, along one axis.
#pragma once
#include <stdint.h>

#include "kernels/geometry.h"
#include "kernels/part.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {

struct Range {
  int32_t begin, end;
};

LAMINET_INLINE int32_t ceilDiv(int32_t a, int32_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }
LAMINET_INLINE int32_t atLeast(int32_t a, int32_t b) { return a > b ? a : b; }
LAMINET_INLINE int32_t atMost(int32_t a, int32_t b) { return a < b ? a : b; }

// The taps t of [0, taps) for which origin + t * dilation lies in [0, size).
LAMINET_INLINE Range tapsInside(int32_t origin, int32_t size, int32_t taps, int32_t dilation) {
  const int32_t begin = origin >= 0 ? 0 : atMost(ceilDiv(-origin, dilation), taps);
  const int32_t end = origin >= size ? 0 : atMost(ceilDiv(size - origin, dilation), taps);
  return {begin, atLeast(begin, end)};
}

// The outputs o of [0, outputs) for which o * stride + offset lies in [0, size).
LAMINET_INLINE Range outputsInside(int32_t offset, int32_t size, int32_t outputs, int32_t stride) {
  const int32_t begin = offset >= 0 ? 0 : atMost(ceilDiv(-offset, stride), outputs);
  const int32_t end = offset >= size ? 0 : atMost(ceilDiv(size - offset, stride), outputs);
  return {begin, atLeast(begin, end)};
}

// Channels are worked on in blocks of at most kBlock neighbours whose sizes differ by no more than one.
constexpr int32_t kBlock = kRegisters == 32 ? 8 : 4;
LAMINET_INLINE int32_t blockCount(int32_t channels) { return (channels + kBlock - 1) / kBlock; }
LAMINET_INLINE int32_t blockStart(int32_t channels, int32_t block) {
  return static_cast<int32_t>(static_cast<int64_t>(block) * channels / blockCount(channels));
}

// The block that a channel of [0, channels) lies in, and its place there.
struct BlockPlace {
  int32_t start, size, within;
};

LAMINET_INLINE BlockPlace blockPlace(int32_t channels, int32_t channel) {
  const int32_t count = blockCount(channels);
  int32_t block = static_cast<int32_t>(static_cast<int64_t>(channel) * count / channels);
  while (blockStart(channels, block + 1) <= channel) block++;
  const int32_t start = blockStart(channels, block);
  return {start, blockStart(channels, block + 1) - start, channel - start};
}

// The filters of a group that lie in this part's share of all filters, counted from the group's first.
LAMINET_INLINE Range filtersOf(Part part, const Conv2dGeometry& g, int32_t group) {
  const Share share = shareOf(part, g.outChannels);
  const int32_t filters = g.outChannels / g.groups;
  const int32_t first = group * filters;
  const int32_t begin = atLeast(0, atMost(static_cast<int32_t>(share.begin) - first, filters));
  const int32_t end = atLeast(0, atMost(static_cast<int32_t>(share.end) - first, filters));
  return {begin, end};
}

// Rows of an image.
struct Rows {
  int32_t begin, end;
};

// This part's share of all rows of all blocks of channels: calls visit(group, first channel, channels, rows) for each
// block that it has rows of.
template <class Visit>
LAMINET_INLINE void eachBlock(Part part, int32_t groups, int32_t channels, int32_t height, const Visit& visit) {
  const int32_t blocks = blockCount(channels);
  const Share share = shareOf(part, static_cast<int64_t>(groups) * blocks * height);
  for (int64_t at = share.begin; at < share.end;) {
    const int64_t block = at / height;
    const auto row = static_cast<int32_t>(at % height);
    const int64_t left = share.end - at;
    const auto rows = static_cast<int32_t>(left < height - row ? left : height - row);
    const auto group = static_cast<int32_t>(block / blocks);
    const int32_t start = blockStart(channels, static_cast<int32_t>(block % blocks));
    const int32_t end = blockStart(channels, static_cast<int32_t>(block % blocks) + 1);
    visit(group, group * channels + start, end - start, Rows{row, row + rows});
    at += rows;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
