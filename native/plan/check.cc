#include "plan/check.h"

#include <string.h>

#include <algorithm>

#include "plan/checker.h"
#include "plan/op.h"

namespace laminet {
namespace {

// Between parameters, to the next cache line.
constexpr int64_t kMostGap = 64;

}  // namespace

Checker::Checker(Program* program)
    : program_(*program),
      written_(program->tensors.size(), false),
      pools_(program->tensors.size(), nullptr),
      rows_(program->parameters.size(), 0),
      hasGradient_(program->parameters.size(), false),
      updated_(program->parameters.size(), false),
      done_(program->parameters.size(), Done::nothing),
      slots_(program->parameters.size(), 0),
      penalized_(program->parameters.size(), false),
      hasPenaltyGradient_(program->parameters.size(), false),
      norms_(program->tensors.size(), false),
      sums_(program->tensors.size(), false),
      summed_(program->tensors.size(), false),
      given_(program->tensors.size(), false),
      scattered_(program->results.size(), 0) {
  for (size_t id = 0; id < written_.size(); id++) {
    const Role role = program_.tensors[id].role;
    written_[id] = role == Role::parameter || role == Role::targets || role == Role::weights;
  }
}

bool Checker::writes(int32_t id, Role role, Kind kind, bool batched, int64_t elements) {
  const Tensor& tensor = program_.tensors[id];
  if (written_[id] || tensor.role != role || tensor.kind != kind || tensor.batched != batched ||
      tensor.elements != elements) {
    return false;
  }
  written_[id] = true;
  return true;
}

bool Checker::readsTargets(int32_t id, bool labels, int64_t classes) const {
  if (id < 0) return false;
  const Tensor& tensor = program_.tensors[id];
  if (!labels && reads(id, classes)) return true;
  return tensor.role == Role::targets && tensor.batched && tensor.kind == (labels ? Kind::label : Kind::floats) &&
         tensor.elements == (labels ? 1 : classes);
}

bool Checker::readsWinners(int32_t id, const MaxPool2dGeometry& g) const {
  return id >= 0 && pools_[id] && memcmp(pools_[id], &g, sizeof g) == 0;
}

bool Checker::writesWinners(int32_t id, const MaxPool2dGeometry& g, int64_t elements) {
  if (!writes(id, Role::activation, Kind::index, true, elements)) return false;
  pools_[id] = &g;
  return true;
}

bool Checker::hasRows(int32_t id, int32_t rows) {
  int32_t& known = rows_[program_.tensors[id].parameter];
  if (known == 0) known = rows;
  return known == rows;
}

bool Checker::readsGradient(int32_t id, int64_t elements) const {
  return id >= 0 && written_[id] && program_.tensors[id].role == Role::gradient &&
         program_.tensors[id].elements == elements;
}

bool Checker::writesGradient(int32_t id, int64_t elements) {
  const Tensor& tensor = program_.tensors[id];
  if (tensor.role == Role::partial) return writes(id, Role::partial, Kind::floats, false, elements);
  if (!writes(id, Role::gradient, Kind::floats, false, elements) || hasGradient_[tensor.parameter]) return false;
  hasGradient_[tensor.parameter] = true;
  return true;
}

bool Checker::takesPartial(int32_t id, int32_t parameter, int64_t elements) {
  if (id < 0 || !written_[id] || summed_[id]) return false;
  const Tensor& tensor = program_.tensors[id];
  if (tensor.role != Role::partial || tensor.parameter != parameter || tensor.elements != elements) return false;
  summed_[id] = true;
  return true;
}

bool Checker::sumsPartials(int32_t first, int32_t second, int32_t sum, int64_t elements) {
  const int32_t parameter = program_.tensors[sum].parameter;
  sums_[sum] = takesPartial(first, parameter, elements) && takesPartial(second, parameter, elements) &&
               !sums_[second] && writesGradient(sum, elements);
  return sums_[sum];
}

bool Checker::comesTo(int32_t parameter, Done done) {
  if (done_[parameter] >= done) return false;
  done_[parameter] = done;
  return true;
}

bool Checker::takesState(int32_t id, int32_t parameter, int64_t elements) {
  if (id < 0) return false;
  const Tensor& tensor = program_.tensors[id];
  if (tensor.role != Role::state || tensor.parameter != parameter || tensor.elements != elements) return false;
  const int32_t bit = 1 << tensor.slot;
  if (slots_[parameter] & bit) return false;
  slots_[parameter] |= bit;
  return true;
}

bool Checker::penalizes(const Instruction& i, int64_t elements) {
  if (program_.purpose != Purpose::train || !readsParameter(i.inputs[0], elements) || i.inputs[1] != penalty_ ||
      !writesScalar(i.outputs[0])) {
    return false;
  }
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  penalty_ = i.outputs[0];
  return !penalized_[parameter] && (penalized_[parameter] = true);
}

bool Checker::writesPenaltyGradient(const Instruction& i, int64_t elements) {
  if (!readsParameter(i.inputs[0], elements) || !writesGradient(i.outputs[0], elements)) return false;
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  return program_.tensors[i.outputs[0]].parameter == parameter && !hasPenaltyGradient_[parameter] &&
         (hasPenaltyGradient_[parameter] = true);
}

bool Checker::accumulates(const Instruction& i, int64_t elements) {
  if (!changesGradient(i.inputs[0], elements) || i.inputs[1] < 0) return false;
  const Tensor& gathered = program_.tensors[i.inputs[1]];
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  return gathered.role == Role::accumulated && gathered.parameter == parameter && comesTo(parameter, Done::gathered);
}

bool Checker::boundsValues(int32_t gradient, int64_t elements) {
  return changesGradient(gradient, elements) && comesTo(program_.tensors[gradient].parameter, Done::bounded);
}

bool Checker::addsSquares(const Instruction& i, int64_t elements) {
  if (!changesGradient(i.inputs[0], elements) || (i.inputs[1] >= 0 && !norms_[i.inputs[1]]) ||
      !writesScalar(i.outputs[0])) {
    return false;
  }
  norms_[i.outputs[0]] = true;
  return comesTo(program_.tensors[i.inputs[0]].parameter, Done::squared);
}

bool Checker::boundsNorm(const Instruction& i, int64_t elements) {
  return changesGradient(i.inputs[0], elements) && i.inputs[1] >= 0 && norms_[i.inputs[1]] &&
         comesTo(program_.tensors[i.inputs[0]].parameter, Done::boundedByNorm);
}

bool Checker::updates(const Instruction& i, int64_t elements, int32_t stateSlots, int32_t stepFactors) {
  if (!counts(i, 2 + static_cast<size_t>(stateSlots), 0) || !readsParameter(i.inputs[0], elements) ||
      !changesGradient(i.inputs[1], elements) || stepFactors > program_.stepFactors) {
    return false;
  }
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  if (program_.tensors[i.inputs[1]].parameter != parameter || updated_[parameter]) return false;
  for (int32_t slot = 0; slot < stateSlots; slot++) {
    const int32_t id = i.inputs[2 + slot];
    if (!takesState(id, parameter, elements) || program_.tensors[id].slot != slot) return false;
  }
  updated_[parameter] = true;
  return comesTo(parameter, Done::updated);
}

bool Checker::boundsRows(int32_t id, int32_t rows, int64_t elements) {
  if (!readsParameter(id, elements) || !hasRows(id, rows)) return false;
  const int32_t parameter = program_.tensors[id].parameter;
  return done_[parameter] == Done::updated && comesTo(parameter, Done::rowsBounded);
}

// Also of parameters that are not updated.
bool Checker::averages(const Instruction& i, int64_t elements) {
  if (program_.purpose != Purpose::train || !readsParameter(i.inputs[0], elements)) return false;
  const int32_t parameter = program_.tensors[i.inputs[0]].parameter;
  return takesState(i.inputs[1], parameter, elements) && comesTo(parameter, Done::averaged);
}

Status Checker::tensors() {
  for (const Tensor& tensor : program_.tensors) {
    const bool ofParameter = tensor.role == Role::parameter || tensor.role == Role::gradient ||
                             tensor.role == Role::partial || tensor.role == Role::state ||
                             tensor.role == Role::accumulated;
    if ((tensor.role == Role::state) != (tensor.slot >= 0)) return Status::badOperand;
    if (ofParameter) {
      if (tensor.parameter < 0 || tensor.batched || tensor.kind != Kind::floats ||
          program_.parameters[tensor.parameter].size != tensor.elements) {
        return Status::badOperand;
      }
    } else if (tensor.parameter >= 0) {
      return Status::badOperand;
    }
    if (tensor.role == Role::weights) {
      if (!tensor.batched || tensor.kind != Kind::floats || tensor.elements != 1) return Status::badOperand;
      program_.weighted = true;
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

Status Checker::results() const {
  for (const int32_t times : scattered_) {
    if (times != 1) return Status::badOperand;
  }
  for (size_t id = 0; id < written_.size(); id++) {
    if (program_.tensors[id].role == Role::partial && written_[id] && !summed_[id]) return Status::badOperand;
  }
  const auto scalar = [&](int32_t id) { return id < 0 || (program_.tensors[id].role == Role::scalar && written_[id]); };
  return scalar(program_.loss) && scalar(program_.correct) && program_.penalty == penalty_ ? Status::ok
                                                                                           : Status::badOperand;
}

Status checkProgram(Program* program, int32_t* where) {
  *where = -1;
  Checker checker(program);
  Status status = checker.tensors();
  if (status != Status::ok) return status;
  for (size_t i = 0; i < program->instructions.size(); i++) {
    const Instruction& instruction = program->instructions[i];
    status = definitionOf(instruction.op).check(checker, instruction);
    if (status != Status::ok) {
      *where = static_cast<int32_t>(i);
      return status;
    }
  }
  return checker.results();
}

}  // namespace laminet
