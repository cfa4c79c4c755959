// Program decoding: numbers to structs. Whole-number fields must be whole and in range; what they mean together is
// checked in check.cc.
#include <math.h>

#include "plan/check.h"
#include "plan/program.h"

namespace laminet {
namespace {

constexpr double kMagic = 0x4c414d49;
constexpr double kVersion = 1;
constexpr int64_t kMostItems = 1 << 20;
// Elements of a tensor or a parameter, and samples of a step: what 32-bit counters can go beyond without overflow.
constexpr int64_t kMostElements = int64_t{1} << 30;
constexpr int32_t kMostSamples = 1 << 24;

class Reader {
 public:
  Reader(const double* numbers, size_t count) : next_(numbers), end_(numbers + count) {}

  bool ok() const { return ok_; }
  bool atEnd() const { return next_ == end_; }
  void fail() { ok_ = false; }

  double number() {
    if (next_ == end_) ok_ = false;
    return ok_ ? *next_++ : 0.0;
  }

  // A whole number from `least` to `most`; a failure reads as `least`.
  int64_t whole(int64_t least, int64_t most) {
    const double value = number();
    if (!ok_ || !(value >= static_cast<double>(least) && value <= static_cast<double>(most)) || floor(value) != value) {
      ok_ = false;
      return least;
    }
    return static_cast<int64_t>(value);
  }

  int32_t whole32(int32_t least, int32_t most) { return static_cast<int32_t>(whole(least, most)); }

 private:
  const double* next_;
  const double* end_;
  bool ok_ = true;
};

// Fills the int32 fields of a geometry in their order.
template <class Geometry>
void readFields(Reader& reader, Geometry* geometry) {
  auto* fields = reinterpret_cast<int32_t*>(geometry);
  for (size_t i = 0; i < sizeof(Geometry) / sizeof(int32_t); i++) {
    fields[i] = reader.whole32(-1, 0x3fffffff);
  }
}

// The numbers of an optimizer's own: see UpdateGeometry.
int32_t constantCount(Op op) {
  switch (op) {
    case Op::adagrad: return 1;
    case Op::momentum:
    case Op::adadelta:
    case Op::lion: return 2;
    case Op::adamax:
    case Op::nadam:
    case Op::radam: return 3;
    case Op::adam:
    case Op::rmsprop: return 4;
    default: return 0;
  }
}

int32_t fieldCount(Op op) {
  switch (op) {
    case Op::gather: return 9;
    case Op::scatter: return 2;
    case Op::conv2d:
    case Op::conv2dGradInput:
    case Op::conv2dGradWeight: return 17;
    case Op::maxPool2d:
    case Op::maxPool2dGrad: return 13;
    case Op::averagePool2d:
    case Op::averagePool2dGrad: return 14;
    case Op::zeroPad2d:
    case Op::crop2d: return 7;
    case Op::biasGrad:
    case Op::addBias:
    case Op::dense:
    case Op::denseGradInput:
    case Op::denseGradWeight:
    case Op::softmax:
    case Op::softmaxGrad:
    case Op::logSoftmax:
    case Op::logSoftmaxGrad:
    case Op::concat:
    case Op::countCorrect: return 2;
    case Op::batchStatistics:
    case Op::statisticsRow: return 2;
    case Op::batchNorm:
    case Op::batchNormSums:
    case Op::batchNormGradInput: return 4;
    case Op::givenStatistics: return 1;
    case Op::followStatistics: return 3;
    case Op::meanLoss: return 0;
    case Op::reshape:
    case Op::tanh:
    case Op::tanhGrad:
    case Op::sigmoid:
    case Op::sigmoidGrad:
    case Op::relu:
    case Op::reluGrad:
    case Op::add:
    case Op::multiply: return 1;
    default: return isUpdate(op) ? 3 + constantCount(op) : 3;  // slices, losses and their gradients
  }
}

void readUpdate(Reader& reader, Op op, UpdateGeometry* geometry) {
  *geometry = {};
  geometry->elements = reader.whole(1, kMostElements);
  geometry->l2 = reader.number();
  geometry->weightDecay = reader.number();
  for (int32_t i = 0; i < constantCount(op); i++) geometry->constants[i] = reader.number();
}

void readGeometry(Reader& reader, Instruction* instruction) {
  auto& geometry = instruction->geometry;
  switch (instruction->op) {
    case Op::gather: {
      GatherGeometry& g = geometry.gather;
      int32_t* fields[] = {&g.channels,  &g.sourceHeight, &g.sourceWidth, &g.padTop,
                           &g.padBottom, &g.padLeft,      &g.padRight};
      for (int32_t* field : fields) *field = reader.whole32(0, 0x3fffffff);
      g.scale = static_cast<float>(reader.number());
      g.bytes = reader.whole32(0, 1);
      break;
    }
    case Op::scatter:
      geometry.elements = reader.whole(1, kMostElements);
      instruction->result = reader.whole32(0, kMostItems);
      break;
    case Op::conv2d:
    case Op::conv2dGradInput:
    case Op::conv2dGradWeight: readFields(reader, &geometry.conv2d); break;
    case Op::maxPool2d:
    case Op::maxPool2dGrad: readFields(reader, &geometry.maxPool2d); break;
    case Op::averagePool2d:
    case Op::averagePool2dGrad: readFields(reader, &geometry.averagePool2d); break;
    case Op::zeroPad2d:
    case Op::crop2d: readFields(reader, &geometry.frame); break;
    case Op::dense:
    case Op::denseGradInput:
    case Op::denseGradWeight: readFields(reader, &geometry.dense); break;
    case Op::biasGrad:
    case Op::addBias:
    case Op::softmax:
    case Op::softmaxGrad:
    case Op::logSoftmax:
    case Op::logSoftmaxGrad: readFields(reader, &geometry.channels); break;
    case Op::concat: readFields(reader, &geometry.concat); break;
    case Op::slice:
    case Op::sliceGrad: readFields(reader, &geometry.slice); break;
    case Op::givenStatistics: geometry.batchNorm.channels = reader.whole32(1, 0x3fffffff); break;
    case Op::batchStatistics:
    case Op::batchNorm:
    case Op::batchNormSums:
    case Op::batchNormGradInput: {
      BatchNormGeometry& g = geometry.batchNorm;
      g = {};
      g.channels = reader.whole32(1, 0x3fffffff);
      g.pixels = reader.whole32(1, 0x3fffffff);
      if (instruction->op == Op::batchStatistics) break;
      g.epsilon = static_cast<float>(reader.number());
      g.frozen = reader.whole32(0, 1);
      break;
    }
    case Op::statisticsRow: readFields(reader, &geometry.statisticsRow); break;
    case Op::followStatistics:
      geometry.follow.channels = reader.whole32(1, 0x3fffffff);
      geometry.follow.pixels = reader.whole32(1, 0x3fffffff);
      geometry.follow.momentum = reader.number();
      break;
    case Op::meanLoss: break;
    case Op::countCorrect:
      geometry.loss.classes = reader.whole32(1, 0x3fffffff);
      geometry.loss.labels = reader.whole32(0, 1);
      geometry.loss.divisor = 1.0f;
      break;
    case Op::reshape:
    case Op::tanh:
    case Op::tanhGrad:
    case Op::sigmoid:
    case Op::sigmoidGrad:
    case Op::relu:
    case Op::reluGrad:
    case Op::add:
    case Op::multiply: geometry.elements = reader.whole(1, kMostElements); break;
    default:
      if (isUpdate(instruction->op)) {
        readUpdate(reader, instruction->op, &geometry.update);
        break;
      }
      geometry.loss.classes = reader.whole32(1, 0x3fffffff);
      geometry.loss.labels = reader.whole32(0, 1);
      geometry.loss.divisor = static_cast<float>(reader.number());
  }
}

void readHeader(Reader& reader, Program* program) {
  if (reader.number() != kMagic || reader.number() != kVersion) reader.fail();
  program->purpose = static_cast<Purpose>(reader.whole(0, 2));
  program->batchSize = reader.whole32(1, kMostSamples);
  program->bytes = reader.whole(0, 1) == 1;
  program->sampleElements = reader.whole(1, kMostElements);
  program->targets = static_cast<TargetKind>(reader.whole(0, 2));
  program->parameterElements = reader.whole(0, int64_t{1} << 40);
  program->targetElements = 0;
  program->stateSlots = 0;
  program->stepFactors = 0;
}

void readInstruction(Reader& reader, const Program& program, Instruction* instruction, Status* status) {
  const int32_t op = reader.whole32(0, 0x3fffffff);
  if (op >= static_cast<int32_t>(Op::count)) {
    *status = Status::unknownOp;
    return;
  }
  instruction->op = static_cast<Op>(op);
  instruction->result = -1;
  const auto tensors = static_cast<int32_t>(program.tensors.size());
  const int32_t inputs = reader.whole32(0, 8);
  const int32_t outputs = reader.whole32(0, 8);
  const int32_t fields = reader.whole32(0, 64);
  for (int32_t i = 0; i < inputs; i++) instruction->inputs.push_back(reader.whole32(-1, tensors - 1));
  for (int32_t i = 0; i < outputs; i++) instruction->outputs.push_back(reader.whole32(0, tensors - 1));
  if (!reader.ok()) return;
  if (fields != fieldCount(instruction->op)) {
    *status = Status::badGeometry;
    return;
  }
  readGeometry(reader, instruction);
  if (!reader.ok()) *status = Status::badGeometry;
}

}  // namespace

const char* opName(int32_t op) {
  static const char* const names[] = {
#define LAMINET_OP(name) #name,
#include "plan/ops.def"
#undef LAMINET_OP
  };
  return op >= 0 && op < static_cast<int32_t>(Op::count) ? names[op] : nullptr;
}

bool isUpdate(Op op) {
  switch (op) {
    case Op::sgd:
    case Op::momentum:
    case Op::adagrad:
    case Op::adadelta:
    case Op::adam:
    case Op::adamax:
    case Op::nadam:
    case Op::radam:
    case Op::rmsprop:
    case Op::lion: return true;
    default: return false;
  }
}

Status decodeProgram(const double* numbers, size_t count, Program* program, int32_t* where) {
  *where = -1;
  Reader reader(numbers, count);
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
    tensor.role = static_cast<Role>(reader.whole(0, 7));
    tensor.kind = static_cast<Kind>(reader.whole(0, 2));
    tensor.batched = reader.whole(0, 1) == 1;
    tensor.elements = reader.whole(1, kMostElements);
    tensor.parameter = reader.whole32(-1, static_cast<int32_t>(parameters) - 1);
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
  if (!reader.ok() || !reader.atEnd()) return Status::malformed;
  return checkProgram(program, where);
}

}  // namespace laminet
