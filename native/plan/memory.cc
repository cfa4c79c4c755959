// Where the operands of calls lie.
#include <algorithm>

#include "plan/arena.h"
#include "plan/calls.h"
#include "plan/lowering.h"

namespace laminet {

int32_t Lowering::addPiece(int64_t bytes, int32_t first, int32_t last) {
  pieces_.push_back({bytes, first, last, {}});
  return static_cast<int32_t>(pieces_.size()) - 1;
}

int64_t Lowering::bytesOf(int32_t id) const {
  const Tensor& tensor = program_.tensors[id];
  int64_t bytes = kFloatBytes;
  if (tensor.kind == Kind::index) {
    for (const Instruction& instruction : program_.instructions) {
      const auto& outputs = instruction.outputs;
      if (std::find(outputs.begin(), outputs.end(), id) == outputs.end()) continue;
      bytes = definitionOf(instruction.op).indexBytes(instruction);
    }
  }
  return tensor.elements * lowered_.lanes * bytes;
}

// Targets are gathered before the first call that reads them; there is one tensor of them at most.
void Lowering::placeTargets() {
  for (size_t id = 0; id < program_.tensors.size(); id++) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role != Role::targets || pieceOf_[id] >= 0) continue;
    const auto at = static_cast<int32_t>(lowered_.calls.size());
    pieceOf_[id] = addPiece(bytesOf(static_cast<int32_t>(id)), at, last_[id]);
    Call call{};
    call.run = gatherTargets;
    call.lanes = lowered_.lanes;
    call.targets = program_.targets;
    call.outputElements[0] = tensor.elements;
    lowered_.calls.push_back(call);
    scratch_.push_back(-1);
  }
}

// A parameter's gradient lies where the parameter does, and so does the first part of a sum; the other parts have
// places behind all parameters. What no slice computes (a penalty's gradient) has none: it is added where the sum lies.
// Sums are gone through from the last to the first: where a sum lies is known before its parts.
void Lowering::placeGradients() {
  gradientPlaces_.assign(program_.tensors.size(), -1);
  for (size_t id = 0; id < program_.tensors.size(); id++) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role == Role::gradient) gradientPlaces_[id] = program_.parameters[tensor.parameter].offset;
  }
  std::vector<bool> placed(program_.tensors.size(), true);
  for (const Instruction& instruction : program_.instructions) {
    if (definitionOf(instruction.op).run) continue;
    for (const int32_t id : instruction.outputs) placed[id] = false;
  }
  lowered_.gradientParts.resize(program_.parameters.size());
  lowered_.gradientFloats = (program_.parameterElements + 15) / 16 * 16;
  for (size_t i = program_.instructions.size(); i-- > 0;) {
    const Instruction& instruction = program_.instructions[i];
    if (!sumsGradients(instruction)) continue;
    const int32_t first = placed[instruction.inputs[0]] ? 0 : 1;
    gradientPlaces_[instruction.inputs[first]] = gradientPlaces_[instruction.outputs[0]];
    if (!placed[instruction.inputs[1 - first]]) continue;
    gradientPlaces_[instruction.inputs[1 - first]] = lowered_.gradientFloats;
    lowered_.gradientFloats += (instruction.geometry.elements + 15) / 16 * 16;
  }
}

// The input whose memory the output can have, since nobody needs it any more; or -1.
int32_t Lowering::overwritten(const Instruction& instruction, int32_t at) const {
  const OutputMemory memory = definitionOf(instruction.op).outputMemory;
  if (memory == OutputMemory::same) return instruction.inputs[0];
  if (memory == OutputMemory::own) return -1;
  const size_t candidates = memory == OutputMemory::overEither ? 2 : 1;
  for (size_t i = 0; i < candidates; i++) {
    const int32_t id = instruction.inputs[i];
    if (pieces_[pieceOf_[id]].last == at) return id;
  }
  return -1;
}

void Lowering::placeOutputs(const Instruction& instruction, int32_t at) {
  for (const int32_t id : instruction.outputs) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role != Role::activation) continue;
    const int32_t until = last_[id] < at ? at : last_[id];
    const int32_t over = overwritten(instruction, at);
    if (over >= 0) {
      pieceOf_[id] = pieceOf_[over];
      Piece& piece = pieces_[pieceOf_[id]];
      if (piece.last < until) piece.last = until;
    } else {
      pieceOf_[id] = addPiece(bytesOf(id), at, until);
    }
  }
}

Place Lowering::stepFloats(int64_t count) {
  int64_t& bytes = lowered_.blockBytes[static_cast<int>(Block::step)];
  const Place place = {Block::step, bytes};
  bytes += (count + 15) / 16 * 16 * kFloatBytes;
  return place;
}

// Tensors that live within one stage lie in the thread's block; the others move with their slice.
void Lowering::assignMemory() {
  std::vector<int32_t> stageOf(lowered_.calls.size());
  for (size_t stage = 0; stage < lowered_.stages.size(); stage++) {
    for (int32_t call = lowered_.stages[stage].begin; call < lowered_.stages[stage].end; call++) {
      stageOf[call] = static_cast<int32_t>(stage);
    }
  }
  Arena arenas[kBlocks];
  std::vector<int32_t> numbers;
  std::vector<bool> isScratch(pieces_.size(), false);
  for (const int32_t scratch : scratch_) {
    if (scratch >= 0) isScratch[scratch] = true;
  }
  for (size_t i = 0; i < pieces_.size(); i++) {
    Piece& piece = pieces_[i];
    const int32_t stage = stageOf[piece.first];
    const bool local = stage == stageOf[piece.last] && lowered_.stages[stage].isPlain();
    piece.place.block = local || isScratch[i] ? Block::thread : Block::slice;
    numbers.push_back(arenas[static_cast<int>(piece.place.block)].add(piece.bytes, piece.first, piece.last));
  }
  for (const Block block : {Block::thread, Block::slice}) {
    arenas[static_cast<int>(block)].place();
    lowered_.blockBytes[static_cast<int>(block)] = arenas[static_cast<int>(block)].bytes();
  }
  for (size_t i = 0; i < pieces_.size(); i++) {
    pieces_[i].place.offset = arenas[static_cast<int>(pieces_[i].place.block)].offset(numbers[i]);
  }
}

void Lowering::fillPlaces() {
  for (size_t i = 0; i < program_.instructions.size(); i++) {
    if (callOf_[i] < 0) continue;
    const Instruction& instruction = program_.instructions[i];
    Call& call = lowered_.calls[callOf_[i]];
    const auto fill = [&](const std::vector<int32_t>& ids, Place* places) {
      for (size_t k = 0; k < ids.size() && k < kMostOperands; k++) {
        if (ids[k] < 0) continue;
        if (pieceOf_[ids[k]] >= 0) places[k] = pieces_[pieceOf_[ids[k]]].place;
        if (program_.tensors[ids[k]].role == Role::statistics) places[k] = statistics_[ids[k]].place;
      }
    };
    fill(instruction.inputs, call.inputs);
    fill(instruction.outputs, call.outputs);
  }
  size_t spread = 0;
  for (size_t i = 0; i < lowered_.calls.size(); i++) {
    Call& call = lowered_.calls[i];
    if (scratch_[i] >= 0) call.scratch = pieces_[scratch_[i]].place;
    if (call.run == gatherTargets) {
      for (size_t id = 0; id < program_.tensors.size(); id++) {
        if (program_.tensors[id].role == Role::targets) call.outputs[0] = pieces_[pieceOf_[id]].place;
      }
    }
    if (!call.spread) continue;
    Call& inner = *lowered_.spread[spread++];
    Place place = call.scratch;
    const auto next = [&](int64_t elements, Place outer) {
      if (elements == 0) return outer;
      const Place own = place;
      place.offset += elements * kSliceSamples * kFloatBytes;
      return own;
    };
    for (int k = 0; k < kMostOperands; k++) inner.inputs[k] = next(call.inputElements[k], call.inputs[k]);
    for (int k = 0; k < kMostOperands; k++) inner.outputs[k] = next(call.outputElements[k], call.outputs[k]);
    inner.scratch = place;
  }
}

}  // namespace laminet
