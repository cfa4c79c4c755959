#include "plan/lower.h"

#include "plan/arena.h"
#include "plan/calls.h"

namespace laminet {
namespace {

constexpr int64_t kFloatBytes = sizeof(float);

// A convolution whose kernel covers its whole image is a fully connected layer: every weight meets one input.
bool coversImage(const Conv2dGeometry& g) {
  return g.groups == 1 && g.outHeight == 1 && g.outWidth == 1 && g.kernelHeight == g.inHeight &&
         g.kernelWidth == g.inWidth && g.padTop == 0 && g.padLeft == 0 && g.padBottom == 0 && g.padRight == 0 &&
         (g.dilationHeight == 1 || g.kernelHeight == 1) && (g.dilationWidth == 1 || g.kernelWidth == 1);
}

bool isConvolution(Op op) { return op == Op::conv2d || op == Op::conv2dGradInput || op == Op::conv2dGradWeight; }

// Ops that may write over their first input: each element depends on the same element alone.
bool worksInPlace(Op op) {
  switch (op) {
    case Op::tanh:
    case Op::sigmoid:
    case Op::relu:
    case Op::tanhGrad:
    case Op::sigmoidGrad:
    case Op::reluGrad: return true;
    default: return false;
  }
}

class Lowering {
 public:
  Lowering(const Program& program, const KernelTable& kernels, int32_t slices)
      : program_(program),
        kernels_(kernels),
        slices_(slices),
        pieces_(program.tensors.size(), -1),
        last_(program.tensors.size(), -1) {}

  Lowered run();

 private:
  int64_t bytesOf(int32_t id) const;
  void placeOutputs(const Instruction& instruction, int32_t step);
  void addCall(const Instruction& instruction, int32_t step);
  int64_t packing(const Instruction& instruction, bool backward);
  void keep(int32_t parameter, Call* call);

  const Program& program_;
  const KernelTable& kernels_;
  const int32_t slices_;
  Lowered lowered_;
  Arena arena_;
  std::vector<int32_t> pieces_;   // by tensor
  std::vector<int32_t> last_;     // by tensor: the last instruction that reads it
  std::vector<int32_t> scratch_;  // by call
};

int64_t Lowering::bytesOf(int32_t id) const {
  const Tensor& tensor = program_.tensors[id];
  int64_t bytes = kFloatBytes;
  if (tensor.kind == Kind::index) {
    for (const Instruction& instruction : program_.instructions) {
      if (instruction.op == Op::maxPool2d && instruction.outputs[1] == id) {
        bytes = winnerBytes(instruction.geometry.maxPool2d);
      }
      // Windows of 2x2.
      if (instruction.fusion.pools && instruction.outputs[1] == id) bytes = 1;
    }
  }
  return tensor.elements * kSliceSamples * bytes;
}

void Lowering::placeOutputs(const Instruction& instruction, int32_t step) {
  for (const int32_t id : instruction.outputs) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role != Role::activation) continue;
    const int32_t until = last_[id] < step ? step : last_[id];
    const int32_t first = instruction.inputs.empty() ? -1 : instruction.inputs[0];
    const bool alias = instruction.op == Op::reshape;
    const bool free = worksInPlace(instruction.op) && arena_.lastUse(pieces_[first]) == step;
    if (first >= 0 && (alias || free)) {
      pieces_[id] = pieces_[first];
      arena_.extend(pieces_[id], until);
    } else {
      pieces_[id] = arena_.add(bytesOf(id), step, until);
    }
  }
}

int64_t Lowering::packing(const Instruction& instruction, bool backward) {
  const int32_t parameter = program_.tensors[instruction.inputs[1]].parameter;
  Packing packing{};
  packing.parameter = parameter;
  packing.backward = backward;
  packing.offset = lowered_.packedFloats;
  int64_t size = program_.parameters[parameter].size;
  if (isConvolution(instruction.op) && !coversImage(instruction.geometry.conv2d)) {
    packing.conv2d = instruction.geometry.conv2d;
    packing.rows = packing.conv2d.outChannels;
  } else {
    packing.dense = true;
    packing.denseGeometry = instruction.geometry.dense;
    if (isConvolution(instruction.op)) {
      const int32_t outputs = instruction.geometry.conv2d.outChannels;
      packing.denseGeometry = {static_cast<int32_t>(size / outputs), outputs};
    }
    packing.rows = packing.denseGeometry.outputs;
    const DenseGeometry& g = packing.denseGeometry;
    size = backward ? kernels_.dense->packedSize(g.inputs, g.outputs) : kernels_.dense->packedSize(g.outputs, g.inputs);
  }
  lowered_.packings.push_back(packing);
  lowered_.packedFloats += (size + 15) / 16 * 16;
  return packing.offset;
}

// Room for what each slice leaves behind for the gradient of a fully connected layer's weights.
void Lowering::keep(int32_t parameter, Call* call) {
  const DenseGeometry& g = call->geometry.dense;
  call->keptInputs = lowered_.keptFloats;
  lowered_.keptFloats += slices_ * kernels_.dense->keptInputs(g);
  call->keptGradients = lowered_.keptFloats;
  lowered_.keptFloats += static_cast<int64_t>(slices_) * g.outputs * kSliceSamples;
  lowered_.denseGradients.push_back({parameter, call->instruction, g, call->keptInputs, call->keptGradients});
}

void Lowering::addCall(const Instruction& instruction, int32_t step) {
  if (instruction.fusion.absorbed) return;
  Call call{};
  call.op = instruction.op;
  call.kernels = &kernels_;
  call.fusion = instruction.fusion;
  call.geometry = instruction.geometry;
  call.result = instruction.result;
  call.instruction = step;
  call.bias = -1;
  const bool dense = isConvolution(instruction.op) && coversImage(instruction.geometry.conv2d);
  if (dense) {
    const Conv2dGeometry& g = instruction.geometry.conv2d;
    call.geometry.dense = {g.inChannels * g.inHeight * g.inWidth, g.outChannels};
  }
  int32_t scratch = -1;
  switch (instruction.op) {
    case Op::conv2d:
    case Op::dense:
      call.weight = packing(instruction, false);
      if (instruction.inputs.size() == 3 && instruction.inputs[2] >= 0) {
        call.bias = program_.parameters[program_.tensors[instruction.inputs[2]].parameter].offset;
      }
      break;
    case Op::conv2dGradInput:
    case Op::denseGradInput: call.weight = packing(instruction, true); break;
    case Op::conv2dGradWeight:
    case Op::denseGradWeight:
    case Op::biasGrad: {
      const int32_t parameter = program_.tensors[instruction.outputs[0]].parameter;
      call.weight = program_.parameters[parameter].offset;
      lowered_.hasGradient[parameter] = true;
      if (dense || instruction.op == Op::denseGradWeight) {
        keep(parameter, &call);
      } else if (instruction.op == Op::conv2dGradWeight) {
        scratch = arena_.add(kernels_.conv2d->scratchSize(call.geometry.conv2d) * kFloatBytes, step, step);
      }
      break;
    }
    case Op::meanLoss: lowered_.hasLoss = true; break;
    case Op::sgd: lowered_.hasUpdate[program_.tensors[instruction.inputs[0]].parameter] = true; return;
    default: break;
  }
  call.run = instruction.fusion.pools ? pooledCallFunction(instruction.op) : callFunction(instruction.op, dense);
  lowered_.calls.push_back(call);
  scratch_.push_back(scratch);
}

Lowered Lowering::run() {
  lowered_.hasGradient.assign(program_.parameters.size(), false);
  lowered_.hasUpdate.assign(program_.parameters.size(), false);
  const auto steps = static_cast<int32_t>(program_.instructions.size());
  for (int32_t step = 0; step < steps; step++) {
    for (const int32_t id : program_.instructions[step].inputs) {
      if (id >= 0) last_[id] = step;
    }
  }
  // Targets are gathered before the first call, and there is one tensor of them at most.
  int32_t targets = -1;
  for (size_t id = 0; id < program_.tensors.size(); id++) {
    if (program_.tensors[id].role != Role::targets) continue;
    targets = arena_.add(program_.tensors[id].elements * kSliceSamples * kFloatBytes, 0, steps);
    pieces_[id] = targets;
  }
  for (int32_t step = 0; step < steps; step++) {
    placeOutputs(program_.instructions[step], step);
    addCall(program_.instructions[step], step);
  }
  arena_.place();

  size_t next = 0;
  for (const Instruction& instruction : program_.instructions) {
    if (instruction.op == Op::sgd || instruction.fusion.absorbed) continue;
    Call& call = lowered_.calls[next];
    const auto place = [&](const std::vector<int32_t>& ids, int64_t* offsets) {
      for (size_t i = 0; i < ids.size() && i < 2; i++) {
        if (ids[i] >= 0 && pieces_[ids[i]] >= 0) offsets[i] = arena_.offset(pieces_[ids[i]]);
      }
    };
    place(instruction.inputs, call.inputs);
    place(instruction.outputs, call.outputs);
    if (scratch_[next] >= 0) call.scratch = arena_.offset(scratch_[next]);
    next++;
  }
  lowered_.arenaBytes = arena_.bytes();
  lowered_.targetsOffset = targets < 0 ? 0 : arena_.offset(targets);
  return lowered_;
}

}  // namespace

Lowered lower(const Program& program, const KernelTable& kernels, int32_t slices) {
  return Lowering(program, kernels, slices).run();
}

}  // namespace laminet
