#include "binding/buffers.h"

#include <math.h>

#include "plan/op.h"

namespace {

using laminet::Plan;
using laminet::RunBuffers;
using laminet::Status;

class BufferReader {
 public:
  BufferReader(const Napi::CallbackInfo& info, const Plan& plan, const std::vector<Napi::Value>& rows)
      : info_(info), program_(plan.program()), exchangeFloats_(plan.exchangeFloats()), rows_(rows) {}

  Status read(RunBuffers* buffers) {
    size_t parameters = 0;
    size_t gradients = 0;
    buffers->parameters = elements<float>(info_[1], napi_float32_array, &parameters);
    buffers->gradients = elements<float>(info_[2], napi_float32_array, &gradients);
    const auto expected = static_cast<size_t>(program_.parameterElements);
    if (!buffers->parameters || !buffers->gradients || parameters != expected || gradients != expected) return bad();

    size_t samples = 0;
    buffers->samples = program_.bytes ? static_cast<void*>(elements<uint8_t>(info_[3], napi_uint8_array, &samples))
                                      : static_cast<void*>(elements<float>(info_[3], napi_float32_array, &samples));
    if (!buffers->samples) return bad();
    const size_t count = samples / static_cast<size_t>(program_.sampleElements);

    size_t targets = 0;
    if (program_.targets == laminet::TargetKind::classes) {
      buffers->labels = elements<int32_t>(info_[4], napi_int32_array, &targets);
      if (!buffers->labels || targets < count) return bad();
    } else if (program_.targets == laminet::TargetKind::values) {
      buffers->values = elements<float>(info_[4], napi_float32_array, &targets);
      if (!buffers->values || targets / static_cast<size_t>(program_.targetElements) < count) return bad();
    }

    size_t order = 0;
    buffers->order = elements<uint32_t>(info_[5], napi_uint32_array, &order);
    if (!buffers->order || order == 0 || order > INT32_MAX) return bad();
    buffers->orderLength = static_cast<int64_t>(order);
    for (size_t i = 0; i < order; i++) {
      if (buffers->order[i] >= count) return bad();
    }

    size_t weights = 0;
    if (program_.weighted) {
      buffers->weights = elements<float>(info_[16], napi_float32_array, &weights);
      if (!buffers->weights || weights < order) return bad();
    }

    const auto batch = static_cast<size_t>(program_.batchSize);
    const size_t steps = (order + batch - 1) / batch;
    size_t rates = 0, losses = 0, correct = 0, control = 0;
    buffers->learningRates = elements<double>(info_[6], napi_float64_array, &rates);
    buffers->losses = elements<double>(info_[7], napi_float64_array, &losses);
    buffers->correct = elements<double>(info_[8], napi_float64_array, &correct);
    buffers->control = elements<int32_t>(info_[9], napi_int32_array, &control);
    const auto stepsPerUpdate = static_cast<size_t>(program_.stepsPerUpdate);
    const size_t wanted = (steps + stepsPerUpdate - 1) / stepsPerUpdate;
    if (!buffers->learningRates || rates < (updates() ? wanted : 0) || !buffers->losses || losses < steps ||
        !buffers->correct || correct < steps || !buffers->control || control < 2) {
      return bad();
    }
    if (!info_[11].IsUndefined()) {
      size_t length = 0;
      buffers->profile = elements<double>(info_[11], napi_float64_array, &length);
      if (!buffers->profile || length < program_.instructions.size() + 2) return bad();
    }
    if (!info_[12].IsNumber()) return bad();
    buffers->version = info_[12].As<Napi::Number>().DoubleValue();
    if (program_.penalty >= 0) {
      size_t penalties = 0;
      buffers->penalties = elements<double>(info_[15], napi_float64_array, &penalties);
      if (!buffers->penalties || penalties < steps) return bad();
    }
    return optimizer(buffers, wanted) && exchange(buffers) && random(buffers) ? results(buffers, order) : bad();
  }

 private:
  static Status bad() { return Status::badBuffer; }

  // What an optimizer keeps of the parameters and is given for each update.
  bool optimizer(RunBuffers* buffers, size_t updates) {
    size_t state = 0;
    size_t factors = 0;
    const auto slots = static_cast<size_t>(program_.stateSlots);
    if (slots > 0) {
      buffers->state = elements<float>(info_[13], napi_float32_array, &state);
      if (!buffers->state || state != slots * static_cast<size_t>(program_.parameterElements)) return false;
    }
    const auto wanted = static_cast<size_t>(program_.stepFactors);
    if (wanted > 0) {
      buffers->factors = elements<double>(info_[14], napi_float64_array, &factors);
      if (!buffers->factors || factors / wanted < updates) return false;
    }
    return true;
  }

  // What functions of the caller's compute with; undefined where the program calls none.
  bool exchange(RunBuffers* buffers) {
    if (exchangeFloats_ == 0) return true;
    size_t length = 0;
    buffers->exchange = elements<float>(info_[17], napi_float32_array, &length);
    return buffers->exchange && length >= static_cast<size_t>(exchangeFloats_) && info_[18].IsFunction();
  }

  // The key of random numbers, the steps made before, and the epochs: whole numbers that a double holds exactly.
  bool random(RunBuffers* buffers) {
    constexpr double kMost = 9007199254740991;
    for (const size_t place : {size_t{19}, size_t{20}, size_t{21}}) {
      if (!info_[place].IsNumber()) return false;
      const double value = info_[place].As<Napi::Number>().DoubleValue();
      if (!(value >= 0 && value <= kMost) || floor(value) != value) return false;
      if (place == 19) buffers->seed = static_cast<uint64_t>(value);
      if (place == 20) buffers->stepsBefore = static_cast<int64_t>(value);
      if (place == 21) buffers->epoch = static_cast<int64_t>(value);
    }
    return true;
  }

  bool updates() const {
    for (const laminet::Instruction& i : program_.instructions) {
      if (laminet::isUpdate(i.op)) return true;
    }
    return false;
  }

  Status results(RunBuffers* buffers, size_t order) {
    if (rows_.size() != program_.results.size()) return bad();
    for (size_t i = 0; i < rows_.size(); i++) {
      size_t length = 0;
      float* rows = elements<float>(rows_[i], napi_float32_array, &length);
      const auto row = static_cast<size_t>(program_.tensors[program_.results[i]].elements);
      if (!rows || length / row < order) return bad();
      buffers->results.push_back(rows);
    }
    return Status::ok;
  }

  const Napi::CallbackInfo& info_;
  const laminet::Program& program_;
  const int64_t exchangeFloats_;
  const std::vector<Napi::Value>& rows_;
};

}  // namespace

bool readRows(const Napi::CallbackInfo& info, std::vector<Napi::Value>* rows) {
  constexpr uint32_t kMostRows = 1 << 16;
  if (!info[10].IsArray()) return false;
  const auto list = info[10].As<Napi::Array>();
  const uint32_t length = list.Length();
  if (length > kMostRows) return false;
  for (uint32_t i = 0; i < length; i++) rows->push_back(list.Get(i));
  return true;
}

laminet::Status readBuffers(const Napi::CallbackInfo& info, const Plan& plan, const std::vector<Napi::Value>& rows,
                            RunBuffers* buffers) {
  return BufferReader(info, plan, rows).read(buffers);
}
