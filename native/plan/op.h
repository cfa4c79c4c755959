// All that the plan knows of an op is one object. ops.def lists the ops, the files in ops/ define them, and everything
// else asks for what it needs to know: reading and checking a program, lowering it, dividing it into stages.
#pragma once
#include "kernels/table.h"
#include "plan/program.h"

namespace laminet {

class Checker;
class FieldReader;
class Lowering;
struct Call;
struct Slice;

using CallFunction = void (*)(const Call&, Slice&);

// How an instruction's geometry is read: so many numbers, in the order in which the op in lib/ops lists them; behind
// them, where there is a table, as many more as the instruction has.
struct GeometryFormat {
  int32_t fields = 0;
  void (*read)(FieldReader&, Instruction*) = nullptr;
  bool table = false;  // whether more numbers may follow: Instruction::table
};

// Where the memory of an op's outputs may be that of an input which nobody needs any more.
enum class OutputMemory : int32_t {
  own,
  overFirst,   // each element depends on no other element of the first input
  overEither,  // ... of the first two
  same,        // outputs are the first input, whoever needs it
};

// What an optimizer does to a parameter. Its op has no call: it is run at the end of a step (update_stages.h).
struct UpdateDefinition {
  // Changes some of the numbers; null for muon, which changes a whole matrix, and for all ops that are no optimizers.
  void (*UpdateKernels::*kernel)(const UpdateArguments&) = nullptr;
  int32_t flag = -1;        // the constant that is 0 or 1, if any
  int32_t stepFactors = 0;  // numbers that it is given for each step
  // Numbers that it keeps for each of a parameter's; null for all other ops.
  int32_t (*stateSlots)(const UpdateGeometry&) = nullptr;
};

struct OpDefinition {
  GeometryFormat geometry{};

  // Whether the geometry agrees with itself, and with the operands. What passes is trusted by the kernels.
  Status (*check)(Checker&, const Instruction&) = nullptr;

  // Replaces the instruction by one of another op that does the same and costs less, where there is one.
  void (*simplify)(Instruction*) = nullptr;

  // Runs the op for a slice of 16 samples; null for an op that is not run slice by slice.
  CallFunction run = nullptr;
  // The same for a slice of one sample; null where that goes through a kernel for 16 (spread.cc), by one thread.
  CallFunction runPlanar = nullptr;
  // The same for an instruction that pools, too (fuse.h).
  CallFunction runPooled = nullptr;
  // Brings together what all slices have left in the call's partials: numbers of the whole step, which are the op's
  // output. No slice goes on before.
  CallFunction combine = nullptr;

  // Completes the call by what is not common to all ops: the places of weights, biases and gradients. Where the op has
  // no run, the call is dropped, and what is asked of the lowering is all there is.
  void (*lower)(Lowering&, const Instruction&, Call*) = nullptr;
  OutputMemory outputMemory = OutputMemory::own;
  // Floats of memory that run needs for itself.
  int64_t (*scratchFloats)(const Call&) = nullptr;
  // Bytes of an element of an output that holds indices.
  int64_t (*indexBytes)(const Instruction&) = nullptr;

  // The work of a slice of 16: vector operations, roughly, at 3 to 4 a nanosecond. Null where run does not heed the
  // slice's part, and where it takes next to no time.
  int64_t (*work)(const Call&) = nullptr;
  // Floats of weights that every slice of 16 reads, of an op whose run does all of Slice::together. Null for ops whose
  // run does one slice alone.
  int64_t (*sharedFloats)(const Call&) = nullptr;

  // The kernel of an activation that never falls where its argument rises: the largest of activated values is the
  // activated largest value. Its geometry is an elementwise one.
  ElementFunction ElementwiseKernels::*monotonic = nullptr;

  UpdateDefinition update{};
};

#define LAMINET_OP(name) extern const OpDefinition name##Op;
#include "plan/ops.def"
#undef LAMINET_OP

const OpDefinition& definitionOf(Op op);

// Null for a number that is no op's.
const char* opName(int32_t op);

// Whether the op changes a parameter. Its inputs are the parameter, the gradient and the state, slot by slot.
inline bool isUpdate(Op op) { return definitionOf(op).update.stateSlots != nullptr; }

}  // namespace laminet
