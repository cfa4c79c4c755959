// Max-pooling, whose second output is the place of each winner in its window.
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"

namespace laminet {
namespace {

Status checkForward(Checker& checker, const Instruction& i) {
  const MaxPool2dGeometry& g = i.geometry.maxPool2d;
  if (!validPool(g)) return Status::badGeometry;
  const int64_t output = product(g.channels, g.outHeight, g.outWidth);
  return operandsAre(counts(i, 1, 2) && checker.reads(i.inputs[0], product(g.channels, g.inHeight, g.inWidth)) &&
                     checker.writesRow(i.outputs[0], output) && checker.writesWinners(i.outputs[1], g, output));
}

Status checkGrad(Checker& checker, const Instruction& i) {
  const MaxPool2dGeometry& g = i.geometry.maxPool2d;
  if (!validPool(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], product(g.channels, g.outHeight, g.outWidth)) &&
                     checker.readsWinners(i.inputs[1], g) &&
                     checker.writesRow(i.outputs[0], product(g.channels, g.inHeight, g.inWidth)));
}

void forward(const Call& call, Slice& slice) {
  call.kernels->maxPool2d->forward(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0), outputOf(call, slice),
                                   outputOf(call, slice, 1));
}

void grad(const Call& call, Slice& slice) {
  call.kernels->maxPool2d->gradInput(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0),
                                     inputOf(call, slice, 1), outputOf(call, slice));
}

void forwardPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->maxPool2d.forward(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0),
                                          outputOf(call, slice), outputOf(call, slice, 1));
}

void gradPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->maxPool2d.gradInput(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0),
                                            inputOf(call, slice, 1), outputOf(call, slice));
}

int64_t bytesOfWinner(const Instruction& i) { return winnerBytes(i.geometry.maxPool2d); }

int64_t work(const Call& call) {
  const MaxPool2dGeometry& g = call.geometry.maxPool2d;
  return 4 * static_cast<int64_t>(g.channels) * g.inHeight * g.inWidth;
}

}  // namespace

constexpr OpDefinition maxPool2dOp = {
    .geometry = wholeNumbers<&Geometry::maxPool2d>(),
    .check = checkForward,
    .run = forward,
    .runPlanar = forwardPlanar,
    .indexBytes = bytesOfWinner,
    .work = work,
};

constexpr OpDefinition maxPool2dGradOp = {
    .geometry = wholeNumbers<&Geometry::maxPool2d>(),
    .check = checkGrad,
    .run = grad,
    .runPlanar = gradPlanar,
    .work = work,
};

}  // namespace laminet
