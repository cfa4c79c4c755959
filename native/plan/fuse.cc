#include "plan/fuse.h"

#include <algorithm>
#include <vector>

#include "plan/lower.h"
#include "plan/op.h"

namespace laminet {
namespace {

bool tilesByTwo(const MaxPool2dGeometry& g) {
  return g.kernelHeight == 2 && g.kernelWidth == 2 && g.strideHeight == 2 && g.strideWidth == 2 && g.padTop == 0 &&
         g.padLeft == 0 && g.inHeight == 2 * g.outHeight && g.inWidth == 2 * g.outWidth;
}

class Fusing {
 public:
  Fusing(Program* program, const KernelTable& kernels) : program_(*program), kernels_(kernels) {}

  void run() {
    for (Instruction& instruction : program_.instructions) {
      if (instruction.op == Op::conv2d) fuseForward(&instruction);
      if (instruction.op == Op::maxPool2dGrad) fuseBackward(&instruction);
    }
  }

 private:
  // The only instruction that reads a tensor, or null where there are none or several.
  Instruction* onlyReader(int32_t id) {
    Instruction* found = nullptr;
    for (Instruction& instruction : program_.instructions) {
      const auto reads = std::count(instruction.inputs.begin(), instruction.inputs.end(), id);
      if (reads == 0) continue;
      if (reads > 1 || found) return nullptr;
      found = &instruction;
    }
    return found;
  }

  static void absorb(Instruction* instruction) {
    instruction->fusion.absorbed = true;
    instruction->inputs.clear();
    instruction->outputs.clear();
  }

  void fuseForward(Instruction* conv) {
    Instruction* pooling = onlyReader(conv->outputs[0]);
    if (!pooling || pooling->op != Op::maxPool2d || !tilesByTwo(pooling->geometry.maxPool2d)) return;
    conv->fusion.pools = true;
    conv->outputs = pooling->outputs;
    absorb(pooling);
    Instruction* activation = onlyReader(conv->outputs[0]);
    if (!activation || !definitionOf(activation->op).monotonic) return;
    conv->fusion.activation = definitionOf(activation->op).monotonic;
    conv->fusion.constants = activation->geometry.elementwise.constants;
    conv->outputs[0] = activation->outputs[0];
    absorb(activation);
  }

  // Whether an instruction can do with pooled gradients.
  bool takesPooled(const Instruction& instruction, int32_t gradient) const {
    switch (instruction.op) {
      case Op::biasGrad: return true;
      case Op::conv2dGradInput:
      case Op::conv2dGradWeight:
        return instruction.inputs[0] == gradient && (kernels_.conv2dPool->hasGradients(instruction.geometry.conv2d) ||
                                                     byWinograd(program_, kernels_, instruction.geometry.conv2d));
      default: return false;
    }
  }

  void fuseBackward(Instruction* pooling) {
    const int32_t gradient = pooling->outputs[0];
    if (!tilesByTwo(pooling->geometry.maxPool2d)) return;
    std::vector<Instruction*> readers;
    for (Instruction& instruction : program_.instructions) {
      const auto& inputs = instruction.inputs;
      if (std::find(inputs.begin(), inputs.end(), gradient) == inputs.end()) continue;
      if (!takesPooled(instruction, gradient)) return;
      readers.push_back(&instruction);
    }
    for (Instruction* reader : readers) {
      reader->inputs[0] = pooling->inputs[0];
      if (reader->op == Op::biasGrad) {
        reader->geometry.channels.pixels /= 4;
      } else {
        reader->fusion.pools = true;
        reader->inputs.push_back(pooling->inputs[1]);
      }
    }
    absorb(pooling);
  }

  Program& program_;
  const KernelTable& kernels_;
};

}  // namespace

void fuse(Program* program, const KernelTable& kernels) { Fusing(program, kernels).run(); }

}  // namespace laminet
