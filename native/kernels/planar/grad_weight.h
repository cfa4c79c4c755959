// What the two ways to the weights' gradient of a planar convolution share.
#pragma once
#include "kernels/geometry.h"
#include "kernels/planar/planes.h"

namespace laminet {
namespace LAMINET_ISA {

// A range of filters and of columns [begin, end) of one group, whose channels from `channel` on are laid out. Columns
// are the taps of the input channels: those of the weight matrix.
struct GradWeightBlock {
  int64_t filterBegin, filterEnd;
  int64_t channel;
  int64_t begin, end;
  bool isFirst;  // of the group
};

// The inputs that a column, counted from the block's first, meets at the pixels of the output.
inline const float* planarColumnOf(const Conv2dGeometry& g, const Planes& planes, const GradWeightBlock& block,
                                   int64_t column, const float* laidOut) {
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const auto tap = static_cast<int32_t>((block.begin + column) % taps);
  return laidOut + ((block.begin + column) / taps - block.channel) * planes.channelSize +
         planes.offsetOf(tap / g.kernelWidth, tap % g.kernelWidth);
}

// gradWeight of a block; all but gradWeight and gradOutput, which are those of the group, is scratch memory.
int64_t planarGradWeightPixelsScratchSize(const Conv2dGeometry& g, const Planes& planes);
void planarGradWeightOfPixels(const Conv2dGeometry& g, const Planes& planes, const GradWeightBlock& block,
                              const float* gradOutput, const float* laidOut, float* scratch, float* gradWeight);

// Whether filters fill vectors: a rule on the geometry alone.
bool planarGradWeightByFilters(const Conv2dGeometry& g);
int64_t planarGradWeightFiltersScratchSize(const Conv2dGeometry& g, const Planes& planes);
void planarGradWeightOfFilters(const Conv2dGeometry& g, const Planes& planes, const GradWeightBlock& block,
                               const float* gradOutput, const float* laidOut, float* scratch, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
