#include "plan/lower.h"

#include <string.h>

#include "plan/arena.h"
#include "plan/batch_norm.h"
#include "plan/calls.h"
#include "plan/stages.h"

namespace laminet {
namespace {

constexpr int64_t kFloatBytes = sizeof(float);

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

// Ops that may write over either input: each element depends on the same elements alone.
bool isPairwise(Op op) { return op == Op::add || op == Op::multiply; }

// Ops that may write over their first input, for the same reason.
bool worksInPlace(Op op) {
  switch (op) {
    case Op::tanh:
    case Op::sigmoid:
    case Op::relu:
    case Op::tanhGrad:
    case Op::sigmoidGrad:
    case Op::reluGrad:
    case Op::batchNormGradInput:
    case Op::add:
    case Op::multiply:
    case Op::addBias: return true;
    default: return false;
  }
}

bool samePacking(const Packing& a, const Packing& b) {
  return a.parameter == b.parameter && a.dense == b.dense && a.backward == b.backward && a.rows == b.rows &&
         memcmp(&a.conv2d, &b.conv2d, sizeof a.conv2d) == 0 &&
         memcmp(&a.denseGeometry, &b.denseGeometry, sizeof a.denseGeometry) == 0;
}

class Lowering {
 public:
  Lowering(const Program& program, const KernelTable& kernels, int32_t threads)
      : program_(program),
        kernels_(kernels),
        threads_(threads),
        pieceOf_(program.tensors.size(), -1),
        last_(program.tensors.size(), -1),
        statistics_(program.tensors.size()) {
    lowered_.lanes = lanesFor(program);
    lowered_.slices = (program.batchSize + lowered_.lanes - 1) / lowered_.lanes;
  }

  Lowered run();

 private:
  bool planar() const { return lowered_.lanes == 1; }
  // Memory that tensors (several, where one is written over another) or a call's scratch lie in.
  struct Piece {
    int64_t bytes;
    int32_t first, last;  // calls that need it
    Place place;
  };
  int32_t addPiece(int64_t bytes, int32_t first, int32_t last);
  int64_t bytesOf(int32_t id) const;
  void placeTargets();
  void placeOutputs(const Instruction& instruction, int32_t at);
  void addCall(const Instruction& instruction, int32_t number);
  int64_t packing(const Instruction& instruction, bool dense, bool backward);
  void keep(GradientPart* part, Call* call);
  bool sumsGradients(const Instruction& instruction) const;
  void placeGradients();
  int32_t overwritten(const Instruction& instruction, int32_t at) const;
  int64_t scratchFloats(const Call& call) const;
  void addSpread(Call* call);
  void addCombine(const Call& call, const Instruction& instruction);
  Place stepFloats(int64_t count);
  void assignMemory();
  void fillPlaces();
  void listGradients();

  const Program& program_;
  const KernelTable& kernels_;
  const int32_t threads_;
  Lowered lowered_;
  std::vector<Piece> pieces_;
  std::vector<int32_t> pieceOf_;         // by tensor
  std::vector<int32_t> last_;            // by tensor: the last call that reads it
  std::vector<int32_t> scratch_;         // by call: a piece or -1
  std::vector<int32_t> callOf_;          // by instruction, or -1
  std::vector<int64_t> gradientPlaces_;  // by tensor: floats into a slot
  // By tensor of statistics: where it is, or the parameters that it consists of.
  struct Statistics {
    Place place;
    int64_t mean = -1, variance = -1;
  };
  std::vector<Statistics> statistics_;
};

int32_t Lowering::addPiece(int64_t bytes, int32_t first, int32_t last) {
  pieces_.push_back({bytes, first, last, {}});
  return static_cast<int32_t>(pieces_.size()) - 1;
}

int64_t Lowering::bytesOf(int32_t id) const {
  const Tensor& tensor = program_.tensors[id];
  int64_t bytes = kFloatBytes;
  if (tensor.kind == Kind::index) {
    for (const Instruction& instruction : program_.instructions) {
      if (instruction.op == Op::maxPool2d && instruction.outputs[1] == id) {
        bytes = winnerBytes(instruction.geometry.maxPool2d);
      }
      // Windows of 2x2.
      if (instruction.op == Op::conv2d && instruction.fusion.pools && instruction.outputs[1] == id) bytes = 1;
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
    call.op = Op::gather;
    call.lanes = lowered_.lanes;
    call.targets = program_.targets;
    call.outputElements[0] = tensor.elements;
    lowered_.calls.push_back(call);
    scratch_.push_back(-1);
  }
}

// Sums of partial gradients are done in the last stage.
bool Lowering::sumsGradients(const Instruction& instruction) const {
  return instruction.op == Op::add && program_.tensors[instruction.outputs[0]].role != Role::activation;
}

// A parameter's gradient lies where the parameter does, and so does the first part of a sum; the other parts have
// places behind all parameters. Sums are gone through from the last to the first: where a sum lies is known before its
// parts.
void Lowering::placeGradients() {
  gradientPlaces_.assign(program_.tensors.size(), -1);
  for (size_t id = 0; id < program_.tensors.size(); id++) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role == Role::gradient) gradientPlaces_[id] = program_.parameters[tensor.parameter].offset;
  }
  lowered_.gradientParts.resize(program_.parameters.size());
  lowered_.gradientFloats = (program_.parameterElements + 15) / 16 * 16;
  for (size_t i = program_.instructions.size(); i-- > 0;) {
    const Instruction& instruction = program_.instructions[i];
    if (!sumsGradients(instruction)) continue;
    gradientPlaces_[instruction.inputs[0]] = gradientPlaces_[instruction.outputs[0]];
    gradientPlaces_[instruction.inputs[1]] = lowered_.gradientFloats;
    lowered_.gradientFloats += (instruction.geometry.elements + 15) / 16 * 16;
  }
}

// The input whose memory the output can have, since nobody needs it any more; or -1.
int32_t Lowering::overwritten(const Instruction& instruction, int32_t at) const {
  if (instruction.op == Op::reshape) return instruction.inputs[0];
  if (!worksInPlace(instruction.op)) return -1;
  const size_t candidates = isPairwise(instruction.op) ? 2 : 1;
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

Place Lowering::stepFloats(int64_t count) {
  int64_t& bytes = lowered_.blockBytes[static_cast<int>(Block::step)];
  const Place place = {Block::step, bytes};
  bytes += (count + 15) / 16 * 16 * kFloatBytes;
  return place;
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
    const bool local = stage == stageOf[piece.last] && lowered_.stages[stage].parts == 1;
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
  }
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

}  // namespace

int32_t lanesFor(const Program& program) { return program.batchSize <= kMostPlanar ? 1 : kSliceSamples; }

Lowered lower(const Program& program, const KernelTable& kernels, int32_t threads) {
  return Lowering(program, kernels, threads).run();
}

}  // namespace laminet
