// A number for every channel: added to its pixels, and the gradient of that.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

bool valid(const ChannelGeometry& g) {
  return inRange(g.channels, 1, kMostFeatures) && inRange(g.pixels, 1, kMostFeatures);
}

Status checkAddBias(Checker& checker, const Instruction& i) {
  const ChannelGeometry& g = i.geometry.channels;
  if (!valid(g)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], elements) &&
                     checker.readsParameter(i.inputs[1], g.channels) && checker.writesRow(i.outputs[0], elements));
}

Status checkBiasGrad(Checker& checker, const Instruction& i) {
  const ChannelGeometry& g = i.geometry.channels;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], product(g.channels, g.pixels, 1)) &&
                     checker.writesGradient(i.outputs[0], g.channels));
}

void addBias(const Call& call, Slice& slice) {
  call.kernels->channels->addBias(call.geometry.channels, call.lanes, slice.part, inputOf(call, slice, 0),
                                  biasOf(call, slice), outputOf(call, slice));
}

void biasGrad(const Call& call, Slice& slice) {
  call.kernels->channels->sums(call.geometry.channels, slice.part, inputOf(call, slice, 0), gradientOf(call, slice));
}

void biasGradPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->channelSums(call.geometry.channels, slice.part, inputOf(call, slice, 0),
                                    gradientOf(call, slice));
}

void lowerAddBias(Lowering& lowering, const Instruction& i, Call* call) {
  call->bias = lowering.parameterOffset(i.inputs[1]);
}

void lowerBiasGrad(Lowering& lowering, const Instruction& i, Call* call) { lowering.addSlotGradient(i, call); }

int64_t biasGradWork(const Call& call) {
  return 2 * static_cast<int64_t>(call.geometry.channels.channels) * call.geometry.channels.pixels;
}

}  // namespace

constexpr OpDefinition addBiasOp = {
    .geometry = wholeNumbers<&Geometry::channels>(),
    .check = checkAddBias,
    .run = addBias,
    .runPlanar = addBias,
    .lower = lowerAddBias,
    .outputMemory = OutputMemory::overFirst,
    .work = workPerOutput<3>,
};

constexpr OpDefinition biasGradOp = {
    .geometry = wholeNumbers<&Geometry::channels>(),
    .check = checkBiasGrad,
    .run = biasGrad,
    .runPlanar = biasGradPlanar,
    .lower = lowerBiasGrad,
    .work = biasGradWork,
};

}  // namespace laminet
