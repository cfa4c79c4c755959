// A program as the plan sees it: decoded from plain numbers and checked, so that everything after can trust it.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vector>

#include "kernels/elementwise/elementwise.h"
#include "kernels/geometry.h"

namespace laminet {

enum class Op : int32_t {
#define LAMINET_OP(name) name,
#include "plan/ops.def"
#undef LAMINET_OP
  count
};

// The order of these is the order of the numbers that lib/backends/native/encode.ts writes.
// A partial gradient is that of one of several uses of a parameter. Statistics are numbers for each channel that are
// computed from all samples of a step. State is what an optimizer keeps of a parameter from step to step, accumulated
// its gradient over the steps of an update. Weights are the samples' shares of their step's loss.
enum class Role : int32_t {
  activation,
  parameter,
  gradient,
  targets,
  scalar,
  partial,
  statistics,
  state,
  accumulated,
  weights,
};
enum class Kind : int32_t { floats, label, index };
enum class TargetKind : int32_t { none, classes, values };
enum class Purpose : int32_t { train, evaluate, predict };

struct Tensor {
  Role role;
  Kind kind;
  bool batched;
  int64_t elements;
  int32_t parameter;  // -1 for none
  int32_t slot;       // of state; -1 for none
};

// What fuse() makes of an instruction.
struct Fusion {
  bool absorbed = false;  // another instruction does its work: it has no operands and no call
  // A conv2d that max-pools, too: its outputs are the pooled values and the winners. Or one of its gradients: what
  // comes in is the gradient of the pooled values, and the winners are the third input.
  bool pools = false;
  // Of the pooled values, or null; and its constants.
  ElementFunction ElementwiseKernels::*activation = nullptr;
  ElementConstants constants{};
};

// A function of single elements, and how many.
struct ElementwiseGeometry {
  int64_t elements;
  ElementConstants constants;
};

// What an instruction's numbers say, by its op. All bytes are 0 at first: geometries are compared byte by byte.
union Geometry {
  Geometry() { memset(static_cast<void*>(this), 0, sizeof *this); }
  Conv2dGeometry conv2d;
  MaxPool2dGeometry maxPool2d;
  AveragePool2dGeometry averagePool2d;
  FrameGeometry frame;
  DenseGeometry dense;
  ChannelGeometry channels;
  GatherGeometry gather;
  GatherAugmentedGeometry gatherAugmented;
  LossGeometry loss;
  ClassTargetsGeometry classTargets;
  MixupGeometry mixup;
  ConcatGeometry concat;
  SliceGeometry slice;
  BatchNormGeometry batchNorm;
  StatisticsRowGeometry statisticsRow;
  CustomGeometry custom;
  TakeGradientGeometry takeGradient;
  FollowGeometry follow;
  DropoutGeometry dropout;
  GroupNormGeometry groupNorm;
  LocalResponseNormGeometry localResponseNorm;
  UpdateGeometry update;
  PenaltyGeometry penalty;
  ClipGeometry clip;
  MaxNormGeometry maxNorm;
  AverageGeometry average;
  ElementwiseGeometry elementwise;
  int64_t elements;
};

struct Instruction {
  Op op;
  std::vector<int32_t> inputs;  // -1 for one that is left out
  std::vector<int32_t> outputs;
  Geometry geometry;
  std::vector<double> table;  // numbers behind the geometry; which, the op knows
  int32_t result;             // of scatter
  Fusion fusion;
};

struct Parameter {
  int64_t offset;
  int64_t size;
};

struct Program {
  Purpose purpose;
  int32_t batchSize;
  bool bytes;
  int64_t sampleElements;
  TargetKind targets;
  int64_t targetElements;
  int64_t parameterElements;
  int32_t stepsPerUpdate;  // parameters are updated once in so many steps, and in a run's last one
  int32_t stateSlots;      // numbers that are kept from update to update for each of the parameters'
  int32_t stepFactors;     // numbers that updates are given, the learning rate aside
  bool weighted;           // whether a run brings the samples' shares of their steps' losses
  int32_t loss;            // tensors, or -1
  int32_t correct;
  int32_t penalty;
  std::vector<Parameter> parameters;
  std::vector<Tensor> tensors;
  std::vector<Instruction> instructions;
  std::vector<int32_t> results;
};

// Why a program or a run was refused. lib/backends/native/status.ts has the same list.
enum class Status : int32_t {
  ok = 0,
  malformed = -1,  // the numbers are no program
  unknownOp = -2,
  badGeometry = -3,  // a geometry that is out of range or contradicts itself
  badOperand = -4,   // a tensor of the wrong role, kind or size, or read before it is written
  tooLarge = -5,     // more memory than can be addressed
  outOfMemory = -6,
  noInstructionSet = -7,  // asked for one that this processor lacks
  noPlan = -8,            // no plan of that number
  busy = -9,              // the plan is running
  badBuffer = -10,        // a buffer of the wrong type or length, or an index beyond the data
  noThreads = -11,        // the system gives no more threads
};

// Reads and checks a program. On failure `where` is the number of the guilty instruction, or -1.
Status decodeProgram(const double* numbers, size_t count, Program* program, int32_t* where);

}  // namespace laminet
