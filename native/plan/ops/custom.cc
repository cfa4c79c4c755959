// Layers of the user's own. Their functions compute with rows of samples, one behind the other, in the thread that the
// run was asked for in: slices leave their rows in memory of the whole step, thread 0 has the function called, with its
// operands in the run's exchange buffer, and slices fetch their rows from what came back.
#include <string.h>

#include <algorithm>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

void readCustom(FieldReader& reader, Instruction* i) {
  CustomGeometry& g = i->geometry.custom;
  g.custom = reader.whole32(0, kMostField);
  g.inputs = reader.whole32(1, kMostField);
  g.outputs = reader.whole32(1, kMostField);
}

void readCustomGrad(FieldReader& reader, Instruction* i) {
  readCustom(reader, i);
  i->geometry.custom.gradients = reader.whole32(0, kMostField);
}

int64_t rowsOf(const Checker& checker, int64_t elements) { return checker.program().batchSize * elements; }

Status checkToRows(Checker& checker, const Instruction& i) {
  const int64_t elements = i.geometry.elements;
  return operandsAre(counts(i, 1, 1) && checker.reads(i.inputs[0], elements) &&
                     checker.writesStep(i.outputs[0], rowsOf(checker, elements)));
}

Status checkFromRows(Checker& checker, const Instruction& i) {
  const int64_t elements = i.geometry.elements;
  return operandsAre(counts(i, 1, 1) && checker.readsStep(i.inputs[0], rowsOf(checker, elements)) &&
                     checker.writesRow(i.outputs[0], elements));
}

// Behind the rows there are parameters, which the function reads in the caller's memory.
bool readsParameters(const Checker& checker, const Instruction& i, size_t first) {
  for (size_t k = first; k < i.inputs.size(); k++) {
    if (i.inputs[k] < 0 || checker.program().tensors[i.inputs[k]].role != Role::parameter) return false;
  }
  return i.inputs.size() >= first && i.outputs.size() == 1;
}

Status checkCustom(Checker& checker, const Instruction& i) {
  const CustomGeometry& g = i.geometry.custom;
  return operandsAre(readsParameters(checker, i, 1) && checker.readsStep(i.inputs[0], rowsOf(checker, g.inputs)) &&
                     checker.writesStep(i.outputs[0], rowsOf(checker, g.outputs)));
}

Status checkCustomGrad(Checker& checker, const Instruction& i) {
  const CustomGeometry& g = i.geometry.custom;
  return operandsAre(readsParameters(checker, i, 3) && checker.readsStep(i.inputs[0], rowsOf(checker, g.outputs)) &&
                     checker.readsStep(i.inputs[1], rowsOf(checker, g.inputs)) &&
                     checker.readsStep(i.inputs[2], rowsOf(checker, g.outputs)) &&
                     checker.writesStep(i.outputs[0], rowsOf(checker, g.inputs) + g.gradients));
}

Status checkTakeGradient(Checker& checker, const Instruction& i) {
  const TakeGradientGeometry& g = i.geometry.takeGradient;
  if (g.begin < 0 || g.elements < 1) return Status::badGeometry;
  return operandsAre(counts(i, 1, 1) && checker.readsStep(i.inputs[0], int64_t{g.begin} + g.elements) &&
                     checker.writesGradient(i.outputs[0], g.elements));
}

void toRows(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  const float* from = inputOf(call, slice, 0);
  float* rows = outputOf(call, slice) + slice.number * call.lanes * elements;
  for (int32_t n = 0; n < slice.samples; n++) {
    for (int64_t e = 0; e < elements; e++) rows[n * elements + e] = from[e * call.lanes + n];
  }
}

// Lanes without a sample get zeros.
void fromRows(const Call& call, Slice& slice) {
  const int64_t elements = call.geometry.elements;
  const float* rows = inputOf(call, slice, 0) + slice.number * call.lanes * elements;
  float* to = outputOf(call, slice);
  for (int64_t e = 0; e < elements; e++) {
    for (int32_t n = 0; n < call.lanes; n++) {
      to[e * call.lanes + n] = n < slice.samples ? rows[n * elements + e] : 0.0f;
    }
  }
}

// Whole cache lines.
int64_t room(int64_t floats) { return (floats + 15) / 16 * 16; }

// The operands of a function in the exchange buffer, one behind the other, each from a whole cache line on. What
// lib/backends/native/custom-calls.ts reads and writes there lies at the same places.
class Exchange {
 public:
  explicit Exchange(float* buffer) : next_(buffer) {}

  float* place(int64_t floats) {
    float* place = next_;
    next_ += room(floats);
    return place;
  }

  void put(const float* from, int64_t floats) {
    memcpy(place(floats), from, static_cast<size_t>(floats) * sizeof(float));
  }

 private:
  float* next_;
};

// Where the function fails, what comes of it is not used: the run ends.
void callFunction(const Call& call, Slice& slice, const float* made, int64_t floats) {
  if (!slice.buffers->callBack(call.instruction, slice.stepSamples)) *slice.failed = true;
  memcpy(outputOf(call, slice), made, static_cast<size_t>(floats) * sizeof(float));
}

void custom(const Call& call, Slice& slice) {
  const CustomGeometry& g = call.geometry.custom;
  Exchange exchange(slice.buffers->exchange);
  exchange.put(inputOf(call, slice, 0), g.batchSize * g.inputs);
  const int64_t made = g.batchSize * g.outputs;
  callFunction(call, slice, exchange.place(made), made);
}

void customGrad(const Call& call, Slice& slice) {
  const CustomGeometry& g = call.geometry.custom;
  Exchange exchange(slice.buffers->exchange);
  exchange.put(inputOf(call, slice, 0), g.batchSize * g.outputs);
  exchange.put(inputOf(call, slice, 1), g.batchSize * g.inputs);
  exchange.put(inputOf(call, slice, 2), g.batchSize * g.outputs);
  const int64_t made = g.batchSize * g.inputs + g.gradients;
  float* all = exchange.place(made);
  memset(all, 0, static_cast<size_t>(made) * sizeof(float));
  callFunction(call, slice, all, made);
}

void takeGradient(const Call& call, Slice& slice) {
  const TakeGradientGeometry& g = call.geometry.takeGradient;
  memcpy(gradientOf(call, slice), inputOf(call, slice, 0) + g.begin, static_cast<size_t>(g.elements) * sizeof(float));
}

void lowerToRows(Lowering& lowering, const Instruction& i, Call* call) {
  lowering.placeStep(i.outputs[0]);
  call->meets = true;
}

// Room for the operands of either call.
void lowerCustom(Lowering& lowering, const Instruction& i, Call* call) {
  CustomGeometry& g = call->geometry.custom;
  g.batchSize = lowering.batchSize();
  lowering.placeStep(i.outputs[0]);
  call->once = call->callsBack = true;
  lowering.needExchange(2 * room(g.batchSize * g.outputs) + room(g.batchSize * g.inputs) +
                        room(g.batchSize * g.inputs + g.gradients));
}

void lowerTakeGradient(Lowering& lowering, const Instruction& i, Call* call) {
  lowering.addGradient(i, call).whole = true;
  call->once = true;
}

}  // namespace

constexpr OpDefinition toRowsOp = {
    .geometry = elementCount(),
    .check = checkToRows,
    .run = toRows,
    .runPlanar = toRows,
    .lower = lowerToRows,
};

constexpr OpDefinition fromRowsOp = {
    .geometry = elementCount(),
    .check = checkFromRows,
    .run = fromRows,
    .runPlanar = fromRows,
};

constexpr OpDefinition customOp = {
    .geometry = {3, readCustom},
    .check = checkCustom,
    .run = custom,
    .runPlanar = custom,
    .lower = lowerCustom,
};

constexpr OpDefinition customGradOp = {
    .geometry = {4, readCustomGrad},
    .check = checkCustomGrad,
    .run = customGrad,
    .runPlanar = customGrad,
    .lower = lowerCustom,
};

constexpr OpDefinition takeGradientOp = {
    .geometry = wholeNumbers<&Geometry::takeGradient>(),
    .check = checkTakeGradient,
    .run = takeGradient,
    .runPlanar = takeGradient,
    .lower = lowerTakeGradient,
};

}  // namespace laminet
