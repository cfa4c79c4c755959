#include "plan/lower.h"

#include <string.h>

#include "plan/calls.h"
#include "plan/lowering.h"
#include "plan/stages.h"

namespace laminet {
namespace {

// Batches of so few samples go sample by sample through kernels that fill vectors with neighbouring pixels; the lanes
// of a larger batch's samples are well enough filled.
constexpr int32_t kMostPlanar = 8;

bool samePacking(const Packing& a, const Packing& b) {
  return a.parameter == b.parameter && a.pack == b.pack && memcmp(&a.geometry, &b.geometry, sizeof a.geometry) == 0;
}

}  // namespace

Lowering::Lowering(const Program& program, const KernelTable& kernels, int32_t threads)
    : program_(program),
      kernels_(kernels),
      threads_(threads),
      pieceOf_(program.tensors.size(), -1),
      last_(program.tensors.size(), -1),
      squares_(program.tensors.size()),
      statistics_(program.tensors.size()) {
  lowered_.lanes = lanesFor(program);
  lowered_.slices = (program.batchSize + lowered_.lanes - 1) / lowered_.lanes;
}

int64_t Lowering::parameterOffset(int32_t tensor) const {
  return program_.parameters[program_.tensors[tensor].parameter].offset;
}

int64_t Lowering::packed(int32_t tensor, Packing packing) {
  packing.parameter = program_.tensors[tensor].parameter;
  for (const Packing& other : lowered_.packings) {
    if (samePacking(packing, other)) return other.offset;
  }
  packing.offset = lowered_.packedFloats;
  lowered_.packings.push_back(packing);
  lowered_.packedFloats += (packing.floats + 15) / 16 * 16;
  return packing.offset;
}

GradientPart& Lowering::addGradient(const Instruction& instruction, Call* call) {
  const int32_t gradient = instruction.outputs[0];
  const int32_t parameter = program_.tensors[gradient].parameter;
  call->weight = gradientPlaces_[gradient];
  lowered_.hasGradient[parameter] = true;
  GradientPart part{};
  part.place = call->weight;
  part.instruction = call->instruction;
  lowered_.gradientParts[parameter].push_back(part);
  return lowered_.gradientParts[parameter].back();
}

void Lowering::addSlotGradient(const Instruction& instruction, Call* call) {
  addGradient(instruction, call);
  call->slotFloats = program_.tensors[instruction.outputs[0]].elements;
}

int64_t Lowering::keep(int64_t floats) {
  const int64_t place = lowered_.keptFloats;
  lowered_.keptFloats += (floats + 15) / 16 * 16;
  return place;
}

const int32_t* Lowering::keepTable(std::vector<int32_t> table) {
  lowered_.tables.push_back(std::move(table));
  return lowered_.tables.back().data();
}

void Lowering::giveStatistics(int32_t id, int32_t mean, int32_t variance) {
  statistics_[id].mean = parameterOffset(mean);
  statistics_[id].variance = parameterOffset(variance);
}

void Lowering::addPenaltyGradient(int32_t tensor, const PenaltyGeometry& penalty) {
  ParameterRules& rules = rulesOf(tensor);
  rules.hasPenaltyGradient = true;
  rules.penaltyGradient = penalty;
  lowered_.hasGradient[program_.tensors[tensor].parameter] = true;
}

void Lowering::addSquares(const Instruction& squares) {
  squares_[squares.outputs[0]] = {program_.tensors[squares.inputs[0]].parameter, squares.inputs[1], -1};
  rulesOf(squares.inputs[0]).squares = true;
}

int32_t Lowering::normOf(int32_t squares) {
  int32_t& number = squares_[squares].norm;
  if (number >= 0) return number;
  number = static_cast<int32_t>(lowered_.norms.size());
  std::vector<int32_t> members;
  for (int32_t id = squares; id >= 0; id = squares_[id].before) members.push_back(squares_[id].parameter);
  // In the order in which the program adds them up.
  lowered_.norms.emplace_back(members.rbegin(), members.rend());
  return number;
}

void Lowering::addAverage(int32_t tensor, int32_t average, int32_t factor) {
  ParameterRules& rules = rulesOf(tensor);
  rules.averageSlot = program_.tensors[average].slot;
  rules.averageFactor = factor;
}

void Lowering::addFollow(int32_t mean, int32_t variance, int32_t statistics, Follow follow) {
  follow.mean = parameterOffset(mean);
  follow.variance = parameterOffset(variance);
  follow.statistics = statistics_[statistics].place;
  lowered_.follows.push_back(follow);
}

// Sums of partial gradients are done in the last stage.
bool Lowering::sumsGradients(const Instruction& instruction) const {
  const auto& inputs = instruction.inputs;
  return !inputs.empty() && inputs[0] >= 0 && program_.tensors[inputs[0]].role == Role::partial;
}

// A call for 16 lanes in place of one for one sample, with its operands in scratch, and its own scratch behind them.
void Lowering::addSpread(Call* call, const OpDefinition& definition) {
  auto inner = std::make_unique<Call>(*call);
  inner->run = definition.run;
  inner->lanes = kSliceSamples;
  int64_t elements = 0;
  for (int i = 0; i < kMostOperands; i++) elements += call->inputElements[i] + call->outputElements[i];
  const int64_t scratch = definition.scratchFloats ? definition.scratchFloats(*inner) : 0;
  call->run = runSpread;
  call->spread = inner.get();
  lowered_.spread.push_back(std::move(inner));
  const auto at = static_cast<int32_t>(lowered_.calls.size());
  scratch_.back() = addPiece((elements * kSliceSamples + scratch) * kFloatBytes, at, at);
}

// Brings together what all slices have left behind.
void Lowering::addCombine(const Call& call, const Instruction& instruction, CallFunction run) {
  Call combine = call;
  combine.run = run;
  combine.spread = nullptr;
  combine.meets = false;
  combine.once = true;
  const int32_t id = instruction.outputs[0];
  combine.outputs[0] = statistics_[id].place = stepFloats(program_.tensors[id].elements);
  lowered_.calls.push_back(combine);
  scratch_.push_back(-1);
}

void Lowering::describeOperands(const Instruction& instruction, Call* call) const {
  call->mean = call->variance = -1;
  for (size_t i = 0; i < instruction.inputs.size() && i < kMostOperands; i++) {
    const int32_t id = instruction.inputs[i];
    call->parameters[i] = -1;
    if (id < 0) continue;
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role == Role::parameter) call->parameters[i] = parameterOffset(id);
    if (pieceOf_[id] >= 0) call->inputElements[i] = tensor.elements;
    if (tensor.role != Role::statistics || statistics_[id].mean < 0) continue;
    call->mean = statistics_[id].mean;
    call->variance = statistics_[id].variance;
  }
  for (size_t i = 0; i < instruction.outputs.size() && i < kMostOperands; i++) {
    const int32_t id = instruction.outputs[i];
    if (pieceOf_[id] >= 0) call->outputElements[i] = program_.tensors[id].elements;
  }
}

void Lowering::addCall(const Instruction& instruction, int32_t number) {
  const OpDefinition& definition = definitionOf(instruction.op);
  Call call{};
  call.kernels = &kernels_;
  call.fusion = instruction.fusion;
  call.geometry = instruction.geometry;
  call.result = instruction.result;
  call.instruction = number;
  call.lanes = lowered_.lanes;
  call.bias = -1;
  describeOperands(instruction, &call);
  call.run = planar() ? definition.runPlanar : call.fusion.pools ? definition.runPooled : definition.run;
  if (definition.sharedFloats && !planar()) call.sharedFloats = definition.sharedFloats(call);
  if (definition.lower) definition.lower(*this, instruction, &call);
  if (definition.work) call.work = planar() ? definition.work(call) / kSliceSamples : definition.work(call);
  if (!definition.run) return;
  if (definition.combine) {
    call.meets = true;
    call.partials = stepFloats(lowered_.slices * program_.tensors[instruction.outputs[0]].elements);
  }
  const auto at = static_cast<int32_t>(lowered_.calls.size());
  const int64_t scratch = call.run && definition.scratchFloats ? definition.scratchFloats(call) : 0;
  scratch_.push_back(scratch > 0 ? addPiece(scratch * kFloatBytes, at, at) : -1);
  if (!call.run) addSpread(&call, definition);
  lowered_.calls.push_back(call);
  if (definition.combine) addCombine(call, instruction, definition.combine);
}

void Lowering::listGradients() {
  for (Stage& stage : lowered_.stages) {
    for (int32_t i = stage.begin; i < stage.end; i++) {
      const Call& call = lowered_.calls[i];
      if (call.slotFloats > 0) stage.gradients.push_back({call.weight, call.slotFloats});
    }
  }
}

// The numbers of calls, so that lifetimes can be known before the calls are made.
void Lowering::numberCalls() {
  bool targets = false;
  int32_t calls = 0;
  for (const Instruction& instruction : program_.instructions) {
    const OpDefinition& definition = definitionOf(instruction.op);
    if (!definition.run || instruction.fusion.absorbed || sumsGradients(instruction)) {
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
    if (definition.combine) calls++;
  }
}

Lowered Lowering::run() {
  lowered_.hasGradient.assign(program_.parameters.size(), false);
  lowered_.rules.resize(program_.parameters.size());
  placeGradients();
  numberCalls();
  for (size_t i = 0; i < program_.instructions.size(); i++) {
    const Instruction& instruction = program_.instructions[i];
    if (instruction.fusion.absorbed || sumsGradients(instruction)) continue;
    if (callOf_[i] >= 0) {
      for (const int32_t id : instruction.inputs) {
        if (id >= 0 && program_.tensors[id].role == Role::targets) placeTargets();
      }
      placeOutputs(instruction, callOf_[i]);
    }
    addCall(instruction, static_cast<int32_t>(i));
  }
  for (const Call& call : lowered_.calls) lowered_.work += call.work;
  lowered_.stages = divide(lowered_.calls, lowered_.slices, threads_);
  assignMemory();
  fillPlaces();
  listGradients();
  return std::move(lowered_);
}

int32_t lanesFor(const Program& program) { return program.batchSize <= kMostPlanar ? 1 : kSliceSamples; }

bool byWinograd(const Program& program, const KernelTable& kernels, const Conv2dGeometry& geometry) {
  return program.purpose == Purpose::train && lanesFor(program) > 1 && kernels.winograd->suits(geometry);
}

Lowered lower(const Program& program, const KernelTable& kernels, int32_t threads) {
  return Lowering(program, kernels, threads).run();
}

}  // namespace laminet
