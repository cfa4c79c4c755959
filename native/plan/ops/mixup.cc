// Mixup: rows of samples and of targets with those of their partners in the step.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"
#include "plan/mixing.h"

namespace laminet {
namespace {

constexpr double kWordRange = 4294967296.0;

void drawWords(const KernelTable& kernels, const Slice& slice, uint32_t stream, uint32_t* words) {
  kernels.mixup->draw(slice.buffers->seed, slice.step, stream, words);
}

void readMixup(FieldReader& reader, Instruction* i) {
  MixupGeometry& g = i->geometry.mixup;
  g.elements = reader.whole(1, kMostElements);
  g.stream = static_cast<uint32_t>(reader.whole(0, UINT32_MAX));
}

void readMixTargets(FieldReader& reader, Instruction* i) {
  readMixup(reader, i);
  i->geometry.mixup.labels = reader.whole32(0, 1);
}

// Shares between which a draw lies.
bool validShares(const Instruction& i) {
  bool valid = i.table.size() >= 2 && i.table.size() <= size_t{1} << 16;
  for (const double share : i.table) valid = valid && share >= 0 && share <= 1;
  return valid;
}

Status checkMixup(Checker& checker, const Instruction& i) {
  const int64_t elements = i.geometry.mixup.elements;
  if (!validShares(i)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], elements) && checker.reads(i.inputs[1], elements) &&
                     checker.writesRow(i.outputs[0], elements));
}

Status checkMixTargets(Checker& checker, const Instruction& i) {
  const MixupGeometry& g = i.geometry.mixup;
  if (!validShares(i)) return Status::badGeometry;
  // The partner's are read where all targets lie: no part of a row will do.
  const bool whole =
      counts(i, 1, 1) && i.inputs[0] >= 0 && checker.program().tensors[i.inputs[0]].role == Role::targets;
  return operandsAre(whole && checker.readsTargets(i.inputs[0], g.labels == 1, g.elements) &&
                     checker.writesRow(i.outputs[0], g.elements));
}

void lowerMixup(Lowering&, const Instruction& i, Call* call) {
  call->geometry.mixup.shares = i.table.data();
  call->geometry.mixup.intervals = static_cast<int32_t>(i.table.size()) - 1;
}

void runMixup(const Call& call, Slice& slice) {
  const MixupGeometry& g = call.geometry.mixup;
  const Share own = floatsOf(call, slice, g.elements);
  call.kernels->mixup->rows(own.end - own.begin, mixingShare(*call.kernels, slice, g),
                            inputOf(call, slice, 0) + own.begin, inputOf(call, slice, 1) + own.begin,
                            outputOf(call, slice) + own.begin);
}

void runMixTargets(const Call& call, Slice& slice) {
  const MixupGeometry& g = call.geometry.mixup;
  const RunBuffers& buffers = *slice.buffers;
  const float* targets = inputOf(call, slice, 0);
  float* rows = outputOf(call, slice);
  const float share = mixingShare(*call.kernels, slice, g);
  uint32_t partners[kSliceSamples] = {};
  partnersOf(*call.kernels, slice, g.stream, partners);
  for (int64_t k = 0; k < g.elements; k++) {
    for (int32_t n = 0; n < kSliceSamples; n++) {
      float* to = rows + k * kSliceSamples + n;
      if (n >= slice.samples) {
        *to = 0.0f;
        continue;
      }
      const auto shareOf = [k](int32_t label) { return label == k ? 1.0f : 0.0f; };
      const float own = g.labels ? shareOf(static_cast<int32_t>(targets[n])) : targets[k * kSliceSamples + n];
      const float other =
          g.labels ? shareOf(buffers.labels[partners[n]]) : buffers.values[partners[n] * g.elements + k];
      *to = share * own + (1.0f - share) * other;
    }
  }
}

}  // namespace

float mixingShare(const KernelTable& kernels, const Slice& slice, const MixupGeometry& g) {
  uint32_t words[4];
  drawWords(kernels, slice, g.stream, words);
  const double place = words[0] * static_cast<double>(g.intervals) / kWordRange;
  const auto interval = static_cast<int32_t>(place);
  const double below = g.shares[interval];
  return static_cast<float>(below + (g.shares[interval + 1] - below) * (place - interval));
}

void partnersOf(const KernelTable& kernels, const Slice& slice, uint32_t stream, uint32_t* partners) {
  uint32_t words[4];
  drawWords(kernels, slice, stream, words);
  const auto samples = static_cast<uint64_t>(slice.stepSamples);
  const uint64_t shift = samples == 1 ? 0 : 1 + ((words[1] * (samples - 1)) >> 32);
  const uint32_t* step = slice.indices - slice.firstSample;
  for (int32_t n = 0; n < slice.samples; n++) partners[n] = step[(slice.firstSample + n + shift) % samples];
}

constexpr OpDefinition mixupOp = {
    .geometry = {2, readMixup, true},
    .check = checkMixup,
    .run = runMixup,
    .runPlanar = runMixup,
    .lower = lowerMixup,
    .outputMemory = OutputMemory::overEither,
    .work = workPerOutput<3>,
};

constexpr OpDefinition mixTargetsOp = {
    .geometry = {3, readMixTargets, true},
    .check = checkMixTargets,
    .run = runMixTargets,
    .lower = lowerMixup,
};

}  // namespace laminet
