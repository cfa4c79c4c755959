// Program decoding: numbers to structs. Whole-number fields must be whole and in range; what they mean together is
// checked in check.cc.
#include "plan/check.h"
#include "plan/field_reader.h"
#include "plan/op.h"
#include "plan/program.h"

namespace laminet {
namespace {

constexpr double kMagic = 0x4c414d49;
constexpr double kVersion = 1;
// A layer of the user's own may have many parameters; no other op has so many operands.
constexpr int32_t kMostInputs = 64;
// Samples of a step: what 32-bit counters can go beyond without overflow.
constexpr int32_t kMostSamples = 1 << 24;
// Of state and of factors there are a few.
constexpr int32_t kMostSlots = 16;

void readHeader(FieldReader& reader, Program* program) {
  if (reader.number() != kMagic || reader.number() != kVersion) reader.fail();
  program->purpose = static_cast<Purpose>(reader.whole(0, 2));
  program->batchSize = reader.whole32(1, kMostSamples);
  program->bytes = reader.whole(0, 1) == 1;
  program->sampleElements = reader.whole(1, kMostElements);
  program->targets = static_cast<TargetKind>(reader.whole(0, 2));
  program->parameterElements = reader.whole(0, int64_t{1} << 40);
  program->stepsPerUpdate = reader.whole32(1, kMostField);
  program->stateSlots = reader.whole32(0, kMostSlots);
  program->stepFactors = reader.whole32(0, kMostSlots);
  program->targetElements = 0;
  program->weighted = false;
}

void readInstruction(FieldReader& reader, const Program& program, Instruction* instruction, Status* status) {
  const int32_t op = reader.whole32(0, kMostField);
  if (op >= static_cast<int32_t>(Op::count)) {
    *status = Status::unknownOp;
    return;
  }
  instruction->op = static_cast<Op>(op);
  instruction->result = -1;
  const auto tensors = static_cast<int32_t>(program.tensors.size());
  const int32_t inputs = reader.whole32(0, kMostInputs);
  const int32_t outputs = reader.whole32(0, 8);
  const int32_t fields = reader.whole32(0, kMostItems);
  for (int32_t i = 0; i < inputs; i++) instruction->inputs.push_back(reader.whole32(-1, tensors - 1));
  for (int32_t i = 0; i < outputs; i++) instruction->outputs.push_back(reader.whole32(0, tensors - 1));
  if (!reader.ok()) return;
  const GeometryFormat& format = definitionOf(instruction->op).geometry;
  if (format.table ? fields < format.fields : fields != format.fields) {
    *status = Status::badGeometry;
    return;
  }
  if (format.read) format.read(reader, instruction);
  for (int32_t i = format.fields; i < fields && reader.ok(); i++) instruction->table.push_back(reader.number());
  if (!reader.ok()) *status = Status::badGeometry;
}

}  // namespace

Status decodeProgram(const double* numbers, size_t count, Program* program, int32_t* where) {
  *where = -1;
  FieldReader reader(numbers, count);
  readHeader(reader, program);
  const int64_t parameters = reader.whole(0, kMostItems);
  for (int64_t i = 0; i < parameters && reader.ok(); i++) {
    const int64_t offset = reader.whole(0, program->parameterElements);
    const int64_t size = reader.whole(1, kMostElements);
    program->parameters.push_back({offset, size});
  }
  const int64_t tensors = reader.whole(0, kMostItems);
  for (int64_t i = 0; i < tensors && reader.ok(); i++) {
    Tensor tensor;
    tensor.role = static_cast<Role>(reader.whole(0, static_cast<int32_t>(Role::weights)));
    tensor.kind = static_cast<Kind>(reader.whole(0, 2));
    tensor.batched = reader.whole(0, 1) == 1;
    tensor.elements = reader.whole(1, kMostElements);
    tensor.parameter = reader.whole32(-1, static_cast<int32_t>(parameters) - 1);
    tensor.slot = reader.whole32(-1, program->stateSlots - 1);
    program->tensors.push_back(tensor);
  }
  const int64_t instructions = reader.whole(1, kMostItems);
  for (int64_t i = 0; i < instructions && reader.ok(); i++) {
    Instruction instruction;
    Status status = Status::ok;
    readInstruction(reader, *program, &instruction, &status);
    if (status != Status::ok) {
      *where = static_cast<int32_t>(i);
      return status;
    }
    program->instructions.push_back(instruction);
  }
  const int64_t results = reader.whole(0, kMostItems);
  for (int64_t i = 0; i < results && reader.ok(); i++) {
    program->results.push_back(reader.whole32(0, static_cast<int32_t>(tensors) - 1));
  }
  program->loss = reader.whole32(-1, static_cast<int32_t>(tensors) - 1);
  program->correct = reader.whole32(-1, static_cast<int32_t>(tensors) - 1);
  program->penalty = reader.whole32(-1, static_cast<int32_t>(tensors) - 1);
  if (!reader.ok() || !reader.atEnd()) return Status::malformed;
  return checkProgram(program, where);
}

}  // namespace laminet
