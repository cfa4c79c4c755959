// Two-dimensional convolution and its gradients, each also with the max-pooling behind it (plan/fuse.h).
#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

bool valid(const Conv2dGeometry& g) {
  return inRange(g.inChannels, 1, kMostExtent) && inRange(g.outChannels, 1, kMostExtent) &&
         inRange(g.groups, 1, kMostExtent) && g.inChannels % g.groups == 0 && g.outChannels % g.groups == 0 &&
         fits(g.inHeight, g.outHeight, g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop, g.padBottom) &&
         fits(g.inWidth, g.outWidth, g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft, g.padRight);
}

int64_t inputsOf(const Conv2dGeometry& g) { return product(g.inChannels, g.inHeight, g.inWidth); }
int64_t outputsOf(const Conv2dGeometry& g) { return product(g.outChannels, g.outHeight, g.outWidth); }
int64_t weightsOf(const Conv2dGeometry& g) {
  return product(g.outChannels, g.inChannels / g.groups, g.kernelHeight, g.kernelWidth);
}

Status checkForward(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre((counts(i, 2, 1) || (counts(i, 3, 1) && checker.readsOptional(i.inputs[2], g.outChannels))) &&
                     checker.reads(i.inputs[0], inputsOf(g)) &&
                     checker.readsWeight(i.inputs[1], weightsOf(g), g.outChannels) &&
                     checker.writesRow(i.outputs[0], outputsOf(g)));
}

Status checkGradInput(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], outputsOf(g)) &&
                     checker.readsWeight(i.inputs[1], weightsOf(g), g.outChannels) &&
                     checker.writesRow(i.outputs[0], inputsOf(g)));
}

Status checkGradWeight(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], outputsOf(g)) &&
                     checker.reads(i.inputs[1], inputsOf(g)) &&
                     checker.writesWeightGradient(i.outputs[0], weightsOf(g), g.outChannels));
}

bool coversImage(const Conv2dGeometry& g) {
  return g.groups == 1 && g.outHeight == 1 && g.outWidth == 1 && g.kernelHeight == g.inHeight &&
         g.kernelWidth == g.inWidth && g.padTop == 0 && g.padLeft == 0 && g.padBottom == 0 && g.padRight == 0 &&
         (g.dilationHeight == 1 || g.kernelHeight == 1) && (g.dilationWidth == 1 || g.kernelWidth == 1);
}

// A convolution whose kernel covers its whole image is a fully connected layer: every weight meets one input.
template <Op denseOp>
void simplify(Instruction* i) {
  const Conv2dGeometry g = i->geometry.conv2d;
  if (!coversImage(g)) return;
  i->op = denseOp;
  i->geometry.dense = {g.inChannels * g.inHeight * g.inWidth, g.outChannels};
}

void forward(const Call& call, Slice& slice) {
  call.kernels->conv2d->forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packedOf(call, slice),
                                biasOf(call, slice), outputOf(call, slice));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->conv2d->gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packedOf(call, slice),
                                  outputOf(call, slice));
}

void gradWeight(const Call& call, Slice& slice) {
  call.kernels->conv2d->gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                   floatsAt(slice, call.scratch), gradientOf(call, slice));
}

const uint8_t* winnersOf(const Call& call, const Slice& slice) {
  return reinterpret_cast<const uint8_t*>(inputOf(call, slice, 2));
}

Activation activationOf(const Call& call) {
  Activation activation = {nullptr, call.fusion.constants};
  if (call.fusion.activation) activation.value = (call.kernels->elementwise->*call.fusion.activation).value;
  return activation;
}

void forwardPooled(const Call& call, Slice& slice) {
  call.kernels->conv2dPool->forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packedOf(call, slice),
                                    biasOf(call, slice), activationOf(call), outputOf(call, slice),
                                    reinterpret_cast<uint8_t*>(outputOf(call, slice, 1)));
}

void gradInputPooled(const Call& call, Slice& slice) {
  call.kernels->conv2dPool->gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), winnersOf(call, slice),
                                      packedOf(call, slice), outputOf(call, slice));
}

void gradWeightPooled(const Call& call, Slice& slice) {
  call.kernels->conv2dPool->gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0),
                                       winnersOf(call, slice), inputOf(call, slice, 1), floatsAt(slice, call.scratch),
                                       gradientOf(call, slice));
}

void forwardWinograd(const Call& call, Slice& slice) {
  call.kernels->winograd->forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), packedOf(call, slice),
                                  biasOf(call, slice), activationOf(call), floatsAt(slice, call.scratch),
                                  outputOf(call, slice),
                                  call.fusion.pools ? reinterpret_cast<uint8_t*>(outputOf(call, slice, 1)) : nullptr);
}

void gradInputWinograd(const Call& call, Slice& slice) {
  call.kernels->winograd->gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0),
                                    call.fusion.pools ? winnersOf(call, slice) : nullptr, packedOf(call, slice),
                                    floatsAt(slice, call.scratch), outputOf(call, slice));
}

void gradWeightWinograd(const Call& call, Slice& slice) {
  call.kernels->winograd->gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0),
                                     call.fusion.pools ? winnersOf(call, slice) : nullptr, inputOf(call, slice, 1),
                                     floatsAt(slice, call.scratch), gradientOf(call, slice));
}

void forwardPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->conv2d.forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), weightOf(call, slice),
                                       biasOf(call, slice), floatsAt(slice, call.scratch), outputOf(call, slice));
}

void gradInputPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->conv2d.gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0),
                                         weightOf(call, slice), floatsAt(slice, call.scratch), outputOf(call, slice));
}

void gradWeightPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->conv2d.gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0),
                                          inputOf(call, slice, 1), floatsAt(slice, call.scratch),
                                          gradientOf(call, slice));
}

void packForward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin, int32_t end,
                 float* packed) {
  kernels.conv2d->packForward(packing.geometry.conv2d, weight, begin, end, packed);
}

void packBackward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin, int32_t end,
                  float* packed) {
  kernels.conv2d->packBackward(packing.geometry.conv2d, weight, begin, end, packed);
}

void packPooledBackward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin,
                        int32_t end, float* packed) {
  kernels.conv2dPool->packBackward(packing.geometry.conv2d, weight, begin, end, packed);
}

void packWinogradForward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin,
                         int32_t end, float* packed) {
  kernels.winograd->packForward(packing.geometry.conv2d, weight, begin, end, packed);
}

void packWinogradBackward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin,
                          int32_t end, float* packed) {
  kernels.winograd->packBackward(packing.geometry.conv2d, weight, begin, end, packed);
}

Packing packingOf(const Conv2dGeometry& g) {
  Packing packing{};
  packing.rows = g.outChannels;
  packing.floats = weightsOf(g);
  packing.geometry.conv2d = g;
  return packing;
}

// Single samples read the weights as they are.
void lowerForward(Lowering& lowering, const Instruction& i, Call* call) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  Packing packing = packingOf(g);
  packing.pack = packForward;
  if (lowering.byWinograd(g)) {
    call->run = forwardWinograd;
    packing.pack = packWinogradForward;
    packing.floats = lowering.kernels().winograd->packedSize(g);
  }
  call->weight = lowering.planar() ? lowering.parameterOffset(i.inputs[1]) : lowering.packed(i.inputs[1], packing);
  if (i.inputs.size() == 3 && i.inputs[2] >= 0) call->bias = lowering.parameterOffset(i.inputs[2]);
}

void lowerGradInput(Lowering& lowering, const Instruction& i, Call* call) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  Packing packing = packingOf(g);
  packing.pack = packBackward;
  if (lowering.byWinograd(g)) {
    call->run = gradInputWinograd;
    packing.pack = packWinogradBackward;
    packing.floats = lowering.kernels().winograd->packedSize(g);
  } else if (i.fusion.pools) {
    packing.pack = packPooledBackward;
    packing.floats = lowering.kernels().conv2dPool->packedSize(g);
  }
  call->weight = lowering.planar() ? lowering.parameterOffset(i.inputs[1]) : lowering.packed(i.inputs[1], packing);
}

void lowerGradWeight(Lowering& lowering, const Instruction& i, Call* call) {
  if (lowering.byWinograd(i.geometry.conv2d)) call->run = gradWeightWinograd;
  lowering.addSlotGradient(i, call);
}

int64_t mapScratch(const Call& call) {
  const Conv2dGeometry& g = call.geometry.conv2d;
  if (call.lanes == 1) return call.kernels->planar->conv2d.scratchSize(g);
  const bool winograd = call.run == forwardWinograd || call.run == gradInputWinograd;
  return winograd ? call.kernels->winograd->mapScratchSize(g) : 0;
}

int64_t weightScratch(const Call& call) {
  const Conv2dGeometry& g = call.geometry.conv2d;
  if (call.lanes == 1) return call.kernels->planar->conv2d.scratchSize(g);
  if (call.run == gradWeightWinograd) return call.kernels->winograd->weightScratchSize(g);
  return call.fusion.pools ? call.kernels->conv2dPool->scratchSize(g) : call.kernels->conv2d->scratchSize(g);
}

// Of windows of 2x2.
int64_t bytesOfWinner(const Instruction&) { return 1; }

int64_t work(const Call& call) {
  const Conv2dGeometry& g = call.geometry.conv2d;
  return static_cast<int64_t>(g.outChannels) * g.outHeight * g.outWidth * (g.inChannels / g.groups) * g.kernelHeight *
         g.kernelWidth;
}

}  // namespace

constexpr OpDefinition conv2dOp = {
    .geometry = wholeNumbers<&Geometry::conv2d>(),
    .check = checkForward,
    .simplify = simplify<Op::dense>,
    .run = forward,
    .runPlanar = forwardPlanar,
    .runPooled = forwardPooled,
    .lower = lowerForward,
    .scratchFloats = mapScratch,
    .indexBytes = bytesOfWinner,
    .work = work,
};

constexpr OpDefinition conv2dGradInputOp = {
    .geometry = wholeNumbers<&Geometry::conv2d>(),
    .check = checkGradInput,
    .simplify = simplify<Op::denseGradInput>,
    .run = gradInput,
    .runPlanar = gradInputPlanar,
    .runPooled = gradInputPooled,
    .lower = lowerGradInput,
    .scratchFloats = mapScratch,
    .work = work,
};

constexpr OpDefinition conv2dGradWeightOp = {
    .geometry = wholeNumbers<&Geometry::conv2d>(),
    .check = checkGradWeight,
    .simplify = simplify<Op::denseGradWeight>,
    .run = gradWeight,
    .runPlanar = gradWeightPlanar,
    .runPooled = gradWeightPooled,
    .lower = lowerGradWeight,
    .scratchFloats = weightScratch,
    .work = work,
};

}  // namespace laminet
