// Convolution of one sample backward to the weights: the input is laid out a few channels at a time, and their columns
// of the weight matrix are computed by vectors of filters, or else of pixels.
#include "kernels/planar/functions.h"
#include "kernels/planar/grad_weight.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

Planes planesOf(const Conv2dGeometry& g) {
  const Axis rows = {g.outHeight, g.inHeight, g.strideHeight, -g.padTop, g.dilationHeight, g.kernelHeight};
  const Axis columns = {g.outWidth, g.inWidth, g.strideWidth, -g.padLeft, g.dilationWidth, g.kernelWidth};
  // So many channels at a time that they stay in the first-level cache, and their sums for all filters in the second.
  constexpr int64_t kHeldFloats = 6 * 1024;
  constexpr int64_t kHeldSums = 64 * 1024;
  const int64_t channels = g.inChannels / g.groups;
  const int64_t filters = g.outChannels / g.groups + kLanes - 1;
  Planes planes = planesOf(rows, columns, g.outHeight, 1);
  const int64_t fit = kHeldFloats / planes.channelSize;
  const int64_t sumsFit = kHeldSums / (filters * g.kernelHeight * g.kernelWidth);
  const int64_t most = fit < sumsFit ? fit : sumsFit;
  const int64_t rounds = most < 1 ? channels : (channels + most - 1) / most;
  planes.channels = (channels + rounds - 1) / rounds;
  return planes;
}

int64_t tilesSizeOf(const Conv2dGeometry& g, const Planes& planes) {
  return planarGradWeightByFilters(g) ? planarGradWeightFiltersScratchSize(g, planes)
                                      : planarGradWeightPixelsScratchSize(g, planes);
}

}  // namespace

int64_t planarConv2dGradWeightScratchSize(const Conv2dGeometry& g) {
  const Planes planes = planesOf(g);
  return tilesSizeOf(g, planes) + planes.size();
}

// Parts share the columns; where these are few, the filters.
void planarConv2dGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input,
                            float* scratch, float* gradWeight) {
  const Planes planes = planesOf(g);
  const int64_t taps = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  const int64_t channels = g.inChannels / g.groups;
  const int64_t filters = g.outChannels / g.groups;
  const int64_t columns = channels * taps;
  const bool byColumns = g.groups * columns >= 4 * part.count;
  const Share ownColumns = byColumns ? shareOf(part, g.groups * columns) : Share{0, g.groups * columns};
  const Share ownFilters = byColumns ? Share{0, filters} : shareOf(part, filters);
  if (ownFilters.begin == ownFilters.end) return;
  const bool byFilters = planarGradWeightByFilters(g);
  float* laidOut = scratch + tilesSizeOf(g, planes);
  for (int64_t at = ownColumns.begin; at < ownColumns.end;) {
    const int64_t group = at / columns;
    GradWeightBlock block{};
    block.filterBegin = ownFilters.begin;
    block.filterEnd = ownFilters.end;
    block.begin = at % columns;
    block.channel = block.begin / taps;
    const int64_t left = block.begin + ownColumns.end - at;
    const int64_t most =
        block.channel + planes.channels < channels ? (block.channel + planes.channels) * taps : columns;
    block.end = left < most ? left : most;
    const int64_t held = (block.end - 1) / taps + 1 - block.channel;
    const float* source = input + (group * channels + block.channel) * g.inHeight * g.inWidth;
    layOut(planes, 0, g.outHeight, source, held, laidOut);
    block.isFirst = at == ownColumns.begin || block.begin == 0;
    const auto compute = byFilters ? planarGradWeightOfFilters : planarGradWeightOfPixels;
    compute(g, planes, block, gradOutput + group * filters * g.outHeight * g.outWidth, laidOut, scratch,
            gradWeight + group * filters * columns);
    at += block.end - block.begin;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet
