// The state of one lowering: lower.cc makes the calls, memory.cc gives their operands places.
#pragma once
#include <vector>

#include "plan/lower.h"

namespace laminet {

constexpr int64_t kFloatBytes = sizeof(float);

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

}  // namespace laminet
