// The state of one lowering: lower.cc makes the calls, memory.cc gives their operands places.
#pragma once
#include <vector>

#include "plan/lower.h"

namespace laminet {

constexpr int64_t kFloatBytes = sizeof(float);

class Lowering {
 public:
  Lowering(const Program& program, const KernelTable& kernels, int32_t threads);

  Lowered run();

  // What an op may ask for when it completes its call (OpDefinition::lower).

  // Whether slices are single samples.
  bool planar() const { return lowered_.lanes == 1; }
  const KernelTable& kernels() const { return kernels_; }
  bool byWinograd(const Conv2dGeometry& g) const { return laminet::byWinograd(program_, kernels_, g); }
  // Where the parameter of this tensor lies, in floats.
  int64_t parameterOffset(int32_t tensor) const;
  // Where the weights of this tensor's parameter will lie, packed in this way, in floats. A layer that is used several
  // times finds them packed.
  int64_t packed(int32_t tensor, Packing packing);
  // The call computes the instruction's output, a gradient, or a part of it; the rest of the GradientPart is the op's
  // to fill in.
  GradientPart& addGradient(const Instruction& instruction, Call* call);
  // The same for one that every slice writes to its slot.
  void addSlotGradient(const Instruction& instruction, Call* call);
  // Slices of a full step.
  int32_t slices() const { return lowered_.slices; }
  // Room for so many floats, of all slices together, which last until the last stage.
  int64_t keep(int64_t floats);
  // Numbers that the op has made of an instruction's table; they last as long as the plan.
  const int32_t* keepTable(std::vector<int32_t> table);
  // The step has a loss, which is the mean over its samples or their sum.
  void addLoss(bool mean) {
    lowered_.hasLoss = true;
    lowered_.meansLoss = mean;
  }
  // Room for numbers of the whole step that an op leaves in its output by itself.
  void placeStep(int32_t id) { statistics_[id].place = stepFloats(program_.tensors[id].elements); }
  // The most samples of a step.
  int32_t batchSize() const { return program_.batchSize; }
  // Floats that a run must bring for functions of the caller's to compute in.
  void needExchange(int64_t floats) {
    if (floats > lowered_.exchangeFloats) lowered_.exchangeFloats = floats;
  }
  // Statistics that are the numbers of two parameters.
  void giveStatistics(int32_t id, int32_t mean, int32_t variance);
  // What is done at the end of a step with the parameter of this tensor, or of its gradient.
  ParameterRules& rulesOf(int32_t tensor) { return lowered_.rules[program_.tensors[tensor].parameter]; }
  void addPenaltyGradient(int32_t tensor, const PenaltyGeometry& penalty);
  // The squares of a gradient belong to a sum; a norm is one that something goes by.
  void addSquares(const Instruction& squares);
  int32_t normOf(int32_t squares);
  void addAverage(int32_t tensor, int32_t average, int32_t factor);
  // Two parameters that follow statistics.
  void addFollow(int32_t mean, int32_t variance, int32_t statistics, Follow follow);

 private:
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
  void numberCalls();
  void addCall(const Instruction& instruction, int32_t number);
  void describeOperands(const Instruction& instruction, Call* call) const;
  bool sumsGradients(const Instruction& instruction) const;
  void placeGradients();
  int32_t overwritten(const Instruction& instruction, int32_t at) const;
  void addSpread(Call* call, const OpDefinition& definition);
  void addCombine(const Call& call, const Instruction& instruction, CallFunction run);
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
  // By tensor of squares: whose they are, those they are added to, and their number among the norms, or -1.
  struct Squares {
    int32_t parameter = -1, before = -1, norm = -1;
  };
  std::vector<Squares> squares_;
  // By tensor of statistics: where it is, or the parameters that it consists of.
  struct Statistics {
    Place place;
    int64_t mean = -1, variance = -1;
  };
  std::vector<Statistics> statistics_;
};

}  // namespace laminet
