#include "plan/fuse.h"

#include <algorithm>

namespace laminet {
namespace {

bool tilesByTwo(const MaxPool2dGeometry& g) {
  return g.kernelHeight == 2 && g.kernelWidth == 2 && g.strideHeight == 2 && g.strideWidth == 2 && g.padTop == 0 &&
         g.padLeft == 0 && g.inHeight == 2 * g.outHeight && g.inWidth == 2 * g.outWidth;
}

bool isActivation(Op op) { return op == Op::tanh || op == Op::sigmoid || op == Op::relu; }

class Fusing {
 public:
  explicit Fusing(Program* program) : program_(*program) {}

  void run() {
    for (Instruction& instruction : program_.instructions) {
      if (instruction.op == Op::conv2d) fuseForward(&instruction);
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
    if (!activation || !isActivation(activation->op)) return;
    conv->fusion.activation = activation->op;
    conv->outputs[0] = activation->outputs[0];
    absorb(activation);
  }

  Program& program_;
};

}  // namespace

void fuse(Program* program) { Fusing(program).run(); }

}  // namespace laminet
