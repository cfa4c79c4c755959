// What comes in and goes out: samples and targets from the caller's data to a slice, results from it.
#include <string.h>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/mixing.h"

namespace laminet {
namespace {

void readSource(FieldReader& reader, GatherGeometry* geometry) {
  GatherGeometry& g = *geometry;
  int32_t* fields[] = {&g.channels, &g.sourceHeight, &g.sourceWidth, &g.padTop, &g.padBottom, &g.padLeft, &g.padRight};
  for (int32_t* field : fields) *field = reader.whole32(0, kMostField);
  g.scale = static_cast<float>(reader.number());
  g.bytes = reader.whole32(0, 1);
}

void readGather(FieldReader& reader, Instruction* i) { readSource(reader, &i->geometry.gather); }

// Longer sides than this are not augmented: with larger scalings, places would not fit 32 bits.
constexpr int32_t kMostSide = 1 << 16;
constexpr double kMostScaling = 0.9;
constexpr double kMostBrightness = 1e6;

void readGatherAugmented(FieldReader& reader, Instruction* i) {
  GatherAugmentedGeometry& g = i->geometry.gatherAugmented;
  readSource(reader, &g.gather);
  g.crop = reader.whole32(0, kMostSide);
  g.reflect = reader.whole32(0, 1);
  g.flip = reader.whole32(0, 2);
  g.cutout = reader.whole32(0, kMostSide);
  for (double* number : {&g.brightness, &g.contrast, &g.rotation, &g.scaling}) *number = reader.number();
  g.stream = static_cast<uint32_t>(reader.whole(0, UINT32_MAX));
  g.partners = static_cast<uint32_t>(reader.whole(0, UINT32_MAX));
}

void readScatter(FieldReader& reader, Instruction* i) {
  i->geometry.elements = reader.whole(1, kMostElements);
  i->result = reader.whole32(0, kMostItems);
}

Status checkSource(Checker& checker, const Instruction& i, const GatherGeometry& g) {
  const bool sizes = inRange(g.channels, 1, kMostExtent) && inRange(g.sourceHeight, 1, kMostExtent) &&
                     inRange(g.sourceWidth, 1, int64_t{1} << 28) &&
                     inRange(g.padTop + int64_t{g.padBottom} + g.padLeft + g.padRight, 0, kMostExtent);
  if (!sizes || g.bytes != (checker.program().bytes ? 1 : 0) ||
      product(g.channels, g.sourceHeight, g.sourceWidth) != checker.program().sampleElements) {
    return Status::badGeometry;
  }
  const int64_t padded = product(g.channels, g.sourceHeight + int64_t{g.padTop} + g.padBottom,
                                 g.sourceWidth + int64_t{g.padLeft} + g.padRight);
  return operandsAre(counts(i, 0, 1) && checker.writesRow(i.outputs[0], padded));
}

Status checkGather(Checker& checker, const Instruction& i) { return checkSource(checker, i, i.geometry.gather); }

Status checkGatherAugmented(Checker& checker, const Instruction& i) {
  const GatherAugmentedGeometry& g = i.geometry.gatherAugmented;
  const int64_t height = int64_t{g.gather.padTop} + g.gather.sourceHeight + g.gather.padBottom;
  const int64_t width = int64_t{g.gather.padLeft} + g.gather.sourceWidth + g.gather.padRight;
  // Written so that NaN is refused, too.
  const bool numbers = g.brightness >= 0 && g.brightness <= kMostBrightness && g.contrast >= 0 && g.contrast <= 1 &&
                       g.rotation >= 0 && g.rotation <= 1 && g.scaling >= 0 && g.scaling <= kMostScaling;
  if (!numbers || !inRange(height, 1, kMostSide) || !inRange(width, 1, kMostSide)) return Status::badGeometry;
  return checkSource(checker, i, g.gather);
}

Status checkScatter(Checker& checker, const Instruction& i) {
  if (i.result < 0 || i.result >= static_cast<int32_t>(checker.program().results.size())) return Status::badGeometry;
  return operandsAre(counts(i, 1, 0) && checker.writesResult(i.result, i.inputs[0]) &&
                     checker.reads(i.inputs[0], i.geometry.elements));
}

void gather(const Call& call, Slice& slice) {
  const GatherGeometry& g = call.geometry.gather;
  const GatherKernels& kernels = *call.kernels->gather;
  if (g.bytes) {
    kernels.bytes(g, slice.part, static_cast<const uint8_t*>(slice.buffers->samples), slice.indices, slice.samples,
                  outputOf(call, slice));
  } else {
    kernels.floats(g, slice.part, static_cast<const float*>(slice.buffers->samples), slice.indices, slice.samples,
                   outputOf(call, slice));
  }
}

void scatter(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  call.kernels->gather->scatter(elements, inputOf(call, slice, 0), slice.samples,
                                slice.buffers->results[call.result] + slice.row * elements);
}

AugmentDraw drawOf(const Slice& slice) {
  return {slice.buffers->seed, slice.step, slice.firstSample, slice.buffers->epoch};
}

// The samples that are gathered: the slice's, or their partners.
const uint32_t* indicesOf(const Call& call, const Slice& slice, uint32_t* partners) {
  const uint32_t stream = call.geometry.gatherAugmented.partners;
  if (stream == 0) return slice.indices;
  partnersOf(*call.kernels, slice, stream, partners);
  return partners;
}

void gatherAugmented(const Call& call, Slice& slice) {
  const GatherAugmentedGeometry& g = call.geometry.gatherAugmented;
  uint32_t partners[kSliceSamples];
  const uint32_t* indices = indicesOf(call, slice, partners);
  const GatherAugmentedKernels& kernels = *call.kernels->gatherAugmented;
  const void* samples = slice.buffers->samples;
  float* output = outputOf(call, slice);
  if (g.gather.bytes) {
    kernels.bytes(g, slice.part, drawOf(slice), static_cast<const uint8_t*>(samples), indices, slice.samples, output);
  } else {
    kernels.floats(g, slice.part, drawOf(slice), static_cast<const float*>(samples), indices, slice.samples, output);
  }
}

void gatherAugmentedPlanar(const Call& call, Slice& slice) {
  const GatherAugmentedGeometry& g = call.geometry.gatherAugmented;
  uint32_t partner[kSliceSamples];
  const uint32_t* index = indicesOf(call, slice, partner);
  const GatherAugmentedKernels& kernels = *call.kernels->gatherAugmented;
  const void* samples = slice.buffers->samples;
  float* output = outputOf(call, slice);
  if (g.gather.bytes) {
    kernels.planarBytes(g, slice.part, drawOf(slice), static_cast<const uint8_t*>(samples), index, output);
  } else {
    kernels.planarFloats(g, slice.part, drawOf(slice), static_cast<const float*>(samples), index, output);
  }
}

void gatherPlanar(const Call& call, Slice& slice) {
  const PlanarKernels& kernels = *call.kernels->planar;
  const GatherGeometry& g = call.geometry.gather;
  const int64_t size = static_cast<int64_t>(g.channels) * g.sourceHeight * g.sourceWidth;
  const int64_t start = static_cast<int64_t>(slice.indices[0]) * size;
  if (g.bytes) {
    kernels.gatherBytes(g, slice.part, static_cast<const uint8_t*>(slice.buffers->samples) + start,
                        outputOf(call, slice));
  } else {
    kernels.gatherFloats(g, slice.part, static_cast<const float*>(slice.buffers->samples) + start,
                         outputOf(call, slice));
  }
}

void scatterPlanar(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  memcpy(slice.buffers->results[call.result] + slice.row * elements, inputOf(call, slice, 0),
         static_cast<size_t>(elements) * sizeof(float));
}

}  // namespace

void gatherTargets(const Call& call, Slice& slice) {
  float* rows = outputOf(call, slice);
  const RunBuffers& buffers = *slice.buffers;
  const int64_t elements = call.outputElements[0];
  for (int32_t n = 0; n < call.lanes; n++) {
    const bool used = n < slice.samples;
    if (call.targets == TargetKind::classes) {
      rows[n] = used ? static_cast<float>(buffers.labels[slice.indices[n]]) : 0.0f;
      continue;
    }
    const float* from = used ? buffers.values + slice.indices[n] * elements : nullptr;
    for (int64_t e = 0; e < elements; e++) rows[e * call.lanes + n] = used ? from[e] : 0.0f;
  }
}

constexpr OpDefinition gatherOp = {
    .geometry = {9, readGather},
    .check = checkGather,
    .run = gather,
    .runPlanar = gatherPlanar,
    .work = workPerOutput<6>,
};

constexpr OpDefinition gatherAugmentedOp = {
    .geometry = {19, readGatherAugmented},
    .check = checkGatherAugmented,
    .run = gatherAugmented,
    .runPlanar = gatherAugmentedPlanar,
    .work = workPerOutput<12>,
};

constexpr OpDefinition scatterOp = {
    .geometry = {2, readScatter},
    .check = checkScatter,
    .run = scatter,
    .runPlanar = scatterPlanar,
};

}  // namespace laminet
