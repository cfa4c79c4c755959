// What comes in and goes out: samples and targets from the caller's data to a slice, results from it.
#include <string.h>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

void readGather(FieldReader& reader, Instruction* i) {
  GatherGeometry& g = i->geometry.gather;
  int32_t* fields[] = {&g.channels, &g.sourceHeight, &g.sourceWidth, &g.padTop, &g.padBottom, &g.padLeft, &g.padRight};
  for (int32_t* field : fields) *field = reader.whole32(0, kMostField);
  g.scale = static_cast<float>(reader.number());
  g.bytes = reader.whole32(0, 1);
}

void readScatter(FieldReader& reader, Instruction* i) {
  i->geometry.elements = reader.whole(1, kMostElements);
  i->result = reader.whole32(0, kMostItems);
}

Status checkGather(Checker& checker, const Instruction& i) {
  const GatherGeometry& g = i.geometry.gather;
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

constexpr OpDefinition scatterOp = {
    .geometry = {2, readScatter},
    .check = checkScatter,
    .run = scatter,
    .runPlanar = scatterPlanar,
};

}  // namespace laminet
