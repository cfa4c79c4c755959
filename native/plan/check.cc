#include "plan/check.h"

#include <string.h>

#include <algorithm>

#include "plan/valid_geometry.h"

namespace laminet {
namespace {

// Between parameters, to the next cache line.
constexpr int64_t kMostGap = 64;

// The state of the check: which tensors have been written so far.
class Checker {
 public:
  explicit Checker(Program* program)
      : program_(*program),
        written_(program->tensors.size(), false),
        pools_(program->tensors.size(), nullptr),
        rows_(program->parameters.size(), 0),
        hasGradient_(program->parameters.size(), false),
        updated_(program->parameters.size(), false),
        sums_(program->tensors.size(), false),
        summed_(program->tensors.size(), false),
        given_(program->tensors.size(), false) {
    for (size_t id = 0; id < written_.size(); id++) {
      const Role role = program_.tensors[id].role;
      written_[id] = role == Role::parameter || role == Role::targets;
    }
  }

  Status tensors();
  Status instruction(const Instruction& instruction);
  Status results();

 private:
  // Whether a tensor exists, was written, and is a batched row of floats of that length.
  bool reads(int32_t id, int64_t elements) const {
    return id >= 0 && written_[id] && program_.tensors[id].batched && program_.tensors[id].role == Role::activation &&
           program_.tensors[id].kind == Kind::floats && program_.tensors[id].elements == elements;
  }
  // The same, or a row of target values.
  bool readsRow(int32_t id, int64_t elements) const {
    if (reads(id, elements)) return true;
    return id >= 0 && program_.tensors[id].role == Role::targets && program_.tensors[id].kind == Kind::floats &&
           program_.tensors[id].elements == elements;
  }
  // The winners of a pooling of exactly this geometry: how they are stored depends on it.
  bool readsWinners(int32_t id, const MaxPool2dGeometry& g) const {
    return id >= 0 && pools_[id] && memcmp(pools_[id], &g, sizeof g) == 0;
  }
  bool readsParameter(int32_t id, int64_t elements) const {
    return id >= 0 && program_.tensors[id].role == Role::parameter && program_.tensors[id].elements == elements;
  }
  // A weight, which is packed, and its gradient summed, by rows: all instructions must see the same ones.
  bool hasRows(int32_t id, int32_t rows) {
    int32_t& known = rows_[program_.tensors[id].parameter];
    if (known == 0) known = rows;
    return known == rows;
  }
  bool readsWeight(int32_t id, int64_t elements, int32_t rows) {
    return readsParameter(id, elements) && hasRows(id, rows);
  }
  bool readsGradient(int32_t id, int64_t elements) const {
    return id >= 0 && written_[id] && program_.tensors[id].role == Role::gradient &&
           program_.tensors[id].elements == elements;
  }
  bool readsTargets(int32_t id, const LossGeometry& g) const {
    if (id < 0) return false;
    const Tensor& tensor = program_.tensors[id];
    const bool classes = g.labels == 1;
    // A part of the targets' row, where there are several outputs.
    if (!classes && reads(id, g.classes)) return true;
    return tensor.role == Role::targets && tensor.batched && tensor.kind == (classes ? Kind::label : Kind::floats) &&
           tensor.elements == (classes ? 1 : g.classes);
  }
  bool writes(int32_t id, Role role, Kind kind, bool batched, int64_t elements) {
    const Tensor& tensor = program_.tensors[id];
    if (written_[id] || tensor.role != role || tensor.kind != kind || tensor.batched != batched ||
        tensor.elements != elements) {
      return false;
    }
    written_[id] = true;
    return true;
  }
  bool writesRow(int32_t id, int64_t elements) { return writes(id, Role::activation, Kind::floats, true, elements); }
  // The gradient of a parameter, which has one at most, or that of one of its uses.
  bool writesGradient(int32_t id, int64_t elements) {
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role == Role::partial) return writes(id, Role::partial, Kind::floats, false, elements);
    if (!writes(id, Role::gradient, Kind::floats, false, elements) || hasGradient_[tensor.parameter]) return false;
    hasGradient_[tensor.parameter] = true;
    return true;
  }
  bool sumsPartial(int32_t id, int32_t parameter, int64_t elements) {
    if (id < 0 || !written_[id] || summed_[id]) return false;
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role != Role::partial || tensor.parameter != parameter || tensor.elements != elements) return false;
    summed_[id] = true;
    return true;
  }
  // Numbers for each channel, of the whole step.
  bool readsStatistics(int32_t id, int64_t channels) const {
    return id >= 0 && written_[id] && program_.tensors[id].role == Role::statistics &&
           program_.tensors[id].elements == 2 * channels;
  }
  // The same, where they must have been computed: given ones are no more than the numbers of two parameters.
  bool readsComputed(int32_t id, int64_t channels) const { return readsStatistics(id, channels) && !given_[id]; }
  // Running statistics: numbers that nothing else changes.
  bool follows(int32_t id, int64_t channels) {
    if (!readsParameter(id, channels) || updated_[program_.tensors[id].parameter]) return false;
    updated_[program_.tensors[id].parameter] = true;
    return true;
  }
  bool writesStatistics(int32_t id, int64_t channels) {
    return writes(id, Role::statistics, Kind::floats, false, 2 * channels);
  }
  bool writesWeightGradient(int32_t id, int64_t elements, int32_t rows) {
    return writesGradient(id, elements) && hasRows(id, rows);
  }
  static bool counts(const Instruction& i, size_t inputs, size_t outputs) {
    return i.inputs.size() == inputs && i.outputs.size() == outputs;
  }

  Status conv2d(const Instruction& i);
  Status maxPool2d(const Instruction& i);
  Status averagePool2d(const Instruction& i);
  Status frame(const Instruction& i);
  Status dense(const Instruction& i);
  Status channels(const Instruction& i);
  Status elementwise(const Instruction& i);
  Status add(const Instruction& i);
  Status concat(const Instruction& i);
  Status slice(const Instruction& i);
  Status batchNorm(const Instruction& i);
  Status loss(const Instruction& i);
  Status update(const Instruction& i);

  Program& program_;
  std::vector<bool> written_;
  std::vector<const MaxPool2dGeometry*> pools_;  // by tensor: of the pooling whose winners it holds
  std::vector<int32_t> rows_;                    // by parameter: of the weight it is, or 0
  std::vector<bool> hasGradient_;                // by parameter
  std::vector<bool> updated_;                    // by parameter
  Op optimizer_ = Op::count;                     // of the updates so far
  std::vector<bool> sums_;                       // by tensor: whether it is a sum of partial gradients
  std::vector<bool> summed_;                     // by tensor: whether it is a part of such a sum
  std::vector<bool> given_;                      // by tensor: whether it is of statistics that are given
};

Status operandsAre(bool right) { return right ? Status::ok : Status::badOperand; }

Status Checker::tensors() {
  for (const Tensor& tensor : program_.tensors) {
    const bool ofParameter = tensor.role == Role::parameter || tensor.role == Role::gradient ||
                             tensor.role == Role::partial || tensor.role == Role::state;
    if (ofParameter) {
      if (tensor.parameter < 0 || tensor.batched || tensor.kind != Kind::floats ||
          program_.parameters[tensor.parameter].size != tensor.elements) {
        return Status::badOperand;
      }
    } else if (tensor.parameter >= 0) {
      return Status::badOperand;
    }
    if (tensor.role == Role::targets) {
      const bool classes = program_.targets == TargetKind::classes;
      const bool values = program_.targets == TargetKind::values;
      if (!tensor.batched ||
          !(classes ? tensor.kind == Kind::label && tensor.elements == 1 : values && tensor.kind == Kind::floats)) {
        return Status::badOperand;
      }
      if (program_.targetElements != 0) return Status::badOperand;
      program_.targetElements = tensor.elements;
    }
  }
  std::vector<Parameter> sorted = program_.parameters;
  std::sort(sorted.begin(), sorted.end(), [](const Parameter& a, const Parameter& b) { return a.offset < b.offset; });
  int64_t end = 0;
  for (const Parameter& parameter : sorted) {
    if (parameter.offset < end || parameter.offset > end + kMostGap ||
        parameter.offset + parameter.size > program_.parameterElements) {
      return Status::badOperand;
    }
    end = parameter.offset + parameter.size;
  }
  if (program_.parameterElements > end + kMostGap) return Status::badOperand;
  return (program_.targets != TargetKind::none) == (program_.targetElements != 0) ? Status::ok : Status::badOperand;
}

Status Checker::conv2d(const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(g)) return Status::badGeometry;
  const int64_t input = product(g.inChannels, g.inHeight, g.inWidth);
  const int64_t output = product(g.outChannels, g.outHeight, g.outWidth);
  const int64_t weight = product(g.outChannels, g.inChannels / g.groups, g.kernelHeight, g.kernelWidth);
  if (i.op == Op::conv2d) {
    const bool bias = i.inputs.size() == 3 && i.inputs[2] >= 0;
    return operandsAre(inRange(static_cast<int64_t>(i.inputs.size()), 2, 3) && i.outputs.size() == 1 &&
                       reads(i.inputs[0], input) && readsWeight(i.inputs[1], weight, g.outChannels) &&
                       (!bias || readsParameter(i.inputs[2], g.outChannels)) && writesRow(i.outputs[0], output));
  }
  if (i.op == Op::conv2dGradInput) {
    return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], output) &&
                       readsWeight(i.inputs[1], weight, g.outChannels) && writesRow(i.outputs[0], input));
  }
  return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], output) && reads(i.inputs[1], input) &&
                     writesWeightGradient(i.outputs[0], weight, g.outChannels));
}

Status Checker::maxPool2d(const Instruction& i) {
  const MaxPool2dGeometry& g = i.geometry.maxPool2d;
  if (!validPool(g)) return Status::badGeometry;
  const int64_t input = product(g.channels, g.inHeight, g.inWidth);
  const int64_t output = product(g.channels, g.outHeight, g.outWidth);
  if (i.op == Op::maxPool2d) {
    const bool right = counts(i, 1, 2) && reads(i.inputs[0], input) && writesRow(i.outputs[0], output) &&
                       writes(i.outputs[1], Role::activation, Kind::index, true, output);
    if (right) pools_[i.outputs[1]] = &g;
    return operandsAre(right);
  }
  return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], output) && readsWinners(i.inputs[1], g) &&
                     writesRow(i.outputs[0], input));
}

Status Checker::averagePool2d(const Instruction& i) {
  const AveragePool2dGeometry& g = i.geometry.averagePool2d;
  if (!validPool(g) || !inRange(g.divisor, 0, kMostExtent)) return Status::badGeometry;
  const int64_t input = product(g.channels, g.inHeight, g.inWidth);
  const int64_t output = product(g.channels, g.outHeight, g.outWidth);
  const bool forward = i.op == Op::averagePool2d;
  return operandsAre(counts(i, 1, 1) && reads(i.inputs[0], forward ? input : output) &&
                     writesRow(i.outputs[0], forward ? output : input));
}

Status Checker::frame(const Instruction& i) {
  const FrameGeometry& g = i.geometry.frame;
  for (const int32_t size : {g.channels, g.height, g.width}) {
    if (!inRange(size, 1, kMostExtent)) return Status::badGeometry;
  }
  for (const int32_t side : {g.top, g.bottom, g.left, g.right}) {
    if (!inRange(side, 0, kMostExtent)) return Status::badGeometry;
  }
  const int64_t inside = product(g.channels, g.height, g.width);
  const int64_t whole = product(g.channels, int64_t{g.top} + g.height + g.bottom, int64_t{g.left} + g.width + g.right);
  const bool pads = i.op == Op::zeroPad2d;
  return operandsAre(counts(i, 1, 1) && reads(i.inputs[0], pads ? inside : whole) &&
                     writesRow(i.outputs[0], pads ? whole : inside));
}

Status Checker::dense(const Instruction& i) {
  const DenseGeometry& g = i.geometry.dense;
  if (!inRange(g.inputs, 1, kMostFeatures) || !inRange(g.outputs, 1, kMostExtent)) return Status::badGeometry;
  const int64_t weight = product(g.inputs, g.outputs, 1);
  if (i.op == Op::dense) {
    const bool bias = i.inputs.size() == 3 && i.inputs[2] >= 0;
    return operandsAre(inRange(static_cast<int64_t>(i.inputs.size()), 2, 3) && i.outputs.size() == 1 &&
                       reads(i.inputs[0], g.inputs) && readsWeight(i.inputs[1], weight, g.outputs) &&
                       (!bias || readsParameter(i.inputs[2], g.outputs)) && writesRow(i.outputs[0], g.outputs));
  }
  if (i.op == Op::denseGradInput) {
    return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], g.outputs) &&
                       readsWeight(i.inputs[1], weight, g.outputs) && writesRow(i.outputs[0], g.inputs));
  }
  return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], g.outputs) && reads(i.inputs[1], g.inputs) &&
                     writesWeightGradient(i.outputs[0], weight, g.outputs));
}

Status Checker::channels(const Instruction& i) {
  const ChannelGeometry& g = i.geometry.channels;
  if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.pixels, 1, kMostFeatures)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  if (i.op == Op::biasGrad) {
    return operandsAre(counts(i, 1, 1) && reads(i.inputs[0], elements) && writesGradient(i.outputs[0], g.channels));
  }
  if (i.op == Op::addBias) {
    return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], elements) && readsParameter(i.inputs[1], g.channels) &&
                       writesRow(i.outputs[0], elements));
  }
  const size_t inputs = i.op == Op::softmax || i.op == Op::logSoftmax ? 1 : 2;
  return operandsAre(counts(i, inputs, 1) && reads(i.inputs[0], elements) &&
                     (inputs == 1 || reads(i.inputs[1], elements)) && writesRow(i.outputs[0], elements));
}

Status Checker::elementwise(const Instruction& i) {
  const int64_t elements = i.geometry.elements;
  const size_t inputs = i.op == Op::reshape || i.op == Op::tanh || i.op == Op::sigmoid || i.op == Op::relu ? 1 : 2;
  return operandsAre(counts(i, inputs, 1) && reads(i.inputs[0], elements) &&
                     (inputs == 1 || reads(i.inputs[1], elements)) && writesRow(i.outputs[0], elements));
}

// Partial gradients are added up from the first to the last: what is added to a sum is no sum itself.
Status Checker::add(const Instruction& i) {
  if (!counts(i, 2, 1)) return Status::badOperand;
  const Tensor& sum = program_.tensors[i.outputs[0]];
  if (sum.parameter < 0) return elementwise(i);
  const int64_t elements = i.geometry.elements;
  const bool right = sumsPartial(i.inputs[0], sum.parameter, elements) &&
                     sumsPartial(i.inputs[1], sum.parameter, elements) && !sums_[i.inputs[1]] &&
                     writesGradient(i.outputs[0], elements);
  sums_[i.outputs[0]] = true;
  return operandsAre(right);
}

Status Checker::concat(const Instruction& i) {
  const ConcatGeometry& g = i.geometry.concat;
  if (g.first < 1 || g.second < 1) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && reads(i.inputs[0], g.first) && reads(i.inputs[1], g.second) &&
                     writesRow(i.outputs[0], int64_t{g.first} + g.second));
}

Status Checker::slice(const Instruction& i) {
  const SliceGeometry& g = i.geometry.slice;
  if (g.begin < 0 || g.length < 1 || int64_t{g.begin} + g.length > g.elements) return Status::badGeometry;
  const bool taken = i.op == Op::slice;
  return operandsAre(counts(i, 1, 1) && (taken ? readsRow(i.inputs[0], g.elements) : reads(i.inputs[0], g.length)) &&
                     writesRow(i.outputs[0], taken ? g.length : g.elements));
}

Status Checker::batchNorm(const Instruction& i) {
  if (i.op == Op::statisticsRow) {
    const StatisticsRowGeometry& g = i.geometry.statisticsRow;
    if (!inRange(g.channels, 1, kMostFeatures) || !inRange(g.row, 0, 1)) return Status::badGeometry;
    return operandsAre(counts(i, 1, 1) && readsComputed(i.inputs[0], g.channels) &&
                       writesGradient(i.outputs[0], g.channels));
  }
  if (i.op == Op::followStatistics) {
    const FollowGeometry& g = i.geometry.follow;
    if (!inRange(g.channels, 1, kMostFeatures) || !(g.momentum >= 0 && g.momentum <= 1)) return Status::badGeometry;
    return operandsAre(program_.purpose == Purpose::train && counts(i, 3, 0) && follows(i.inputs[0], g.channels) &&
                       follows(i.inputs[1], g.channels) && readsComputed(i.inputs[2], g.channels));
  }
  const BatchNormGeometry& g = i.geometry.batchNorm;
  if (!inRange(g.channels, 1, kMostFeatures)) return Status::badGeometry;
  if (i.op == Op::givenStatistics) {
    const bool right = counts(i, 2, 1) && readsParameter(i.inputs[0], g.channels) &&
                       readsParameter(i.inputs[1], g.channels) && writesStatistics(i.outputs[0], g.channels);
    if (right) given_[i.outputs[0]] = true;
    return operandsAre(right);
  }
  if (!inRange(g.pixels, 1, kMostFeatures)) return Status::badGeometry;
  const int64_t elements = product(g.channels, g.pixels, 1);
  const auto optional = [&](int32_t id) { return id < 0 || readsParameter(id, g.channels); };
  switch (i.op) {
    case Op::batchStatistics:
      return operandsAre(counts(i, 1, 1) && reads(i.inputs[0], elements) && writesStatistics(i.outputs[0], g.channels));
    case Op::batchNorm:
      if (!(g.epsilon > 0.0f)) return Status::badGeometry;
      return operandsAre(counts(i, 4, 1) && reads(i.inputs[0], elements) && readsStatistics(i.inputs[1], g.channels) &&
                         optional(i.inputs[2]) && optional(i.inputs[3]) && writesRow(i.outputs[0], elements));
    case Op::batchNormSums:
      return operandsAre(counts(i, 3, 1) && reads(i.inputs[0], elements) && reads(i.inputs[1], elements) &&
                         readsStatistics(i.inputs[2], g.channels) && writesStatistics(i.outputs[0], g.channels));
    default:
      return operandsAre(counts(i, 5, 1) && reads(i.inputs[0], elements) && reads(i.inputs[1], elements) &&
                         readsStatistics(i.inputs[2], g.channels) && readsComputed(i.inputs[3], g.channels) &&
                         optional(i.inputs[4]) && writesRow(i.outputs[0], elements));
  }
}

Status Checker::loss(const Instruction& i) {
  const LossGeometry& g = i.geometry.loss;
  if (!(g.divisor > 0.0f)) return Status::badGeometry;
  if (!counts(i, 2, 1) || !reads(i.inputs[0], g.classes) || !readsTargets(i.inputs[1], g)) return Status::badOperand;
  switch (i.op) {
    case Op::squaredErrorGrad:
    case Op::crossEntropyGrad:
    case Op::softmaxCrossEntropyGrad:
    case Op::logisticErrorGrad:
    case Op::sigmoidLogisticErrorGrad:
    case Op::softmaxLogisticErrorGrad:
    case Op::projectionGrad: return operandsAre(writesRow(i.outputs[0], g.classes));
    case Op::countCorrect: return operandsAre(writes(i.outputs[0], Role::scalar, Kind::floats, false, 1));
    default: return operandsAre(writesRow(i.outputs[0], 1));
  }
}

// One update a parameter, all of the same optimizer. A tensor of state belongs to one slot of one parameter.
Status Checker::update(const Instruction& i) {
  const UpdateGeometry& g = i.geometry.update;
  if (!valid(i.op, g)) return Status::badGeometry;
  const int32_t slots = stateSlots(i.op, g);
  if (program_.purpose != Purpose::train || !counts(i, 2 + static_cast<size_t>(slots), 0) ||
      !readsParameter(i.inputs[0], g.elements) || !readsGradient(i.inputs[1], g.elements) ||
      (optimizer_ != Op::count && optimizer_ != i.op)) {
    return Status::badOperand;
  }
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  if (program_.tensors[i.inputs[1]].parameter != parameter || updated_[parameter]) return Status::badOperand;
  for (int32_t slot = 0; slot < slots; slot++) {
    const int32_t id = i.inputs[2 + slot];
    if (id < 0 || written_[id]) return Status::badOperand;
    const Tensor& tensor = program_.tensors[id];
    if (tensor.role != Role::state || tensor.parameter != parameter) return Status::badOperand;
    written_[id] = true;
  }
  updated_[parameter] = true;
  optimizer_ = i.op;
  program_.stateSlots = std::max(program_.stateSlots, slots);
  program_.stepFactors = stepFactors(i.op);
  return Status::ok;
}

Status Checker::instruction(const Instruction& i) {
  switch (i.op) {
    case Op::gather: {
      const GatherGeometry& g = i.geometry.gather;
      const bool sizes = inRange(g.channels, 1, kMostExtent) && inRange(g.sourceHeight, 1, kMostExtent) &&
                         inRange(g.sourceWidth, 1, int64_t{1} << 28) &&
                         inRange(g.padTop + int64_t{g.padBottom} + g.padLeft + g.padRight, 0, kMostExtent);
      if (!sizes || g.bytes != (program_.bytes ? 1 : 0) ||
          product(g.channels, g.sourceHeight, g.sourceWidth) != program_.sampleElements) {
        return Status::badGeometry;
      }
      const int64_t padded = product(g.channels, g.sourceHeight + int64_t{g.padTop} + g.padBottom,
                                     g.sourceWidth + int64_t{g.padLeft} + g.padRight);
      return operandsAre(counts(i, 0, 1) && writesRow(i.outputs[0], padded));
    }
    case Op::scatter:
      if (i.result < 0 || i.result >= static_cast<int32_t>(program_.results.size())) return Status::badGeometry;
      return operandsAre(counts(i, 1, 0) && program_.results[i.result] == i.inputs[0] &&
                         reads(i.inputs[0], i.geometry.elements));
    case Op::conv2d:
    case Op::conv2dGradInput:
    case Op::conv2dGradWeight: return conv2d(i);
    case Op::maxPool2d:
    case Op::maxPool2dGrad: return maxPool2d(i);
    case Op::averagePool2d:
    case Op::averagePool2dGrad: return averagePool2d(i);
    case Op::zeroPad2d:
    case Op::crop2d: return frame(i);
    case Op::dense:
    case Op::denseGradInput:
    case Op::denseGradWeight: return dense(i);
    case Op::biasGrad:
    case Op::addBias:
    case Op::softmax:
    case Op::softmaxGrad:
    case Op::logSoftmax:
    case Op::logSoftmaxGrad: return channels(i);
    case Op::reshape:
    case Op::tanh:
    case Op::tanhGrad:
    case Op::sigmoid:
    case Op::sigmoidGrad:
    case Op::relu:
    case Op::reluGrad:
    case Op::multiply: return elementwise(i);
    case Op::add: return add(i);
    case Op::concat: return concat(i);
    case Op::slice:
    case Op::sliceGrad: return slice(i);
    case Op::meanLoss:
      return operandsAre(counts(i, 1, 1) && reads(i.inputs[0], 1) &&
                         writes(i.outputs[0], Role::scalar, Kind::floats, false, 1) && program_.loss == i.outputs[0]);
    case Op::batchStatistics:
    case Op::givenStatistics:
    case Op::batchNorm:
    case Op::batchNormSums:
    case Op::batchNormGradInput:
    case Op::statisticsRow:
    case Op::followStatistics: return batchNorm(i);
    case Op::count: return Status::unknownOp;
    default: return isUpdate(i.op) ? update(i) : loss(i);
  }
}

Status Checker::results() {
  std::vector<int> scattered(program_.results.size(), 0);
  for (const Instruction& i : program_.instructions) {
    if (i.op == Op::scatter) scattered[i.result]++;
  }
  for (const int times : scattered) {
    if (times != 1) return Status::badOperand;
  }
  for (size_t id = 0; id < written_.size(); id++) {
    if (program_.tensors[id].role == Role::partial && written_[id] && !summed_[id]) return Status::badOperand;
  }
  const auto scalar = [&](int32_t id) { return id < 0 || (program_.tensors[id].role == Role::scalar && written_[id]); };
  return scalar(program_.loss) && scalar(program_.correct) ? Status::ok : Status::badOperand;
}

}  // namespace

Status checkProgram(Program* program, int32_t* where) {
  *where = -1;
  Checker checker(program);
  Status status = checker.tensors();
  if (status != Status::ok) return status;
  for (size_t i = 0; i < program->instructions.size(); i++) {
    status = checker.instruction(program->instructions[i]);
    if (status != Status::ok) {
      *where = static_cast<int32_t>(i);
      return status;
    }
  }
  return checker.results();
}

}  // namespace laminet
