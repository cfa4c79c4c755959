// Batch normalization. It needs numbers of the whole step in the middle of it: each slice leaves its own, and one
// thread brings them together before any slice goes on.
#include <string.h>

#include <algorithm>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

// Channels and pixels, and nothing else.
void readChannels(FieldReader& reader, Instruction* i) {
  BatchNormGeometry& g = i->geometry.batchNorm;
  g.channels = reader.whole32(1, kMostField);
  g.pixels = reader.whole32(1, kMostField);
}

void readNorm(FieldReader& reader, Instruction* i) {
  readChannels(reader, i);
  i->geometry.batchNorm.epsilon = static_cast<float>(reader.number());
  i->geometry.batchNorm.frozen = reader.whole32(0, 1);
}

void readGiven(FieldReader& reader, Instruction* i) { i->geometry.batchNorm.channels = reader.whole32(1, kMostField); }

void readFollow(FieldReader& reader, Instruction* i) {
  FollowGeometry& g = i->geometry.follow;
  g.channels = reader.whole32(1, kMostField);
  g.pixels = reader.whole32(1, kMostField);
  g.momentum = reader.number();
}

bool valid(const BatchNormGeometry& g) {
  return inRange(g.channels, 1, kMostFeatures) && inRange(g.pixels, 1, kMostFeatures);
}

int64_t elementsOf(const BatchNormGeometry& g) { return product(g.channels, g.pixels, 1); }

Status checkGiven(Checker& checker, const Instruction& i) {
  const int32_t channels = i.geometry.batchNorm.channels;
  if (!inRange(channels, 1, kMostFeatures)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.readsParameter(i.inputs[0], channels) &&
                     checker.readsParameter(i.inputs[1], channels) && checker.writesGiven(i.outputs[0], channels));
}

Status checkStatistics(Checker& checker, const Instruction& i) {
  const BatchNormGeometry& g = i.geometry.batchNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], elementsOf(g)) &&
                     checker.writesStatistics(i.outputs[0], g.channels));
}

Status checkNorm(Checker& checker, const Instruction& i) {
  const BatchNormGeometry& g = i.geometry.batchNorm;
  if (!valid(g) || !(g.epsilon > 0.0f)) return Status::badGeometry;
  return operandsAre(counts(i, 4, 1) && checker.reads(i.inputs[0], elementsOf(g)) &&
                     checker.readsStatistics(i.inputs[1], g.channels) &&
                     checker.readsOptional(i.inputs[2], g.channels) && checker.readsOptional(i.inputs[3], g.channels) &&
                     checker.writesRow(i.outputs[0], elementsOf(g)));
}

Status checkSums(Checker& checker, const Instruction& i) {
  const BatchNormGeometry& g = i.geometry.batchNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 3, 1) && checker.reads(i.inputs[0], elementsOf(g)) &&
                     checker.reads(i.inputs[1], elementsOf(g)) && checker.readsStatistics(i.inputs[2], g.channels) &&
                     checker.writesStatistics(i.outputs[0], g.channels));
}

Status checkGradInput(Checker& checker, const Instruction& i) {
  const BatchNormGeometry& g = i.geometry.batchNorm;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 5, 1) && checker.reads(i.inputs[0], elementsOf(g)) &&
                     checker.reads(i.inputs[1], elementsOf(g)) && checker.readsStatistics(i.inputs[2], g.channels) &&
                     checker.readsComputed(i.inputs[3], g.channels) && checker.readsOptional(i.inputs[4], g.channels) &&
                     checker.writesRow(i.outputs[0], elementsOf(g)));
}

Status checkRow(Checker& checker, const Instruction& i) {
  const StatisticsRowGeometry& g = i.geometry.statisticsRow;
  if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.row, 0, 1)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.readsComputed(i.inputs[0], g.channels) &&
                     checker.writesGradient(i.outputs[0], g.channels));
}

Status checkFollow(Checker& checker, const Instruction& i) {
  const FollowGeometry& g = i.geometry.follow;
  if (!inRange(g.channels, 1, kMostFeatures) || !(g.momentum >= 0 && g.momentum <= 1)) return Status::badGeometry;
  return operandsAre(checker.program().purpose == Purpose::train && counts(i, 3, 0) &&
                     checker.follows(i.inputs[0], g.channels) && checker.follows(i.inputs[1], g.channels) &&
                     checker.readsComputed(i.inputs[2], g.channels));
}

const float* parameter(const Call& call, const Slice& slice, int input) {
  return call.parameters[input] < 0 ? nullptr : slice.buffers->parameters + call.parameters[input];
}

// The mean and the variance of every channel: given ones, or those of the step.
const float* meanOf(const Call& call, const Slice& slice, int input) {
  return call.mean >= 0 ? slice.buffers->parameters + call.mean : inputOf(call, slice, input);
}

const float* varianceOf(const Call& call, const Slice& slice, int input) {
  if (call.variance >= 0) return slice.buffers->parameters + call.variance;
  return inputOf(call, slice, input) + call.geometry.batchNorm.channels;
}

float* partialsOf(const Call& call, const Slice& slice) {
  return floatsAt(slice, call.partials) + slice.number * 2 * call.geometry.batchNorm.channels;
}

void batchStatistics(const Call& call, Slice& slice) {
  call.kernels->batchNorm->statistics(call.geometry.batchNorm, slice.part, slice.samples, inputOf(call, slice, 0),
                                      partialsOf(call, slice));
}

void batchNorm(const Call& call, Slice& slice) {
  call.kernels->batchNorm->normalize(call.geometry.batchNorm, slice.part, inputOf(call, slice, 0),
                                     meanOf(call, slice, 1), varianceOf(call, slice, 1), parameter(call, slice, 2),
                                     parameter(call, slice, 3), outputOf(call, slice));
}

void batchNormSums(const Call& call, Slice& slice) {
  call.kernels->batchNorm->sums(call.geometry.batchNorm, slice.part, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                meanOf(call, slice, 2), varianceOf(call, slice, 2), partialsOf(call, slice));
}

void batchNormGradInput(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float count = static_cast<float>(slice.stepSamples) * static_cast<float>(g.pixels);
  call.kernels->batchNorm->gradInput(g, slice.part, slice.samples, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                     meanOf(call, slice, 2), varianceOf(call, slice, 2),
                                     g.frozen ? nullptr : inputOf(call, slice, 3), count, parameter(call, slice, 4),
                                     outputOf(call, slice));
}

// Means and variances of the step's samples, from every slice's sums and squares; in double precision, slice by slice.
void combineStatistics(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float* partials = floatsAt(slice, call.partials);
  float* statistics = outputOf(call, slice);
  const int32_t slices = (slice.stepSamples + call.lanes - 1) / call.lanes;
  const double count = static_cast<double>(slice.stepSamples) * g.pixels;
  for (int32_t c = 0; c < g.channels; c++) {
    const auto at = [&](int32_t number) { return partials + int64_t{2} * g.channels * number + c; };
    double sum = 0;
    for (int32_t number = 0; number < slices; number++) sum += at(number)[0];
    const double mean = sum / count;
    double squares = 0;
    for (int32_t number = 0; number < slices; number++) {
      const double own = static_cast<double>(std::min(call.lanes, slice.stepSamples - number * call.lanes)) * g.pixels;
      const double apart = at(number)[0] / own - mean;
      squares += at(number)[g.channels] + own * apart * apart;
    }
    statistics[c] = static_cast<float>(mean);
    statistics[g.channels + c] = static_cast<float>(squares / count);
  }
}

// Sums over the slices, by the same order.
void combineSums(const Call& call, Slice& slice) {
  const BatchNormGeometry& g = call.geometry.batchNorm;
  const float* partials = floatsAt(slice, call.partials);
  float* sums = outputOf(call, slice);
  const int32_t slices = (slice.stepSamples + call.lanes - 1) / call.lanes;
  for (int32_t i = 0; i < 2 * g.channels; i++) {
    double sum = 0;
    for (int32_t number = 0; number < slices; number++) sum += partials[int64_t{2} * g.channels * number + i];
    sums[i] = static_cast<float>(sum);
  }
}

// A row of sums to the gradients of a parameter.
void takeRow(const Call& call, Slice& slice) {
  const StatisticsRowGeometry& g = call.geometry.statisticsRow;
  memcpy(gradientOf(call, slice), inputOf(call, slice, 0) + int64_t{g.row} * g.channels,
         static_cast<size_t>(g.channels) * sizeof(float));
}

// running = (1 - momentum) * running + momentum * batch, for means and unbiased variances.
void followStatistics(const Follow& follow, int32_t samples, const float* statistics, float* parameters) {
  const FollowGeometry& g = follow.geometry;
  const double count = static_cast<double>(samples) * g.pixels;
  const double unbiased = count > 1 ? count / (count - 1) : 1;
  const double momentum = g.momentum;
  for (int32_t c = 0; c < g.channels; c++) {
    float& mean = parameters[follow.mean + c];
    float& variance = parameters[follow.variance + c];
    mean = static_cast<float>((1 - momentum) * mean + momentum * statistics[c]);
    variance = static_cast<float>((1 - momentum) * variance + momentum * (statistics[g.channels + c] * unbiased));
  }
}

void lowerGiven(Lowering& lowering, const Instruction& i, Call*) {
  lowering.giveStatistics(i.outputs[0], i.inputs[0], i.inputs[1]);
}

void lowerRow(Lowering& lowering, const Instruction& i, Call* call) {
  lowering.addGradient(i, call).whole = true;
  call->once = true;
}

void lowerFollow(Lowering& lowering, const Instruction& i, Call*) {
  Follow follow{};
  follow.run = followStatistics;
  follow.geometry = i.geometry.follow;
  lowering.addFollow(i.inputs[0], i.inputs[1], i.inputs[2], follow);
}

int64_t work(const Call& call) {
  return 4 * int64_t{call.geometry.batchNorm.channels} * call.geometry.batchNorm.pixels;
}

}  // namespace

constexpr OpDefinition batchStatisticsOp = {
    .geometry = {2, readChannels},
    .check = checkStatistics,
    .run = batchStatistics,
    .combine = combineStatistics,
    .work = work,
};

constexpr OpDefinition givenStatisticsOp = {.geometry = {1, readGiven}, .check = checkGiven, .lower = lowerGiven};

constexpr OpDefinition batchNormOp = {
    .geometry = {4, readNorm},
    .check = checkNorm,
    .run = batchNorm,
    .work = work,
};

constexpr OpDefinition batchNormSumsOp = {
    .geometry = {4, readNorm},
    .check = checkSums,
    .run = batchNormSums,
    .combine = combineSums,
    .work = work,
};

constexpr OpDefinition batchNormGradInputOp = {
    .geometry = {4, readNorm},
    .check = checkGradInput,
    .run = batchNormGradInput,
    .outputMemory = OutputMemory::overFirst,
    .work = work,
};

constexpr OpDefinition statisticsRowOp = {
    .geometry = wholeNumbers<&Geometry::statisticsRow>(),
    .check = checkRow,
    .run = takeRow,
    .runPlanar = takeRow,
    .lower = lowerRow,
};

constexpr OpDefinition followStatisticsOp = {.geometry = {3, readFollow}, .check = checkFollow, .lower = lowerFollow};

}  // namespace laminet
