// Fully connected layers. Weights are packed for both directions; the weights' gradient is computed in the last stage
// of a step, of the inputs and the outputs' gradients that all slices leave behind.
#include <string.h>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

bool valid(const DenseGeometry& g) { return inRange(g.inputs, 1, kMostFeatures) && inRange(g.outputs, 1, kMostExtent); }

int64_t weightsOf(const DenseGeometry& g) { return product(g.inputs, g.outputs, 1); }

Status checkForward(Checker& checker, const Instruction& i) {
  const DenseGeometry& g = i.geometry.dense;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre((counts(i, 2, 1) || (counts(i, 3, 1) && checker.readsOptional(i.inputs[2], g.outputs))) &&
                     checker.reads(i.inputs[0], g.inputs) &&
                     checker.readsWeight(i.inputs[1], weightsOf(g), g.outputs) &&
                     checker.writesRow(i.outputs[0], g.outputs));
}

Status checkGradInput(Checker& checker, const Instruction& i) {
  const DenseGeometry& g = i.geometry.dense;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], g.outputs) &&
                     checker.readsWeight(i.inputs[1], weightsOf(g), g.outputs) &&
                     checker.writesRow(i.outputs[0], g.inputs));
}

Status checkGradWeight(Checker& checker, const Instruction& i) {
  const DenseGeometry& g = i.geometry.dense;
  if (!valid(g)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], g.outputs) && checker.reads(i.inputs[1], g.inputs) &&
                     checker.writesWeightGradient(i.outputs[0], weightsOf(g), g.outputs));
}

void forward(const Call& call, Slice& slice) {
  call.kernels->dense->forward(call.geometry.dense, slice.part, slice.together, inputOf(call, slice, 0),
                               packedOf(call, slice), biasOf(call, slice), outputOf(call, slice));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->dense->gradInput(call.geometry.dense, slice.part, slice.together, inputOf(call, slice, 0),
                                 packedOf(call, slice), outputOf(call, slice));
}

void gradWeight(const Call& call, Slice& slice) {
  const DenseKernels& kernels = *call.kernels->dense;
  const DenseGeometry& g = call.geometry.dense;
  kernels.keepInputs(g, slice.number, slice.room, inputOf(call, slice, 1), slice.kept + call.keptInputs);
  kernels.keepGradients(g, slice.number, slice.room, inputOf(call, slice, 0), slice.kept + call.keptGradients);
}

void forwardPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->dense.forward(call.geometry.dense, slice.part, inputOf(call, slice, 0), packedOf(call, slice),
                                      biasOf(call, slice), outputOf(call, slice));
}

void gradInputPlanar(const Call& call, Slice& slice) {
  call.kernels->planar->dense.gradInput(call.geometry.dense, slice.part, inputOf(call, slice, 0), weightOf(call, slice),
                                        outputOf(call, slice));
}

void gradWeightPlanar(const Call& call, Slice& slice) {
  const DenseGeometry& g = call.geometry.dense;
  memcpy(slice.kept + call.keptInputs + slice.number * g.inputs, inputOf(call, slice, 1),
         static_cast<size_t>(g.inputs) * sizeof(float));
  memcpy(slice.kept + call.keptGradients + slice.number * g.outputs, inputOf(call, slice, 0),
         static_cast<size_t>(g.outputs) * sizeof(float));
}

// The product of what the slices have left behind.
void gradWeightRows(const GradientPart& part, const KernelTable& kernels, int32_t begin, int32_t end, int32_t slices,
                    const float* kept, float* gradients) {
  kernels.dense->gradWeightRows(part.geometry, begin, end, slices, part.room, kept + part.keptInputs,
                                kept + part.keptGradients, gradients);
}

void gradWeightRowsPlanar(const GradientPart& part, const KernelTable& kernels, int32_t begin, int32_t end,
                          int32_t slices, const float* kept, float* gradients) {
  kernels.planar->dense.gradWeightRows(part.geometry, begin, end, slices, kept + part.keptInputs,
                                       kept + part.keptGradients, gradients);
}

void packForward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin, int32_t end,
                 float* packed) {
  kernels.dense->packForward(packing.geometry.dense, weight, begin, end, packed);
}

void packBackward(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin, int32_t end,
                  float* packed) {
  kernels.dense->packBackward(packing.geometry.dense, weight, begin, end, packed);
}

void packPlanar(const Packing& packing, const KernelTable& kernels, const float* weight, int32_t begin, int32_t end,
                float* packed) {
  kernels.planar->dense.packForward(packing.geometry.dense, weight, begin, end, packed);
}

Packing packingOf(const DenseGeometry& g) {
  Packing packing{};
  packing.rows = g.outputs;
  packing.geometry.dense = g;
  return packing;
}

void lowerForward(Lowering& lowering, const Instruction& i, Call* call) {
  const DenseGeometry& g = i.geometry.dense;
  Packing packing = packingOf(g);
  packing.pack = lowering.planar() ? packPlanar : packForward;
  packing.floats = lowering.planar() ? lowering.kernels().planar->dense.packedSize(g)
                                     : lowering.kernels().dense->packedSize(g.outputs, g.inputs);
  call->weight = lowering.packed(i.inputs[1], packing);
  if (i.inputs.size() == 3 && i.inputs[2] >= 0) call->bias = lowering.parameterOffset(i.inputs[2]);
}

// Single samples read the weights as they are.
void lowerGradInput(Lowering& lowering, const Instruction& i, Call* call) {
  if (lowering.planar()) {
    call->weight = lowering.parameterOffset(i.inputs[1]);
    return;
  }
  const DenseGeometry& g = i.geometry.dense;
  Packing packing = packingOf(g);
  packing.pack = packBackward;
  packing.floats = lowering.kernels().dense->packedSize(g.inputs, g.outputs);
  call->weight = lowering.packed(i.inputs[1], packing);
}

void lowerGradWeight(Lowering& lowering, const Instruction& i, Call* call) {
  const DenseGeometry& g = i.geometry.dense;
  const int32_t room = lowering.slices();
  const DenseKernels& kernels = *lowering.kernels().dense;
  call->keptInputs = lowering.keep(lowering.planar() ? int64_t{room} * g.inputs : kernels.keptInputs(g, room));
  call->keptGradients = lowering.keep(lowering.planar() ? int64_t{room} * g.outputs : kernels.keptGradients(g, room));
  GradientPart& part = lowering.addGradient(i, call);
  part.product = lowering.planar() ? gradWeightRowsPlanar : gradWeightRows;
  part.rows = g.outputs;
  part.geometry = g;
  part.room = room;
  part.keptInputs = call->keptInputs;
  part.keptGradients = call->keptGradients;
}

// A vector operation for each weight, and each of them is one to read.
int64_t work(const Call& call) {
  return static_cast<int64_t>(call.geometry.dense.inputs) * call.geometry.dense.outputs;
}

}  // namespace

constexpr OpDefinition denseOp = {
    .geometry = wholeNumbers<&Geometry::dense>(),
    .check = checkForward,
    .run = forward,
    .runPlanar = forwardPlanar,
    .lower = lowerForward,
    .work = work,
    .sharedFloats = work,
};

constexpr OpDefinition denseGradInputOp = {
    .geometry = wholeNumbers<&Geometry::dense>(),
    .check = checkGradInput,
    .run = gradInput,
    .runPlanar = gradInputPlanar,
    .lower = lowerGradInput,
    .work = work,
    .sharedFloats = work,
};

constexpr OpDefinition denseGradWeightOp = {
    .geometry = wholeNumbers<&Geometry::dense>(),
    .check = checkGradWeight,
    .run = gradWeight,
    .runPlanar = gradWeightPlanar,
    .lower = lowerGradWeight,
};

}  // namespace laminet
