// Convolution of one sample, forward and backward to the input. Backward, inputs whose places are a multiple of the
// stride apart are met by the same taps, which lead to neighbouring outputs: for each such phase of the input, it is a
// convolution with a step of 1 over the gradients of the output, by those taps, flipped.
#include "kernels/conv2d/window.h"
#include "kernels/planar/functions.h"
#include "kernels/planar/planes.h"
#include "kernels/planar/tile.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

struct Convolution {
  Axis rows, columns;
  int32_t groups, channels, filters;  // channels and filters of a group
  // Floats of weight from one group, channel or filter to the next, and from one row or column of taps to the next.
  int64_t weightGroupStride, weightChannelStride, weightFilterStride;
  int32_t weightFirst, weightRowStride, weightColumnStride;
  // Outputs that lie apart in the tensor: of each filter those from outputFirst on.
  int64_t outputFilterStride, outputFirst, outputRowStride, outputColumnStride;
  bool isSpread() const { return outputColumnStride != 1 || outputRowStride != columns.outputs; }
};

Convolution forwardOf(const Conv2dGeometry& g) {
  Convolution v{};
  v.rows = {g.outHeight, g.inHeight, g.strideHeight, -g.padTop, g.dilationHeight, g.kernelHeight};
  v.columns = {g.outWidth, g.inWidth, g.strideWidth, -g.padLeft, g.dilationWidth, g.kernelWidth};
  v.groups = g.groups;
  v.channels = g.inChannels / g.groups;
  v.filters = g.outChannels / g.groups;
  v.weightChannelStride = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  v.weightFilterStride = v.channels * v.weightChannelStride;
  v.weightGroupStride = v.filters * v.weightFilterStride;
  v.weightRowStride = g.kernelWidth;
  v.weightColumnStride = 1;
  v.outputFilterStride = static_cast<int64_t>(g.outHeight) * g.outWidth;
  v.outputRowStride = g.outWidth;
  v.outputColumnStride = 1;
  return v;
}

// The taps that meet the inputs phase, phase + stride, ...: `first` is the first of them, counted from the kernel's
// end, every `apart`-th from there on is another.
struct Reach {
  Axis axis;
  int32_t first, apart;
};

Reach reachOf(int32_t phase, int32_t inputs, int32_t outputs, int32_t taps, int32_t pad, int32_t stride,
              int32_t dilation) {
  Reach reach{};
  reach.axis = {(inputs - phase + stride - 1) / stride, outputs, 1, 0, 1, 0};
  // Flipped tap t leads from the input `phase` to the output (origin + t * dilation) / stride, where that is whole.
  const int32_t origin = phase + pad - (taps - 1) * dilation;
  int32_t first = 0;
  while (first < taps && first < stride && (origin + first * dilation) % stride != 0) first++;
  if (first >= taps || first >= stride) return reach;
  reach.first = first;
  reach.apart = 1;
  while (reach.apart * dilation % stride != 0) reach.apart++;
  reach.axis.first = (origin + first * dilation) / stride;
  reach.axis.apart = reach.apart * dilation / stride;
  reach.axis.taps = (taps - 1 - first) / reach.apart + 1;
  return reach;
}

Convolution gradInputOf(const Conv2dGeometry& g, int32_t rowPhase, int32_t columnPhase) {
  const Reach rows =
      reachOf(rowPhase, g.inHeight, g.outHeight, g.kernelHeight, g.padTop, g.strideHeight, g.dilationHeight);
  const Reach columns =
      reachOf(columnPhase, g.inWidth, g.outWidth, g.kernelWidth, g.padLeft, g.strideWidth, g.dilationWidth);
  Convolution v{};
  v.rows = rows.axis;
  v.columns = columns.axis;
  v.groups = g.groups;
  v.channels = g.outChannels / g.groups;
  v.filters = g.inChannels / g.groups;
  v.weightFilterStride = static_cast<int64_t>(g.kernelHeight) * g.kernelWidth;
  v.weightChannelStride = v.filters * v.weightFilterStride;
  v.weightGroupStride = v.channels * v.weightChannelStride;
  v.weightFirst = (g.kernelHeight - 1 - rows.first) * g.kernelWidth + g.kernelWidth - 1 - columns.first;
  v.weightRowStride = -rows.apart * g.kernelWidth;
  v.weightColumnStride = -columns.apart;
  v.outputFilterStride = static_cast<int64_t>(g.inHeight) * g.inWidth;
  v.outputFirst = static_cast<int64_t>(rowPhase) * g.inWidth + columnPhase;
  v.outputRowStride = static_cast<int64_t>(g.strideHeight) * g.inWidth;
  v.outputColumnStride = g.strideWidth;
  return v;
}

// Images are laid out in bands of rows that stay in the second-level cache while all filters go over them.
Planes bandsOf(const Convolution& v) {
  constexpr int64_t kBandFloats = 128 * 1024;
  constexpr int32_t kLeastOutputs = 8 * kLanes;
  const Planes row = planesOf(v.rows, v.columns, 1, v.channels);
  const int64_t halo = row.phaseSize / v.columns.outputs - 1;
  const int64_t rowSize = v.channels * atLeast(1, row.phases * v.columns.taps) * int64_t{v.columns.outputs};
  const int64_t least = atMost(v.rows.outputs, (kLeastOutputs - 1) / v.columns.outputs + 1);
  int64_t fit = kBandFloats / rowSize - halo;
  if (fit < least) fit = least;
  const int64_t bands = (v.rows.outputs + fit - 1) / fit;
  return planesOf(v.rows, v.columns, static_cast<int32_t>((v.rows.outputs + bands - 1) / bands), v.channels);
}

int64_t tapsSize(const Convolution& v) {
  return (int64_t{2} * v.rows.taps * v.columns.taps + kLanes - 1) / kLanes * kLanes;
}

// Outputs of a tile that lie apart in the tensor are first stored side by side.
constexpr int32_t kMostSpread = kBlock * 8 * kWidth;

int64_t scratchSizeOf(const Convolution& v) { return tapsSize(v) + kMostSpread + bandsOf(v).size(); }

using TileOfWidth = PlanarTileFunction (*)(int32_t);
using TileWidth = int (*)();
constexpr TileOfWidth kTiles[] = LAMINET_BY_BLOCK(planarTileOfWidth);
constexpr TileWidth kTileWidths[] = LAMINET_BY_BLOCK(tileWidth);

// Vectors [begin, end) of the outputs of a band, for a block of filters whose tile is filled in but for its place.
struct Run {
  const Convolution* v;
  int32_t firstRow, outputs;  // of the band
  bool isInside;              // whether none of its rows meets padding
  int32_t begin, end;
  int32_t filters;
  const Tap* taps;
  const float* laidOut;
  float* output;  // of the block's first filter
  float* spread;
};

void storeSpread(const Run& run, int32_t first, int32_t count, int64_t stride) {
  const Convolution& v = *run.v;
  for (int32_t i = 0; i < run.filters; i++) {
    const float* from = run.spread + i * stride;
    float* plane = run.output + i * v.outputFilterStride + v.outputFirst;
    int64_t row = run.firstRow + first / v.columns.outputs;
    int32_t column = first % v.columns.outputs;
    for (int32_t p = 0; p < count;) {
      float* to = plane + row * v.outputRowStride;
      for (; column < v.columns.outputs && p < count; column++) to[column * v.outputColumnStride] = from[p++];
      column = 0;
      row++;
    }
  }
}

// The rows of taps that meet anything but padding from one of the outputs [begin, end) of a band.
Range tapRowsOf(const Run& run, int32_t begin, int32_t end) {
  const Axis& rows = run.v->rows;
  const int32_t width = run.v->columns.outputs;
  const auto reached = [&](int32_t output) {
    return tapsInside((run.firstRow + output / width) * rows.step + rows.first, rows.size, rows.taps, rows.apart);
  };
  const int32_t first = reached(end - 1).begin;
  return {first, atLeast(first, reached(begin).end)};
}

// How many vectors from `begin` on make the next tile. Where rows of taps meet padding, a tile of two vectors grows
// only as long as this adds no rows of taps.
int32_t tileVectors(const Run& run, int32_t begin, int32_t most, Range& tapRows) {
  const auto outputsEnd = [&](int32_t vector) { return atMost(vector * kWidth, run.outputs); };
  if (run.isInside) {
    tapRows = {0, run.v->rows.taps};
    const int32_t left = run.end - begin;
    return left / ((left + most - 1) / most);
  }
  int32_t end = atMost(begin + 2, run.end);
  tapRows = tapRowsOf(run, begin * kWidth, outputsEnd(end));
  for (; end < run.end && end - begin < most; end++) {
    const Range more = tapRowsOf(run, begin * kWidth, outputsEnd(end + 1));
    if (more.end - more.begin > tapRows.end - tapRows.begin) break;
  }
  return end - begin;
}

void runTiles(const Run& run, PlanarTile tile) {
  const Convolution& v = *run.v;
  const int32_t most = kTileWidths[run.filters]();
  for (int32_t begin = run.begin; begin < run.end;) {
    Range tapRows{};
    const int32_t vectors = tileVectors(run, begin, most, tapRows);
    const int32_t first = begin * kWidth;
    const int32_t outputs = atMost(vectors * kWidth, run.outputs - first);
    tile.taps = run.taps + tapRows.begin * v.columns.taps;
    tile.tapCount = (tapRows.end - tapRows.begin) * v.columns.taps;
    tile.input = run.laidOut + first;
    tile.last = outputs - (vectors - 1) * kWidth;
    if (v.isSpread()) {
      tile.output = run.spread;
      tile.outputStride = vectors * kWidth;
      kTiles[run.filters](vectors)(tile);
      storeSpread(run, first, outputs, tile.outputStride);
    } else {
      tile.output = run.output + int64_t{run.firstRow} * v.columns.outputs + first;
      tile.outputStride = v.outputFilterStride;
      kTiles[run.filters](vectors)(tile);
    }
    begin += vectors;
  }
}

void writeTaps(const Convolution& v, const Planes& planes, Tap* taps) {
  for (int32_t r = 0; r < v.rows.taps; r++) {
    for (int32_t s = 0; s < v.columns.taps; s++) {
      *taps++ = {static_cast<int32_t>(planes.offsetOf(r, s)),
                 v.weightFirst + r * v.weightRowStride + s * v.weightColumnStride};
    }
  }
}

// The work is a list of vectors of outputs: group by group, band by band, block by block of filters. A part takes
// neighbours, and lays out the bands that it needs.
void convolve(const Convolution& v, Part part, const float* input, const float* weight, const float* bias,
              float* scratch, float* output) {
  const Planes planes = bandsOf(v);
  auto* taps = reinterpret_cast<Tap*>(scratch);
  float* spread = scratch + tapsSize(v);
  float* laidOut = spread + kMostSpread;
  writeTaps(v, planes, taps);
  const auto vectorsOf = [&](int32_t rows) { return (int64_t{rows} * v.columns.outputs + kWidth - 1) / kWidth; };
  const int32_t bands = (v.rows.outputs + planes.bandRows - 1) / planes.bandRows;
  const int64_t blocks = blockCount(v.filters);
  const int64_t bandWork = blocks * vectorsOf(planes.bandRows);
  const int64_t lastRows = v.rows.outputs - (bands - 1) * planes.bandRows;
  const int64_t groupWork = (bands - 1) * bandWork + blocks * vectorsOf(static_cast<int32_t>(lastRows));
  const Share share = shareOf(part, v.groups * groupWork);
  const float* source = nullptr;
  int32_t sourceRow = -1;
  for (int64_t at = share.begin; at < share.end;) {
    const int64_t group = at / groupWork;
    const int64_t inGroup = at % groupWork;
    const auto band = static_cast<int32_t>(inGroup / bandWork < bands - 1 ? inGroup / bandWork : bands - 1);
    Run run{};
    run.v = &v;
    run.firstRow = band * planes.bandRows;
    const int32_t rows = atMost(planes.bandRows, v.rows.outputs - run.firstRow);
    run.outputs = rows * v.columns.outputs;
    const int32_t top = run.firstRow * v.rows.step + v.rows.first;
    run.isInside = top >= 0 && top + (rows - 1) * v.rows.step + (v.rows.taps - 1) * v.rows.apart < v.rows.size;
    const int64_t vectors = vectorsOf(rows);
    const int64_t inBand = inGroup - band * bandWork;
    const auto block = static_cast<int32_t>(inBand / vectors);
    run.begin = static_cast<int32_t>(inBand % vectors);
    run.end = static_cast<int32_t>(vectors - run.begin < share.end - at ? vectors : run.begin + share.end - at);
    const float* channels = input + group * v.channels * v.rows.size * v.columns.size;
    if (source != channels || sourceRow != run.firstRow) {
      source = channels;
      sourceRow = run.firstRow;
      layOut(planes, sourceRow, rows, source, v.channels, laidOut);
    }
    const int32_t filter = blockStart(v.filters, block);
    run.filters = blockStart(v.filters, block + 1) - filter;
    run.taps = taps;
    run.laidOut = laidOut;
    run.output = output + (group * v.filters + filter) * v.outputFilterStride;
    run.spread = spread;
    PlanarTile tile{};
    tile.channels = v.channels;
    tile.inputChannelStride = planes.channelSize;
    tile.weight = weight + group * v.weightGroupStride + filter * v.weightFilterStride;
    tile.weightChannelStride = v.weightChannelStride;
    tile.weightFilterStride = v.weightFilterStride;
    tile.bias = bias ? bias + group * v.filters + filter : nullptr;
    runTiles(run, tile);
    at += run.end - run.begin;
  }
}

template <class Visit>
void eachPhase(const Conv2dGeometry& g, const Visit& visit) {
  for (int32_t y = 0; y < g.strideHeight && y < g.inHeight; y++) {
    for (int32_t x = 0; x < g.strideWidth && x < g.inWidth; x++) visit(gradInputOf(g, y, x));
  }
}

}  // namespace

int64_t planarConv2dScratchSize(const Conv2dGeometry& g) {
  int64_t size = scratchSizeOf(forwardOf(g));
  const auto count = [&size](int64_t other) { size = other > size ? other : size; };
  eachPhase(g, [&](const Convolution& v) { count(scratchSizeOf(v)); });
  count(planarConv2dGradWeightScratchSize(g));
  return size;
}

void planarConv2dForward(const Conv2dGeometry& g, Part part, const float* input, const float* weight, const float* bias,
                         float* scratch, float* output) {
  convolve(forwardOf(g), part, input, weight, bias, scratch, output);
}

void planarConv2dGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* weight,
                           float* scratch, float* gradInput) {
  eachPhase(g, [&](const Convolution& v) { convolve(v, part, gradOutput, weight, nullptr, scratch, gradInput); });
}

}  // namespace LAMINET_ISA
}  // namespace laminet
