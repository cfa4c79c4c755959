#include "plan/lower.h"

#include <string.h>

#include "plan/batch_norm.h"
#include "plan/calls.h"
#include "plan/lowering.h"
#include "plan/stages.h"

namespace laminet {
namespace {

// Batches of so few samples go sample by sample through kernels that fill vectors with neighbouring pixels; the lanes
// of a larger batch's samples are well enough filled.
constexpr int32_t kMostPlanar = 8;

// A convolution whose kernel covers its whole image is a fully connected layer: every weight meets one input.
bool coversImage(const Conv2dGeometry& g) {
  return g.groups == 1 && g.outHeight == 1 && g.outWidth == 1 && g.kernelHeight == g.inHeight &&
         g.kernelWidth == g.inWidth && g.padTop == 0 && g.padLeft == 0 && g.padBottom == 0 && g.padRight == 0 &&
         (g.dilationHeight == 1 || g.kernelHeight == 1) && (g.dilationWidth == 1 || g.kernelWidth == 1);
}

bool isConvolution(Op op) { return op == Op::conv2d || op == Op::conv2dGradInput || op == Op::conv2dGradWeight; }

bool isDense(const Instruction& instruction) {
  switch (instruction.op) {
    case Op::dense:
    case Op::denseGradInput:
    case Op::denseGradWeight: return true;
    default: return isConvolution(instruction.op) && coversImage(instruction.geometry.conv2d);
  }
}

bool samePacking(const Packing& a, const Packing& b) {
  return a.parameter == b.parameter && a.dense == b.dense && a.backward == b.backward && a.rows == b.rows &&
         memcmp(&a.conv2d, &b.conv2d, sizeof a.conv2d) == 0 &&
         memcmp(&a.denseGeometry, &b.denseGeometry, sizeof a.denseGeometry) == 0;
}

}  // namespace

// Sums of partial gradients are done in the last stage.
bool Lowering::sumsGradients(const Instruction& instruction) const {
  return instruction.op == Op::add && program_.tensors[instruction.outputs[0]].role != Role::activation;
}

int64_t Lowering::packing(const Instruction& instruction, bool dense, bool backward) {
  const int32_t parameter = program_.tensors[instruction.inputs[1]].parameter;
  Packing packing{};
  packing.parameter = parameter;
  packing.backward = backward;
  int64_t size = program_.parameters[parameter].size;
  if (!dense) {
    packing.conv2d = instruction.geometry.conv2d;
    packing.rows = packing.conv2d.outChannels;
    packing.pools = backward && instruction.fusion.pools;
    if (packing.pools) size = kernels_.conv2dPool->packedSize(packing.conv2d);
  } else {
    packing.dense = true;
    packing.denseGeometry = instruction.geometry.dense;
    if (isConvolution(instruction.op)) {
      const int32_t outputs = instruction.geometry.conv2d.outChannels;
      packing.denseGeometry = {static_cast<int32_t>(size / outputs), outputs};
    }
    packing.rows = packing.denseGeometry.outputs;
    const DenseGeometry& g = packing.denseGeometry;
    if (planar()) {
      size = kernels_.planar->dense.packedSize(g);
    } else {
      size =
          backward ? kernels_.dense->packedSize(g.inputs, g.outputs) : kernels_.dense->packedSize(g.outputs, g.inputs);
    }
  }
  // A layer that is used several times finds its weights packed.
  for (const Packing& other : lowered_.packings) {
    if (samePacking(packing, other)) return other.offset;
  }
  packing.offset = lowered_.packedFloats;
  lowered_.packings.push_back(packing);
  lowered_.packedFloats += (size + 15) / 16 * 16;
  return packing.offset;
}

// Room for what each slice leaves behind for the gradient of a fully connected layer's weights.
void Lowering::keep(GradientPart* part, Call* call) {
  const DenseGeometry& g = call->geometry.dense;
  call->keptInputs = lowered_.keptFloats;
  lowered_.keptFloats += lowered_.slices * (planar() ? g.inputs : kernels_.dense->keptInputs(g));
  call->keptGradients = lowered_.keptFloats;
  lowered_.keptFloats += static_cast<int64_t>(lowered_.slices) * g.outputs * lowered_.lanes;
  part->dense = true;
  part->geometry = g;
  part->keptInputs = call->keptInputs;
  part->keptGradients = call->keptGradients;
}

int64_t Lowering::scratchFloats(const Call& call) const {
  if (call.dense || !isConvolution(call.op)) return 0;
  const Conv2dGeometry& g = call.geometry.conv2d;
  if (planar()) return kernels_.planar->conv2d.scratchSize(g);
  if (call.op != Op::conv2dGradWeight) return 0;
  return call.fusion.pools ? kernels_.conv2dPool->scratchSize(g) : kernels_.conv2d->scratchSize(g);
}

// A call for 16 lanes in place of one for one sample, with its operands in scratch.
void Lowering::addSpread(Call* call) {
  auto inner = std::make_unique<Call>(*call);
  inner->run = callFunction(call->op, call->dense);
  inner->lanes = kSliceSamples;
  int64_t elements = 0;
  for (int i = 0; i < kMostOperands; i++) elements += call->inputElements[i] + call->outputElements[i];
  call->run = runSpread;
  call->spread = inner.get();
  lowered_.spread.push_back(std::move(inner));
  const auto at = static_cast<int32_t>(lowered_.calls.size());
  scratch_.back() = addPiece(elements * kSliceSamples * kFloatBytes, at, at);
}

// Brings together what all slices have left behind.
void Lowering::addCombine(const Call& call, const Instruction& instruction) {
  Call combine = call;
  combine.run = call.op == Op::batchStatistics ? combineStatistics : combineSums;
  combine.spread = nullptr;
  combine.meets = false;
  combine.once = true;
  const int32_t id = instruction.outputs[0];
  combine.outputs[0] = statistics_[id].place = stepFloats(program_.tensors[id].elements);
  lowered_.calls.push_back(combine);
  scratch_.push_back(-1);
}

void Lowering::addCall(const Instruction& instruction, int32_t number) {
  Call call{};
  call.op = instruction.op;
  call.kernels = &kernels_;
  call.fusion = instruction.fusion;
  call.geometry = instruction.geometry;
  call.result = instruction.result;
  call.instruction = number;
  call.lanes = lowered_.lanes;
  call.bias = -1;
  call.dense = isDense(instruction);
  if (call.dense && isConvolution(instruction.op)) {
    const Conv2dGeometry& g = instruction.geometry.conv2d;
    call.geometry.dense = {g.inChannels * g.inHeight * g.inWidth, g.outChannels};
  }
  const auto parameterOffset = [&](int32_t tensor) {
    return program_.parameters[program_.tensors[tensor].parameter].offset;
  };
  switch (instruction.op) {
    case Op::conv2d:
    case Op::dense:
      // Single samples read a convolution's weights as they are.
      call.weight =
          planar() && !call.dense ? parameterOffset(instruction.inputs[1]) : packing(instruction, call.dense, false);
      if (instruction.inputs.size() == 3 && instruction.inputs[2] >= 0) {
        call.bias = parameterOffset(instruction.inputs[2]);
      }
      break;
    case Op::conv2dGradInput:
    case Op::denseGradInput:
      call.weight = planar() ? parameterOffset(instruction.inputs[1]) : packing(instruction, call.dense, true);
      break;
    case Op::conv2dGradWeight:
    case Op::denseGradWeight:
    case Op::biasGrad: {
      const int32_t parameter = program_.tensors[instruction.outputs[0]].parameter;
      call.weight = gradientPlaces_[instruction.outputs[0]];
      lowered_.hasGradient[parameter] = true;
      GradientPart part{};
      part.place = call.weight;
      part.instruction = number;
      if (call.dense) keep(&part, &call);
      lowered_.gradientParts[parameter].push_back(part);
      break;
    }
    case Op::addBias: call.bias = parameterOffset(instruction.inputs[1]); break;
    case Op::statisticsRow: {
      const int32_t parameter = program_.tensors[instruction.outputs[0]].parameter;
      call.weight = gradientPlaces_[instruction.outputs[0]];
      call.once = true;
      lowered_.hasGradient[parameter] = true;
      GradientPart part{};
      part.place = call.weight;
      part.instruction = number;
      part.whole = true;
      lowered_.gradientParts[parameter].push_back(part);
      break;
    }
    case Op::batchStatistics:
    case Op::batchNormSums:
      call.meets = true;
      call.partials = stepFloats(lowered_.slices * program_.tensors[instruction.outputs[0]].elements);
      break;
    case Op::meanLoss: lowered_.hasLoss = true; break;
    default: break;
  }
  call.mean = call.variance = -1;
  for (size_t i = 0; i < instruction.inputs.size() && i < kMostOperands; i++) {
    const int32_t id = instruction.inputs[i];
    const bool parameter = id >= 0 && program_.tensors[id].role == Role::parameter;
    call.parameters[i] = parameter ? parameterOffset(id) : -1;
    if (id < 0 || program_.tensors[id].role != Role::statistics || statistics_[id].mean < 0) continue;
    call.mean = statistics_[id].mean;
    call.variance = statistics_[id].variance;
  }
  for (size_t i = 0; i < instruction.inputs.size() && i < kMostOperands; i++) {
    const int32_t id = instruction.inputs[i];
    if (id >= 0 && pieceOf_[id] >= 0) call.inputElements[i] = program_.tensors[id].elements;
  }
  for (size_t i = 0; i < instruction.outputs.size() && i < kMostOperands; i++) {
    const int32_t id = instruction.outputs[i];
    if (pieceOf_[id] >= 0) call.outputElements[i] = program_.tensors[id].elements;
  }
  call.run = planar()            ? planarCallFunction(call.op, call.dense)
             : call.fusion.pools ? pooledCallFunction(call.op)
                                 : callFunction(call.op, call.dense);
  const auto at = static_cast<int32_t>(lowered_.calls.size());
  const int64_t scratch = scratchFloats(call);
  scratch_.push_back(scratch > 0 ? addPiece(scratch * kFloatBytes, at, at) : -1);
  if (!call.run) addSpread(&call);
  lowered_.calls.push_back(call);
  if (call.meets) addCombine(call, instruction);
}

void Lowering::listGradients() {
  for (Stage& stage : lowered_.stages) {
    for (int32_t i = stage.begin; i < stage.end; i++) {
      const Call& call = lowered_.calls[i];
      if (call.once) continue;
      if (call.op != Op::biasGrad && (call.op != Op::conv2dGradWeight || call.dense)) continue;
      const int32_t gradient = program_.instructions[call.instruction].outputs[0];
      stage.gradients.push_back({call.weight, program_.tensors[gradient].elements});
    }
  }
}

Lowered Lowering::run() {
  lowered_.hasGradient.assign(program_.parameters.size(), false);
  lowered_.updates.assign(program_.parameters.size(), -1);
  placeGradients();
  // The numbers of calls, so that lifetimes can be known before the calls are made.
  bool targets = false;
  int32_t calls = 0;
  for (const Instruction& instruction : program_.instructions) {
    if (isUpdate(instruction.op)) {
      const auto number = static_cast<int32_t>(callOf_.size());
      lowered_.updates[program_.tensors[instruction.inputs[0]].parameter] = number;
    }
    if (instruction.op == Op::givenStatistics || instruction.op == Op::followStatistics) {
      callOf_.push_back(-1);
      if (instruction.op == Op::followStatistics) continue;
      Statistics& given = statistics_[instruction.outputs[0]];
      given.mean = program_.parameters[program_.tensors[instruction.inputs[0]].parameter].offset;
      given.variance = program_.parameters[program_.tensors[instruction.inputs[1]].parameter].offset;
      continue;
    }
    if (isUpdate(instruction.op) || instruction.fusion.absorbed || sumsGradients(instruction)) {
      callOf_.push_back(-1);
      continue;
    }
    for (const int32_t id : instruction.inputs) {
      if (id < 0 || program_.tensors[id].role != Role::targets || targets) continue;
      targets = true;
      calls++;
    }
    for (const int32_t id : instruction.inputs) {
      if (id >= 0) last_[id] = calls;
    }
    callOf_.push_back(calls++);
    // The call that brings together what the slices leave behind.
    if (instruction.op == Op::batchStatistics || instruction.op == Op::batchNormSums) calls++;
  }
  for (size_t i = 0; i < program_.instructions.size(); i++) {
    if (callOf_[i] < 0) continue;
    const Instruction& instruction = program_.instructions[i];
    for (const int32_t id : instruction.inputs) {
      if (id >= 0 && program_.tensors[id].role == Role::targets) placeTargets();
    }
    placeOutputs(instruction, callOf_[i]);
    addCall(instruction, static_cast<int32_t>(i));
  }
  for (const Call& call : lowered_.calls) lowered_.work += workOf(call);
  lowered_.stages = divide(lowered_.calls, lowered_.slices, threads_);
  assignMemory();
  fillPlaces();
  listGradients();
  for (const Instruction& instruction : program_.instructions) {
    if (instruction.op != Op::followStatistics) continue;
    const auto offset = [&](int k) {
      return program_.parameters[program_.tensors[instruction.inputs[k]].parameter].offset;
    };
    const Place statistics = statistics_[instruction.inputs[2]].place;
    lowered_.follows.push_back({offset(0), offset(1), statistics, instruction.geometry.follow});
  }
  return std::move(lowered_);
}

int32_t lanesFor(const Program& program) { return program.batchSize <= kMostPlanar ? 1 : kSliceSamples; }

Lowered lower(const Program& program, const KernelTable& kernels, int32_t threads) {
  return Lowering(program, kernels, threads).run();
}

}  // namespace laminet
