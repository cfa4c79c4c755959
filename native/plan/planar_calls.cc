// Slices of one sample: like calls.cc, for the ops that have kernels of their own for that.
#include <string.h>

#include "plan/calls.h"

namespace laminet {
namespace {

const PlanarKernels& planar(const Call& call) { return *call.kernels->planar; }
const float* weight(const Call& call, const Slice& slice) { return slice.buffers->parameters + call.weight; }

void gather(const Call& call, Slice& slice) {
  const GatherGeometry& g = call.geometry.gather;
  const int64_t size = static_cast<int64_t>(g.channels) * g.sourceHeight * g.sourceWidth;
  const int64_t start = static_cast<int64_t>(slice.indices[0]) * size;
  if (g.bytes) {
    planar(call).gatherBytes(g, slice.part, static_cast<const uint8_t*>(slice.buffers->samples) + start,
                             outputOf(call, slice));
  } else {
    planar(call).gatherFloats(g, slice.part, static_cast<const float*>(slice.buffers->samples) + start,
                              outputOf(call, slice));
  }
}

void scatter(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  memcpy(slice.buffers->results[call.result] + slice.row * elements, inputOf(call, slice, 0),
         static_cast<size_t>(elements) * sizeof(float));
}

void conv2d(const Call& call, Slice& slice) {
  planar(call).conv2d.forward(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), weight(call, slice),
                              biasOf(call, slice), floatsAt(slice, call.scratch), outputOf(call, slice));
}

void conv2dGradInput(const Call& call, Slice& slice) {
  planar(call).conv2d.gradInput(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), weight(call, slice),
                                floatsAt(slice, call.scratch), outputOf(call, slice));
}

void conv2dGradWeight(const Call& call, Slice& slice) {
  planar(call).conv2d.gradWeight(call.geometry.conv2d, slice.part, inputOf(call, slice, 0), inputOf(call, slice, 1),
                                 floatsAt(slice, call.scratch), gradientOf(call, slice));
}

void dense(const Call& call, Slice& slice) {
  planar(call).dense.forward(call.geometry.dense, slice.part, inputOf(call, slice, 0), slice.packed + call.weight,
                             biasOf(call, slice), outputOf(call, slice));
}

void denseGradInput(const Call& call, Slice& slice) {
  planar(call).dense.gradInput(call.geometry.dense, slice.part, inputOf(call, slice, 0), weight(call, slice),
                               outputOf(call, slice));
}

// The product itself is done in the second stage.
void denseGradWeight(const Call& call, Slice& slice) {
  const DenseGeometry& g = call.geometry.dense;
  memcpy(slice.kept + call.keptInputs + slice.number * g.inputs, inputOf(call, slice, 1),
         static_cast<size_t>(g.inputs) * sizeof(float));
  memcpy(slice.kept + call.keptGradients + slice.number * g.outputs, inputOf(call, slice, 0),
         static_cast<size_t>(g.outputs) * sizeof(float));
}

void biasGrad(const Call& call, Slice& slice) {
  planar(call).channelSums(call.geometry.channels, slice.part, inputOf(call, slice, 0), gradientOf(call, slice));
}

void maxPool2d(const Call& call, Slice& slice) {
  planar(call).maxPool2d.forward(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0), outputOf(call, slice),
                                 outputOf(call, slice, 1));
}

void maxPool2dGrad(const Call& call, Slice& slice) {
  planar(call).maxPool2d.gradInput(call.geometry.maxPool2d, slice.part, inputOf(call, slice, 0),
                                   inputOf(call, slice, 1), outputOf(call, slice));
}

void meanLoss(const Call& call, Slice& slice) { *slice.loss = inputOf(call, slice, 0)[0]; }

}  // namespace

CallFunction planarCallFunction(Op op, bool isDense) {
  switch (op) {
    case Op::gather: return gather;
    case Op::scatter: return scatter;
    case Op::conv2d: return isDense ? dense : conv2d;
    case Op::conv2dGradInput: return isDense ? denseGradInput : conv2dGradInput;
    case Op::conv2dGradWeight: return isDense ? denseGradWeight : conv2dGradWeight;
    case Op::biasGrad: return biasGrad;
    case Op::maxPool2d: return maxPool2d;
    case Op::maxPool2dGrad: return maxPool2dGrad;
    case Op::dense: return dense;
    case Op::denseGradInput: return denseGradInput;
    case Op::denseGradWeight: return denseGradWeight;
    case Op::meanLoss: return meanLoss;
    // Numbers of the whole step.
    case Op::statisticsRow:
    // Element by element, whatever the elements are.
    case Op::reshape:
    case Op::tanh:
    case Op::sigmoid:
    case Op::relu:
    case Op::tanhGrad:
    case Op::sigmoidGrad:
    case Op::reluGrad:
    case Op::add:
    case Op::multiply:
    case Op::concat:
    case Op::slice:
    case Op::sliceGrad:
    case Op::zeroPad2d:
    case Op::crop2d:
    case Op::addBias: return callFunction(op, isDense);
    default: return nullptr;
  }
}

}  // namespace laminet
